internal import Wire

/// The bodies of OpenAI's `POST /v1/responses/input_tokens`. What is to be counted is a request of Responses, and read as one; here is what
/// differs from it.
enum ResponsesTokenCount {
    /// Members of a request of Responses that this endpoint takes (`TokenCountsBody` of OpenAI's description).
    private static let counted: Set<String> = [
        "model", "input", "instructions", "previous_response_id", "conversation", "tools", "tool_choice", "parallel_tool_calls",
        "text", "reasoning", "truncation", "personality",
    ]

    /// What a client wants to have counted.
    /// - Throws: a 400 that names the member at fault.
    static func conversation(_ body: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        try ResponsesCodec.conversation(body, endpoint: endpoint)
    }

    /// What an upstream of this format is asked to count.
    /// - Throws: as `ResponsesCodec.request`.
    static func request(
        _ conversation: Conversation, for target: EncodingTarget, losses: inout Losses
    ) throws(RelayError) -> JSON {
        self.request(of: try ResponsesCodec.request(conversation, for: target, losses: &losses))
    }

    /// - Parameter request: as Responses' codec writes it.
    static func request(of request: JSON) -> JSON {
        .object(JSONObject((request.objectValue ?? [:]).filter { self.counted.contains($0.name) }.map { ($0.name, $0.value) }))
    }

    /// - Throws: where the upstream's answer is none of this format.
    static func tokens(_ body: JSON) throws(FormatFault) -> Int64 {
        if let message = body["error"]?["message"]?.stringValue { throw FormatFault(String(message.prefix(800))) }
        guard let tokens = body["input_tokens"]?.int64Value, tokens >= 0 else {
            throw FormatFault("the answer has no `input_tokens`")
        }
        return tokens
    }

    /// The answer as a client gets it.
    static func body(tokens: Int64) -> JSON { ["object": "response.input_tokens", "input_tokens": .integer(tokens)] }
}
