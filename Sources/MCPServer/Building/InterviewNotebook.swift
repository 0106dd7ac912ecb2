import Wire

/// What is known in a call of what its client was asked: answers, and how often each question was answered badly.
struct InterviewNotebook: Sendable {
    /// How often one question may be answered in the wrong shape before the call ends.
    static let maximumAttempts = 3
    /// The most bytes of answers that a call takes: its state travels with each round.
    static let maximumBytes = 256 << 10

    private var kept: [AskKey: RawObject] = [:]
    private var badAttempts: [AskKey: Int] = [:]
    private var postponed = 0
    private var keptBytes = 0
    /// What came with this round. An answer counts for the question that has its key; others are never looked at.
    private var arrived: [AskKey: Answer] = [:]

    /// A notebook that goes on where the state says.
    init(_ resumption: Resumption?) throws(MCPError) {
        guard let resumption else { return }
        arrived = resumption.answers
        if let text = resumption.state?.text { try read(text) }
    }

    /// Which of these questions must still be asked, after taking what came with this round. One that was not answered
    /// is simply open: a client may answer some now and others later.
    mutating func open(_ asks: [PendingAsk]) throws -> [PendingAsk] {
        let answers = arrived
        for pending in asks { arrived[pending.key] = nil }
        return try take(answers, to: asks.filter { kept[$0.key] == nil }, isMissingCounted: false)
    }

    /// Takes answers and gives the questions that are still open.
    /// - Throws: `MCPError` for a question answered badly too often, or too much text; `AskRefused`.
    mutating func take(
        _ answers: [AskKey: Answer], to asks: [PendingAsk], isMissingCounted: Bool
    ) throws -> [PendingAsk] {
        var open: [PendingAsk] = []
        for pending in asks {
            let fault: String?
            switch answers[pending.key] {
            case .result(let result)?:
                fault = AnswerShape.fault(in: result, to: pending.ask)
                if fault == nil { try keep(result, pending.key) }
            case .refused(_, let message)?:
                guard case .elicit = pending.ask else { throw AskRefused(method: pending.ask.method, message: message) }
                fault = nil
                try keep(["action": "cancel"], pending.key)
            case nil: fault = isMissingCounted ? "it is missing" : nil
            }
            if let fault { try count(fault, pending.key) }
            if kept[pending.key] == nil { open.append(pending) }
        }
        return open
    }

    /// The answers to these questions.
    func answers(to asks: [PendingAsk]) -> [AskKey: RawObject] {
        let pairs = asks.compactMap { pending in kept[pending.key].map { (pending.key, $0) } }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Counts a postponement and gives the state to come back with; nil once there were so many.
    mutating func postpone(times: Int) throws(MCPError) -> Continuation? {
        guard postponed < times else { return nil }
        postponed += 1
        return try continuation()
    }

    private mutating func keep(_ result: RawObject, _ key: AskKey) throws(MCPError) {
        keptBytes += result.serializedBytes().count
        guard keptBytes <= Self.maximumBytes else {
            throw .invalidParams("The answers of this call are larger than \(Self.maximumBytes) bytes")
        }
        kept[key] = result
    }

    private mutating func count(_ fault: String, _ key: AskKey) throws(MCPError) {
        badAttempts[key, default: 0] += 1
        guard badAttempts[key, default: 0] < Self.maximumAttempts else {
            throw .invalidParams("The answer to \(key.name) is not one to what was asked: \(fault)")
        }
    }

    // MARK: - State

    /// What must come back with the next answers.
    func continuation() throws(MCPError) -> Continuation {
        var state = JSONObject()
        if !kept.isEmpty { state["answers"] = .object(members(kept) { .object($0.object) }) }
        if !badAttempts.isEmpty { state["attempts"] = .object(members(badAttempts) { .integer($0) }) }
        if postponed > 0 { state["postponed"] = .integer(postponed) }
        return Continuation(JSON.object(state).serialized())
    }

    /// In the order of the keys, so that the same answers give the same text.
    private func members<Value>(_ values: [AskKey: Value], _ json: (Value) -> JSON) -> JSONObject {
        JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key.name, json($0.value)) })
    }

    private mutating func read(_ text: String) throws(MCPError) {
        // The seal says that we wrote it, so this fails only for a state of another version of this program.
        guard let state = try? JSON.parse(text).objectValue else {
            throw .invalidParams("params.requestState can't be read any more")
        }
        for (name, value) in state["answers"]?.objectValue ?? JSONObject() {
            guard let result = value.objectValue else { continue }
            try keep(RawObject(result), AskKey(name))
        }
        for (name, value) in state["attempts"]?.objectValue ?? JSONObject() {
            badAttempts[AskKey(name)] = value.intValue
        }
        postponed = state["postponed"]?.intValue ?? 0
    }
}
