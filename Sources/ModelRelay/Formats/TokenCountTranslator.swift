internal import Ledger
internal import Wire

/// OpenAI's `input_tokens`: asked of channels that count in another format's way, and estimated where none counts.
enum ResponsesCounter: BodyTranslator, LocalEndpoint {
    static let format = WireFormat.inputTokens

    static func translation(
        of request: JSON, endpoint: EndpointPath, to upstream: WireFormat, model: String, reply: ReplyContext
    ) throws(RelayError) -> (any BodyTranslation)? {
        let conversation = try ResponsesTokenCount.conversation(request, endpoint: endpoint)
        return try TokenCountTranslation(
            of: conversation, from: ResponsesCodec.self, to: upstream, model: model, reply: reply, write: ResponsesTokenCount.body
        )
    }

    static func answer(_ request: JSON, endpoint: EndpointPath, model: String) throws(RelayError) -> JSON {
        let conversation = try ResponsesTokenCount.conversation(request, endpoint: endpoint)
        return ResponsesTokenCount.body(tokens: TokenEstimate.inputTokens(of: conversation, for: .responses))
    }
}

/// Anthropic's `count_tokens`: asked of channels that count in another format's way, and estimated where none counts.
enum MessagesCounter: BodyTranslator, LocalEndpoint {
    static let format = WireFormat.countTokens

    static func translation(
        of request: JSON, endpoint: EndpointPath, to upstream: WireFormat, model: String, reply: ReplyContext
    ) throws(RelayError) -> (any BodyTranslation)? {
        try TokenCountTranslation(
            of: try MessagesTokenCount.conversation(request), from: MessagesCodec.self, to: upstream, model: model, reply: reply,
            write: MessagesTokenCount.body)
    }

    static func answer(_ request: JSON, endpoint: EndpointPath, model: String) throws(RelayError) -> JSON {
        MessagesTokenCount.body(
            tokens: TokenEstimate.inputTokens(of: try MessagesTokenCount.conversation(request), for: .messages))
    }
}

/// Gemini's `countTokens`: asked of channels that count in another format's way, and estimated where none counts.
enum GeminiCounter: BodyTranslator, LocalEndpoint {
    static let format = WireFormat.geminiCountTokens

    static func translation(
        of request: JSON, endpoint: EndpointPath, to upstream: WireFormat, model: String, reply: ReplyContext
    ) throws(RelayError) -> (any BodyTranslation)? {
        let conversation = try GeminiTokenCount.conversation(request, endpoint: endpoint)
        return try TokenCountTranslation(
            of: conversation, from: GenerateContentCodec.self, to: upstream, model: model, reply: reply,
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
    private let read: @Sendable (JSON) throws(FormatFault) -> Int64
    private let write: @Sendable (Int64) -> JSON

    /// - Returns: nil where the channel's format counts nothing.
    /// - Throws: a 400 for what can't be left out and can't be told either.
    init?(
        of conversation: Conversation, from client: any FormatCodec.Type, to upstream: WireFormat, model: String,
        reply: ReplyContext, write: @escaping @Sendable (Int64) -> JSON
    ) throws(RelayError) {
        let target = EncodingTarget(model: model, client: client, now: reply.now, requestID: reply.requestID)
        var losses = Losses()
        switch upstream {
        case .inputTokens:
            try conversation.check(from: client.format, to: .responses)
            self.body = try ResponsesTokenCount.request(conversation, for: target, losses: &losses)
            self.read = ResponsesTokenCount.tokens
        case .countTokens:
            try conversation.check(from: client.format, to: .messages)
            self.body = try MessagesTokenCount.request(conversation, for: target, losses: &losses)
            self.read = MessagesTokenCount.tokens
        case .geminiCountTokens:
            try conversation.check(from: client.format, to: .generateContent)
            self.body = try GeminiTokenCount.request(conversation, for: target, losses: &losses)
            self.read = GeminiTokenCount.count
        default: return nil
        }
        self.dropped = losses.names(by: client.memberName)
        self.write = write
    }

    func answer(_ body: JSON) throws(FormatFault) -> (body: JSON, usage: Usage?) { (self.write(try self.read(body)), nil) }
}
