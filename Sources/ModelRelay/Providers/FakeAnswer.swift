internal import Wire

/// What the simulator answers to a chat completion, by its channel's configuration (the contract's members: `static_text`, `prefix`,
/// `suffix`, `reasoning_text`, `delay_ms`, `stream_chunks`, `stream_chunk_size`, `usage`; `chunk_delay_ms` is ours).
struct FakeAnswer {
    private let configuration: JSONObject
    private let model: String
    private let request: JSON
    private let id: String
    private let createdAt: Int64

    init(configuration: JSONObject, model: String, request: JSON, id: RequestID, nowMilliseconds: Int64) {
        self.configuration = configuration
        self.model = model
        self.request = request
        self.id = "chatcmpl-\(id)"
        self.createdAt = nowMilliseconds / 1000
    }

    static let longestDelay: Int64 = 600_000

    var delayMilliseconds: Int64 { self.bounded("delay_ms", 0...Self.longestDelay) ?? 0 }
    var chunkDelayMilliseconds: Int64 { self.bounded("chunk_delay_ms", 0...Self.longestDelay) ?? 0 }

    /// The answer as one JSON object.
    func object() -> [UInt8] {
        var message: JSONObject = ["role": "assistant", "content": .string(self.text)]
        if let reasoning = self.reasoning { message["reasoning_content"] = .string(reasoning) }
        var answer = self.envelope("chat.completion")
        answer["choices"] = [["index": 0, "message": .object(message), "finish_reason": "stop"]]
        answer["usage"] = self.usage
        return JSON.object(answer).serializedBytes()
    }

    /// The answer as the events of a stream, each with its blank line; the usage comes in a chunk of its own where it was asked for.
    func events() -> [[UInt8]] {
        var deltas: [JSONObject] = [["role": "assistant", "content": ""]]
        if let reasoning = self.reasoning { deltas.append(["reasoning_content": .string(reasoning)]) }
        deltas += self.pieces().map { ["content": .string($0)] }
        var events = deltas.map { self.event([["index": 0, "delta": .object($0), "finish_reason": .null]]) }
        events.append(self.event([["index": 0, "delta": [:], "finish_reason": "stop"]]))
        if self.request["stream_options"]?["include_usage"]?.boolValue == true {
            events.append(self.event([], usage: self.usage))
        }
        events.append(Array("data: [DONE]\n\n".utf8))
        return events
    }

    private var text: String {
        if let text = self.configuration["static_text"]?.stringValue, !text.isEmpty { return text }
        let prefix = self.configuration["prefix"]?.stringValue ?? ""
        let suffix = self.configuration["suffix"]?.stringValue ?? ""
        return prefix + self.lastUserText + suffix
    }

    private var reasoning: String? {
        self.configuration["reasoning_text"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The last thing that a user said, without pictures and sounds.
    private var lastUserText: String {
        guard let content = self.request["messages"]?.arrayValue?.last(where: { $0["role"]?.stringValue == "user" })?["content"]
        else {
            return "Hello from the fake provider."
        }
        if let text = content.stringValue { return text }
        return (content.arrayValue ?? []).compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
    }

    /// The text cut for a stream: into `stream_chunks` equal parts, or parts of `stream_chunk_size` characters.
    private func pieces() -> [String] {
        let characters = Array(self.text)
        guard !characters.isEmpty else { return [] }
        var size = Int(self.bounded("stream_chunk_size", 1...1_000_000) ?? 16)
        if let count = self.bounded("stream_chunks", 1...100_000) { size = (characters.count + Int(count) - 1) / Int(count) }
        return stride(from: 0, to: characters.count, by: size).map { String(characters[$0..<min($0 + size, characters.count)]) }
    }

    private var usage: JSON {
        let set = self.configuration["usage"]?.objectValue ?? JSONObject()
        var usage: JSONObject = [:]
        func count(_ name: String) -> Int64? { set[name]?.int64Value.map { min(max($0, 0), 1 << 40) } }
        let input = count("prompt_tokens") ?? Int64((self.lastUserText.utf8.count + 3) / 4)
        let output =
            count("completion_tokens")
            ?? Int64((self.text.utf8.count + 3) / 4) + Int64(((self.reasoning ?? "").utf8.count + 3) / 4)
        usage["prompt_tokens"] = JSON(integerLiteral: input)
        usage["completion_tokens"] = JSON(integerLiteral: output)
        usage["total_tokens"] = JSON(integerLiteral: count("total_tokens") ?? input + output)
        for (name, value) in set where usage[name] == nil { usage[name] = value }
        return .object(usage)
    }

    private func event(_ choices: JSON, usage: JSON? = nil) -> [UInt8] {
        var chunk = self.envelope("chat.completion.chunk")
        chunk["choices"] = choices
        if let usage { chunk["usage"] = usage }
        return Array("data: ".utf8) + JSON.object(chunk).serializedBytes() + Array("\n\n".utf8)
    }

    private func envelope(_ kind: String) -> JSONObject {
        [
            "id": .string(self.id), "object": .string(kind), "created": JSON(integerLiteral: self.createdAt),
            "model": .string(self.model),
        ]
    }

    private func bounded(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
        self.configuration[name]?.int64Value.flatMap { $0 <= 0 ? nil : min(max($0, range.lowerBound), range.upperBound) }
    }
}
