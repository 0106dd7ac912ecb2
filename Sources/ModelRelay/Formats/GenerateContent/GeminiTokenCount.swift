internal import NIOHTTP1
internal import Wire

/// Gemini's `models/{model}:countTokens` (ai.google.dev/api/tokens).
enum GeminiTokenCount {
    /// What is to be counted: `contents` alone, or a whole request under `generateContentRequest`.
    /// - Throws: a 400 that names the member.
    static func conversation(_ body: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        let request = Member(body)
        let fields = try request.fields()
        guard let whole = fields.first(where: { $0.name == "generateContentRequest" })?.value else {
            return try GenerateContentRequestReader.conversation(request, endpoint: endpoint)
        }
        if let contents = fields.first(where: { $0.name == "contents" })?.value {
            throw contents.unacceptable("can't stand beside `generateContentRequest`")
        }
        return try GenerateContentRequestReader.conversation(whole, endpoint: endpoint)
    }

    /// The question to an upstream of this format.
    /// - Throws: as `GenerateContentCodec.request`.
    static func request(
        _ conversation: Conversation, for target: EncodingTarget, losses: inout Losses
    ) throws(RelayError) -> JSON {
        var request = try GenerateContentCodec.request(conversation, for: target, losses: &losses)
        request["model"] = .string("models/\(GenerateContentRequestReader.name(target.model))")
        return ["generateContentRequest": request]
    }

    /// - Throws: where the answer holds no count.
    static func count(inAnswer body: JSON) throws(FormatFault) -> Int64 {
        guard let count = body["totalTokens"]?.int64Value, count >= 0 else {
            throw FormatFault("the answer has no `totalTokens`")
        }
        return count
    }

    /// The answer as a client gets it.
    static func body(count: Int64) -> JSON { ["totalTokens": .integer(count)] }
}
