internal import Wire

/// Makes blocks of the deltas of one choice, one block at a time.
///
/// A delta says which member of the message it belongs to, but not when a member is complete. A text is, as soon as something else comes.
/// A call of a tool is where its arguments are a whole JSON value: an upstream may send several calls in turns, and what comes for
/// another block in the meantime waits. So whoever writes these events on has never two blocks open.
struct ChatChoiceAssembly: Sendable {
    private let choice: Int
    private let answerID: String
    /// How many blocks were begun.
    private var begun = 0
    private var current: Part?
    private var waiting: [Part] = []
    private var waitingBytes = 0
    private var slots: [Slot] = []
    private var endedSlots: Set<Int> = []
    private var hasRefusal = false
    private var reason: (word: String, sequence: String?)?

    /// What may wait until a call is complete.
    private static let mostWaitingBytes = 8 << 20
    private static let mostCalls = 1024

    init(choice: Int, answerID: String) {
        self.choice = choice
        self.answerID = answerID
    }

    /// Whether it has been told why the answer ended.
    var isStopped: Bool { self.reason != nil }

    // MARK: What comes

    mutating func say(_ text: String, into events: inout [AnswerEvent]) throws(FormatFault) {
        try self.add(.text, .text(text), start: .text(""), into: &events)
    }

    /// A piece of thoughts without a record.
    mutating func think(_ text: String, into events: inout [AnswerEvent]) throws(FormatFault) {
        if self.last?.kind != .thoughts || self.last?.record != nil {
            try self.begin(Part(.thoughts, Block(.reasoning(Reasoning(text: "")))), into: &events)
        }
        try self.continueLast(.reasoning(text), into: &events)
    }

    mutating func take(_ delta: JSONObject, into events: inout [AnswerEvent]) throws(FormatFault) {
        let content = ChatAnswerReader.content(delta["content"])
        let details = (delta["reasoning_details"]?.arrayValue ?? []).compactMap(\.objectValue)
        let hasText = details.contains {
            $0["text"]?.stringValue?.isEmpty == false || $0["summary"]?.stringValue?.isEmpty == false
        }
        if !hasText, let thought = ChatAnswerReader.thought(in: delta) ?? content.thought {
            try self.think(thought, into: &events)
        }
        for detail in details { try self.take(detail: detail, into: &events) }
        if !content.text.isEmpty { try self.say(content.text, into: &events) }
        for annotation in delta["annotations"]?.arrayValue ?? [] {
            guard let citation = Citation(annotation: annotation) else { continue }
            try self.add(.text, .citation(citation), start: .text(""), into: &events)
        }
        if let text = delta["refusal"]?.stringValue, !text.isEmpty {
            self.hasRefusal = true
            try self.add(.refusal, .refusal(text), start: Block(.refusal("")), into: &events)
        }
        if let audio = delta["audio"]?.objectValue { try self.take(audio: audio, into: &events) }
        for image in delta["images"]?.arrayValue ?? [] {
            if let block = ChatAnswerReader.image(image) { try self.begin(Part(.whole, block), into: &events) }
        }
        if let signature = ChatAnswerReader.signature(in: delta) {
            let kind = self.last.flatMap { $0.isContent ? $0.kind : nil } ?? .text
            try self.add(kind, .opaque(signature), start: .text(""), into: &events)
        }
        for call in delta["tool_calls"]?.arrayValue ?? [] {
            if let call = call.objectValue { try self.take(call: call, into: &events) }
        }
        if let call = delta["function_call"]?.objectValue {
            try self.take(call: ["index": 0, "function": .object(call)], into: &events)
        }
    }

    mutating func stop(_ word: String, sequence: String?) { self.reason = (word, sequence) }

    /// The answer is whole. Why it ended is told only now: some upstreams tell it before the last piece.
    mutating func finish(into events: inout [AnswerEvent]) {
        self.close(into: &events)
        while !self.waiting.isEmpty {
            self.openWaiting(into: &events)
            self.close(into: &events)
        }
        var reason = StopReason(
            finishReason: self.reason?.word ?? "stop", hasCalls: !self.slots.isEmpty, hasRefusal: self.hasRefusal)
        if reason == .end, let sequence = self.reason?.sequence { reason = .stopSequence(sequence) }
        events.append(.stopped(choice: self.choice, reason))
    }

    private mutating func take(audio: JSONObject, into events: inout [AnswerEvent]) throws(FormatFault) {
        let piece = Media(spoken: audio)
        var start = piece
        start.source = .base64("")
        start.transcript = nil
        if self.last?.kind != .audio { try self.begin(Part(.audio, Block(.audio(start))), into: &events) }
        if case .base64(let data) = piece.source, !data.isEmpty { try self.continueLast(.audio(data), into: &events) }
        if let text = piece.transcript, !text.isEmpty { try self.continueLast(.audioTranscript(text), into: &events) }
    }

    // MARK: Thoughts with a record

    private mutating func take(detail: JSONObject, into events: inout [AnswerEvent]) throws(FormatFault) {
        let reasoning = ReasoningDetails.reasoning(detail)
        if let last = self.last, last.kind == .thoughts {
            if let record = last.record, ReasoningDetails.areOne(record, detail) {
                if !reasoning.text.isEmpty { try self.continueLast(.reasoning(reasoning.text), into: &events) }
                return self.join(detail)
            }
            // A record of thoughts that were told without it: it stands alone, or with their text once more.
            if last.record == nil, !reasoning.isRedacted, reasoning.text.isEmpty || reasoning.text == last.text {
                return self.join(detail)
            }
        }
        var start = reasoning
        start.text = ""
        start.opaque = nil
        try self.begin(Part(.thoughts, Block(.reasoning(start)), record: [:]), into: &events)
        self.join(detail)
        if !reasoning.text.isEmpty { try self.continueLast(.reasoning(reasoning.text), into: &events) }
    }

    private mutating func join(_ detail: JSONObject) {
        var detail = detail
        detail["text"] = nil
        detail["summary"] = nil
        self.changeLast { part in
            var record = part.record ?? JSONObject()
            ReasoningDetails.join(detail, to: &record)
            part.record = record
        }
    }

    // MARK: Calls

    /// A call of a tool by the upstream's own number.
    private struct Slot: Sendable {
        var index: Int?
        var id: String
    }

    private mutating func take(call: JSONObject, into events: inout [AnswerEvent]) throws(FormatFault) {
        let isCustom = call["custom"]?.objectValue != nil
        let inner = (call["custom"] ?? call["function"])?.objectValue ?? JSONObject()
        let name = inner["name"]?.stringValue ?? ""
        let id = call["id"]?.stringValue ?? ""
        let index = call["index"]?.intValue
        let arguments = ChatAnswerReader.Calls.arguments(inner[isCustom ? "input" : "arguments"])
        let signature = ChatAnswerReader.signature(in: call)
        guard let slot = self.slot(index: index, id: id, name: name) else {
            guard !name.isEmpty else {
                if arguments.isEmpty { return }
                throw FormatFault("the upstream's stream has arguments of a call that didn't begin")
            }
            guard self.slots.count < Self.mostCalls else {
                throw FormatFault("the upstream's stream has too many calls of tools")
            }
            let number = self.slots.count
            self.slots.append(Slot(index: index, id: id))
            let known = id.isEmpty ? ChatAnswerReader.Calls(answerID: self.answerID).id(choice: self.choice, call: number) : id
            let block = Block(
                .toolCall(ToolCall(id: known, name: name, arguments: "", isCustom: isCustom)), signature: signature)
            try self.begin(Part(.call(number), block), into: &events)
            if !arguments.isEmpty { try self.add(.call(number), .arguments(arguments), start: block, into: &events) }
            return
        }
        guard !self.endedSlots.contains(slot) else {
            guard arguments.allSatisfy(\.isWhitespace) else {
                throw FormatFault("the upstream's stream has arguments of a call whose arguments were complete")
            }
            return
        }
        let start = Block.text("")
        if !arguments.isEmpty { try self.add(.call(slot), .arguments(arguments), start: start, into: &events) }
        if let signature { try self.add(.call(slot), .opaque(signature), start: start, into: &events) }
    }

    /// Several upstreams number no calls, or all with 0, and tell each one whole.
    private func slot(index: Int?, id: String, name: String) -> Int? {
        guard let index else {
            if id.isEmpty { return name.isEmpty ? self.slots.indices.last : nil }
            return self.slots.lastIndex { $0.id == id }
        }
        guard let slot = self.slots.lastIndex(where: { $0.index == index }) else { return nil }
        let isAnother = !name.isEmpty && !id.isEmpty && self.slots[slot].id != id
        return isAnother ? nil : slot
    }

    // MARK: Blocks, one at a time

    private struct Part: Sendable {
        enum Kind: Sendable, Hashable {
            case text, refusal, thoughts, audio, whole
            case call(Int)
        }

        let kind: Kind
        /// Its beginning; of a block that waits all of it.
        var block: Block
        var record: JSONObject?
        /// The thoughts so far, to know them again when their record brings them.
        var text = ""
        var arguments = ArgumentsEnd()

        init(_ kind: Kind, _ block: Block, record: JSONObject? = nil) {
            self.kind = kind
            self.block = block
            self.record = record
            if case .toolCall(let call) = block.content { self.arguments = ArgumentsEnd(isText: call.isCustom) }
        }

        var isComplete: Bool { if case .call = self.kind { self.arguments.isReached } else { true } }
        var isContent: Bool { self.kind == .text || self.kind == .refusal || self.kind == .audio || self.kind == .whole }
        /// Such a block has no pieces: it is told when it is known wholly.
        var isRedacted: Bool { if case .reasoning(let reasoning) = self.block.content { reasoning.isRedacted } else { false } }

        mutating func note(_ delta: BlockDelta) {
            switch delta {
            case .arguments(let text): self.arguments.take(text)
            case .reasoning(let text) where self.text.utf8.count < ChatChoiceAssembly.mostWaitingBytes: self.text += text
            default: break
            }
        }
    }

    /// The block that came last.
    private var last: Part? { self.waiting.last ?? self.current }

    private var place: BlockPlace { BlockPlace(choice: self.choice, index: self.begun - 1) }

    private mutating func changeLast(_ change: (inout Part) -> Void) {
        if !self.waiting.isEmpty {
            change(&self.waiting[self.waiting.count - 1])
        } else if var part = self.current {
            self.current = nil
            change(&part)
            self.current = part
        }
    }

    /// Adds to the block of that kind, which begins where it isn't the last one.
    private mutating func add(
        _ kind: Part.Kind, _ delta: BlockDelta, start: @autoclosure () -> Block, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        if self.waiting.isEmpty, self.current?.kind == kind { return self.tell(delta, into: &events) }
        if self.last?.kind == kind { return try self.keep(delta, at: self.waiting.count - 1) }
        if case .call = kind {
            if self.current?.kind == kind { return self.tell(delta, into: &events) }
            if let index = self.waiting.firstIndex(where: { $0.kind == kind }) { return try self.keep(delta, at: index) }
        }
        try self.begin(Part(kind, start()), into: &events)
        try self.continueLast(delta, into: &events)
    }

    private mutating func begin(_ part: Part, into events: inout [AnswerEvent]) throws(FormatFault) {
        if let current = self.current, !current.isComplete {
            self.waiting.append(part)
            return try self.count(64)
        }
        self.close(into: &events)
        self.open(part, into: &events)
    }

    private mutating func continueLast(_ delta: BlockDelta, into events: inout [AnswerEvent]) throws(FormatFault) {
        if self.waiting.isEmpty { self.tell(delta, into: &events) } else { try self.keep(delta, at: self.waiting.count - 1) }
    }

    private mutating func keep(_ delta: BlockDelta, at index: Int) throws(FormatFault) {
        self.waiting[index].note(delta)
        self.waiting[index].block.take(delta)
        switch delta {
        case .text(let text), .refusal(let text), .reasoning(let text), .arguments(let text), .audio(let text),
            .audioTranscript(let text):
            try self.count(text.utf8.count)
        case .citation, .opaque: try self.count(64)
        }
    }

    private mutating func count(_ bytes: Int) throws(FormatFault) {
        self.waitingBytes += bytes
        guard self.waitingBytes <= Self.mostWaitingBytes else {
            throw FormatFault("the upstream's stream doesn't complete the arguments of a call")
        }
    }

    private mutating func tell(_ delta: BlockDelta, into events: inout [AnswerEvent]) {
        switch delta {
        // Nothing else has to be known of what is told at once.
        case .text, .refusal, .audio, .audioTranscript, .citation, .opaque: break
        case .reasoning, .arguments: self.current?.note(delta)
        }
        events.append(.delta(self.place, delta))
        guard !self.waiting.isEmpty, self.current?.isComplete == true else { return }
        repeat {
            self.close(into: &events)
            self.openWaiting(into: &events)
        } while self.current?.isComplete == true && !self.waiting.isEmpty
    }

    private mutating func open(_ part: Part, into events: inout [AnswerEvent]) {
        self.current = part
        guard !part.isRedacted else { return }
        self.begun += 1
        events.append(.blockStarted(self.place, part.block))
    }

    private mutating func openWaiting(into events: inout [AnswerEvent]) {
        let part = self.waiting.removeFirst()
        if self.waiting.isEmpty { self.waitingBytes = 0 }
        self.current = part
        guard !part.isRedacted else { return }
        self.begun += 1
        events += part.block.events(at: self.place).dropLast()
    }

    private mutating func close(into events: inout [AnswerEvent]) {
        guard let part = self.current else { return }
        self.current = nil
        if case .call(let slot) = part.kind { self.endedSlots.insert(slot) }
        let opaque = part.record.flatMap { ReasoningDetails.reasoning($0).opaque }
        if part.isRedacted {
            self.begun += 1
            events.append(.blockStarted(self.place, Block(.reasoning(Reasoning(text: "", opaque: opaque, isRedacted: true)))))
        } else if let opaque {
            events.append(.delta(self.place, .opaque(opaque)))
        }
        events.append(.blockEnded(self.place))
    }
}
