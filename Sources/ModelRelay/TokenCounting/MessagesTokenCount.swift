internal import Wire

/// The bodies of Anthropic's `POST /v1/messages/count_tokens`: a conversation without what concerns only its answer, and a number.
enum MessagesTokenCount {
    /// Members of a conversation that count; the API refuses others here.
    private static let counted: Set<String> = [
        "model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control", "context_management",
        "mcp_servers", "speed", "compaction",
    ]

    /// What a client wants to have counted.
    /// - Throws: a 400 that names the member at fault.
    static func conversation(_ body: JSON) throws(RelayError) -> Conversation {
        try MessagesRequestReader.conversation(body, countsTokens: true)
    }

    /// What an upstream of this format is asked to count.
    static func request(
        _ conversation: Conversation, for target: EncodingTarget, losses: inout Losses
    ) throws(RelayError) -> JSON {
        let request = try MessagesCodec.request(conversation, for: target, losses: &losses)
        return .object(
            JSONObject((request.objectValue ?? [:]).filter { self.counted.contains($0.name) }.map { ($0.name, $0.value) }))
    }

    /// - Throws: where the upstream's answer is none of this format.
    static func tokens(_ body: JSON) throws(FormatFault) -> Int64 {
        if body["type"]?.stringValue == "error" { throw MessagesNames.fault(body["error"]) }
        guard let tokens = body["input_tokens"]?.int64Value, tokens >= 0 else {
            throw FormatFault("the answer has no `input_tokens`")
        }
        return tokens
    }

    /// The answer as a client gets it.
    static func body(tokens: Int64) -> JSON { ["input_tokens": .integer(tokens)] }
}
