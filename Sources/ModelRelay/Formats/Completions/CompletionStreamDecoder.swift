internal import Ledger
internal import Wire

/// Reads the chunks of a completion's stream. Each choice is one text.
struct CompletionStreamDecoder: AnswerStreamDecoder {
    private struct Choice: Sendable {
        var isBegun = false
        var reason: StopReason?
    }

    private var choices: [Choice] = []
    private var usage: Usage?
    private var isStarted = false
    private var isEnded = false

    private static let chunkNames = MemberNames("choices", "usage", "error")
    private static let choiceNames = MemberNames("index", "text", "finish_reason", "logprobs", "usage", "error")

    mutating func event(
        _ name: String?, _ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard !self.isEnded, !data.isEmpty else { return }
        if self.isStarted, name == nil, self.takesPiece(data, into: &events) { return }
        if data.elementsEqual("[DONE]".utf8) { return try self.finish(into: &events) }
        let json = try ChatStreamDecoder.parse(data)
        if let fault = ChatFault.told(by: json) { throw fault }
        guard name != "error", let object = json.objectValue else {
            throw FormatFault("the upstream's stream has an event that is no chunk")
        }
        try self.take(object, into: &events)
    }

    /// The format's mark is `[DONE]`. Some upstreams spare themselves that; then every choice has to have told why it ended.
    mutating func end(into events: inout [AnswerEvent]) throws(FormatFault) {
        guard !self.isEnded else { return }
        guard !self.choices.isEmpty, self.choices.allSatisfy({ $0.reason != nil }) else {
            throw FormatFault("the upstream's stream ended in the middle of its answer")
        }
        try self.finish(into: &events)
    }

    private mutating func finish(into events: inout [AnswerEvent]) throws(FormatFault) {
        guard self.isStarted else { throw FormatFault("the upstream's stream ended before its answer began") }
        for (index, choice) in self.choices.enumerated() {
            if choice.isBegun { events.append(.blockEnded(BlockPlace(choice: index, index: 0))) }
            events.append(.stopped(choice: index, choice.reason ?? .end))
        }
        events.append(.ended)
        self.isEnded = true
    }

    /// - Returns: whether the chunk was a piece of text and nothing else, and has been told.
    private mutating func takesPiece(_ data: UnsafeRawBufferPointer, into events: inout [AnswerEvent]) -> Bool {
        guard let chunk = try? JSONScanner.scan(data, for: Self.chunkNames), chunk[1]?.isNull ?? true, chunk[2]?.isNull ?? true,
            let list = chunk[0], list.kind == .array,
            let choice = try? JSONScanner.scan(
                data, range: (list.valueRange.lowerBound + 1)..<(list.valueRange.upperBound - 1), for: Self.choiceNames),
            (2...5).allSatisfy({ choice[$0]?.isNull ?? true }), let text = choice[1].flatMap({ $0.string(in: data) })
        else { return false }
        let index = Int(clamping: choice[0].flatMap { $0.int64(in: data) } ?? 0)
        guard self.choices.indices.contains(index) else { return false }
        self.say(text, at: index, into: &events)
        return true
    }

    private mutating func say(_ text: String, at index: Int, into events: inout [AnswerEvent]) {
        guard !text.isEmpty else { return }
        let place = BlockPlace(choice: index, index: 0)
        if !self.choices[index].isBegun {
            self.choices[index].isBegun = true
            events.append(.blockStarted(place, .text("")))
        }
        events.append(.delta(place, .text(text)))
    }

    private mutating func take(_ object: JSONObject, into events: inout [AnswerEvent]) throws(FormatFault) {
        let choices = object["choices"]?.arrayValue ?? []
        let usage = object["usage"]
        if !self.isStarted {
            guard !choices.isEmpty || usage?.objectValue != nil else { return }
            self.isStarted = true
            events.append(.started(ChatAnswerReader.envelope(object)))
        }
        for choice in choices { try self.take(choice: choice, into: &events) }
        guard let usage, usage.objectValue != nil, let read = ChatUsage.read(usage), read != self.usage else { return }
        self.usage = read
        events.append(.usage(read))
    }

    private mutating func take(choice: JSON, into events: inout [AnswerEvent]) throws(FormatFault) {
        if let fault = ChatFault.told(by: choice) { throw fault }
        let index = choice["index"]?.intValue ?? 0
        guard 0..<ChatAnswerReader.mostChoices ~= index else {
            throw FormatFault("the upstream's stream has a choice with the index \(index)")
        }
        while self.choices.count <= index { self.choices.append(Choice()) }
        self.say(choice["text"]?.stringValue ?? "", at: index, into: &events)
        if let logprobs = choice["logprobs"].flatMap({ CompletionLogprobs.canonical($0) }) {
            events.append(.logprobs(choice: index, logprobs))
        }
        guard let word = choice["finish_reason"]?.stringValue, !word.isEmpty else { return }
        if let fault = ChatFault.told(byFinishReason: word) { throw fault }
        let reason = StopReason(finishReason: word)
        let sequence = choice["stop_reason"]?.stringValue
        self.choices[index].reason = reason == .end && sequence != nil ? .stopSequence(sequence) : reason
    }
}
