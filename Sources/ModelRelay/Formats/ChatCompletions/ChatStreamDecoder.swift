internal import Ledger
internal import Wire

/// Reads the chunks of a chat completion's stream.
///
/// Nearly all chunks are a piece of text or of thoughts: those are read without building a tree. Everything else is parsed.
struct ChatStreamDecoder: AnswerStreamDecoder {
    private var choices: [ChatChoiceAssembly] = []
    private var answerID = ""
    private var usage: Usage?
    private var pattern: PiecePattern?
    private var isStarted = false
    private var isEnded = false

    private static let chunkNames = MemberNames("choices", "usage", "error")
    private static let choiceNames = MemberNames("index", "delta", "finish_reason", "logprobs", "usage", "error")
    private static let deltaNames = MemberNames(
        "content", "reasoning_content", "reasoning", "refusal", "tool_calls", "function_call", "audio", "annotations",
        "reasoning_details", "images", "extra_content")

    mutating func event(
        _ name: String?, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard !self.isEnded, !data.isEmpty else { return }
        if self.isStarted, name == nil, try self.takesPiece(data, into: &events) { return }
        if data.elementsEqual("[DONE]".utf8) { return try self.finish(into: &events) }
        try self.take(try Self.parse(data), name: name, into: &events)
    }

    /// The format's mark is `[DONE]`. Some upstreams spare themselves that; then every choice has to have told why it ended.
    mutating func end(into events: inout [AnswerEvent]) throws(FormatFault) {
        guard !self.isEnded else { return }
        guard !self.choices.isEmpty, self.choices.allSatisfy(\.isStopped) else {
            throw FormatFault("the upstream's stream ended in the middle of its answer")
        }
        try self.finish(into: &events)
    }

    static func parse(_ data: UnsafeRawBufferPointer) throws(FormatFault) -> JSON {
        do { return try JSON.parse(data, limits: JSONLimits(duplicateNames: .lastWins)) } catch {
            throw FormatFault("the upstream's stream has an event that is no JSON: \(error)")
        }
    }

    private mutating func finish(into events: inout [AnswerEvent]) throws(FormatFault) {
        guard self.isStarted else { throw FormatFault("the upstream's stream ended before its answer began") }
        for index in self.choices.indices { self.choices[index].finish(into: &events) }
        events.append(.ended)
        self.isEnded = true
    }

    // MARK: The common chunk

    /// - Returns: whether the chunk was a piece of text or thoughts and nothing else, and has been told.
    private mutating func takesPiece(
        _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
    ) throws(FormatFault) -> Bool {
        if let pattern = self.pattern, let text = pattern.text(in: data) {
            try self.take(text, isThought: pattern.isThought, choice: pattern.choice, into: &events)
            return true
        }
        guard let chunk = try? JSONScanner.scan(data, for: Self.chunkNames), Self.isAbsent(chunk[1]), Self.isAbsent(chunk[2]),
            let list = chunk[0], list.kind == .array,
            // Of several choices the scan finds something behind the first, and fails.
            let choice = try? JSONScanner.scan(
                data, range: (list.valueRange.lowerBound + 1)..<(list.valueRange.upperBound - 1), for: Self.choiceNames),
            (2...5).allSatisfy({ Self.isAbsent(choice[$0]) }), let delta = choice[1], delta.kind == .object,
            let said = try? JSONScanner.scan(data, range: delta.valueRange, for: Self.deltaNames),
            (3...10).allSatisfy({ Self.isAbsent(said[$0]) })
        else { return false }
        guard (0...2).allSatisfy({ Self.isAbsent(said[$0]) || said[$0]?.kind == .string }) else { return false }
        let index = Int(clamping: choice[0].flatMap { $0.int64(in: data) } ?? 0)
        guard self.choices.indices.contains(index) else { return false }
        let text = Self.text(said[0], in: data)
        let thought = Self.text(said[1], in: data) ?? Self.text(said[2], in: data)
        if let thought { try self.take(thought, isThought: true, choice: index, into: &events) }
        if let text { try self.take(text, isThought: false, choice: index, into: &events) }
        // Thoughts by both names are the same twice, which the pattern couldn't tell from others.
        let isThoughtTwice = Self.text(said[1], in: data) != nil && Self.text(said[2], in: data) != nil
        if (text == nil) != (thought == nil), !isThoughtTwice {
            let member = text != nil ? said[0] : Self.text(said[1], in: data) != nil ? said[1] : said[2]
            self.pattern = member.flatMap { PiecePattern(of: data, around: $0.valueRange, choice: index, isThought: text == nil) }
        }
        return true
    }

    private mutating func take(
        _ text: String, isThought: Bool, choice: Int, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard !text.isEmpty else { return }
        if isThought {
            try self.choices[choice].think(text, into: &events)
        } else {
            try self.choices[choice].say(text, into: &events)
        }
    }

    private static func isAbsent(_ member: ScannedMember?) -> Bool { member?.isNull ?? true }

    private static func text(_ member: ScannedMember?, in data: UnsafeRawBufferPointer) -> String? {
        guard let text = member?.string(in: data), !text.isEmpty else { return nil }
        return text
    }

    // MARK: All others

    private mutating func take(_ json: JSON, name: String?, into events: inout [AnswerEvent]) throws(FormatFault) {
        if let fault = ChatFault.told(by: json) { throw fault }
        guard name != "error" else {
            throw FormatFault(
                String((json["message"]?.stringValue ?? "the upstream's stream failed").prefix(800)), told: .init(status: 502))
        }
        guard let object = json.objectValue else { throw FormatFault("the upstream's stream has an event that is no chunk") }
        let choices = object["choices"]?.arrayValue ?? []
        let usage = object["usage"] ?? object["x_groq"]?["usage"]
        // Azure tells what its filter found in the prompt before the answer has an id.
        if !self.isStarted {
            guard !choices.isEmpty || usage?.objectValue != nil else { return }
            self.start(object, into: &events)
        }
        for choice in choices {
            guard let choice = choice.objectValue else {
                throw FormatFault("the upstream's stream has a choice that is no object")
            }
            try self.take(choice: choice, into: &events)
        }
        self.take(usage: usage, into: &events)
    }

    private mutating func start(_ object: JSONObject, into events: inout [AnswerEvent]) {
        let answer = ChatAnswerReader.envelope(object)
        self.answerID = answer.id
        self.isStarted = true
        events.append(.started(answer))
    }

    private mutating func take(usage: JSON?, into events: inout [AnswerEvent]) {
        guard let usage, usage.objectValue != nil, let read = ChatUsage.read(usage), read != self.usage else { return }
        self.usage = read
        events.append(.usage(read))
    }

    private mutating func take(choice: JSONObject, into events: inout [AnswerEvent]) throws(FormatFault) {
        if let fault = ChatFault.told(by: .object(choice)) { throw fault }
        let index = choice["index"]?.intValue ?? 0
        guard 0..<ChatAnswerReader.mostChoices ~= index else {
            throw FormatFault("the upstream's stream has a choice with the index \(index)")
        }
        while self.choices.count <= index {
            self.choices.append(ChatChoiceAssembly(choice: self.choices.count, answerID: self.answerID))
        }
        if let delta = choice["delta"]?.objectValue { try self.choices[index].take(delta, into: &events) }
        if let logprobs = choice["logprobs"], logprobs.objectValue != nil { events.append(.logprobs(choice: index, logprobs)) }
        if let word = choice["finish_reason"]?.stringValue, !word.isEmpty {
            if let fault = ChatFault.told(byFinishReason: word) { throw fault }
            self.choices[index].stop(word, sequence: choice["stop_reason"]?.stringValue)
        }
        self.take(usage: choice["usage"], into: &events)
    }
}
