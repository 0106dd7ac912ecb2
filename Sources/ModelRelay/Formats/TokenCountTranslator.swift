internal import Ledger
internal import Wire

/// Anthropic's `count_tokens`: asked of channels that count in Gemini's way, and estimated where none counts.
enum MessagesCounter: BodyTranslator, LocalEndpoint {
    static let format = WireFormat.countTokens

    static func translation(
        of request: JSON, endpoint: EndpointPath, to upstream: WireFormat, model: String, reply: ReplyContext
    ) throws(RelayError) -> (any BodyTranslation)? {
        guard upstream == .geminiCountTokens else { return nil }
        let target = EncodingTarget(model: model, client: MessagesCodec.self, now: reply.now, requestID: reply.requestID)
        var losses = Losses()
        let body = try GeminiTokenCount.request(try MessagesTokenCount.conversation(request), for: target, losses: &losses)
        return TokenCountTranslation(
            body: body, dropped: losses.names(by: MessagesCodec.memberName), read: GeminiTokenCount.count,
            write: MessagesTokenCount.body)
    }

    static func answer(_ request: JSON, endpoint: EndpointPath, model: String) throws(RelayError) -> JSON {
        MessagesTokenCount.body(
            tokens: TokenEstimate.inputTokens(of: try MessagesTokenCount.conversation(request), for: .messages))
    }
}

/// Gemini's `countTokens`: asked of channels that count in Anthropic's way, and estimated where none counts.
enum GeminiCounter: BodyTranslator, LocalEndpoint {
    static let format = WireFormat.geminiCountTokens

    static func translation(
        of request: JSON, endpoint: EndpointPath, to upstream: WireFormat, model: String, reply: ReplyContext
    ) throws(RelayError) -> (any BodyTranslation)? {
        guard upstream == .countTokens else { return nil }
        let target = EncodingTarget(model: model, client: GenerateContentCodec.self, now: reply.now, requestID: reply.requestID)
        var losses = Losses()
        let conversation = try GeminiTokenCount.conversation(request, endpoint: endpoint)
        let body = try MessagesTokenCount.request(conversation, for: target, losses: &losses)
        return TokenCountTranslation(
            body: body, dropped: losses.names(by: GenerateContentCodec.memberName), read: MessagesTokenCount.tokens,
            write: GeminiTokenCount.body)
    }

    static func answer(_ request: JSON, endpoint: EndpointPath, model: String) throws(RelayError) -> JSON {
        let conversation = try GeminiTokenCount.conversation(request, endpoint: endpoint)
        return GeminiTokenCount.body(count: TokenEstimate.inputTokens(of: conversation, for: .generateContent))
    }
}

/// A question for a number, translated.
private struct TokenCountTranslation: BodyTranslation {
    let body: JSON
    let dropped: [String]
    let read: @Sendable (JSON) throws(FormatFault) -> Int64
    let write: @Sendable (Int64) -> JSON

    func answer(_ body: JSON) throws(FormatFault) -> (body: JSON, usage: Usage?) { (self.write(try self.read(body)), nil) }
}
