internal import Ledger
internal import Wire

/// `POST /v1/embeddings` at channels of Gemini's format.
enum EmbeddingsTranslator: BodyTranslator {
    static let format = WireFormat.embeddings

    static func translation(
        of request: JSON, endpoint: EndpointPath, to upstream: WireFormat, model: String, reply: ReplyContext
    ) throws(RelayError) -> (any BodyTranslation)? {
        try EmbeddingsTranslation(
            EmbeddingsOpenAICodec.self, request, endpoint: endpoint, to: upstream, model: model, reply: reply)
    }
}

/// Gemini's `embedContent` and `batchEmbedContents` at channels of either format. A channel of their own is always asked for a batch.
enum EmbedContentTranslator: BodyTranslator {
    static let format = WireFormat.embedContent
    static let translatesOwnFormat = true

    static func translation(
        of request: JSON, endpoint: EndpointPath, to upstream: WireFormat, model: String, reply: ReplyContext
    ) throws(RelayError) -> (any BodyTranslation)? {
        try EmbeddingsTranslation(EmbedContentCodec.self, request, endpoint: endpoint, to: upstream, model: model, reply: reply)
    }
}

/// One request for embeddings, translated.
private struct EmbeddingsTranslation: BodyTranslation {
    let body: JSON
    let dropped: [String]
    private let client: any EmbeddingsCodec.Type
    private let upstream: any EmbeddingsCodec.Type
    private let request: EmbeddingsRequest
    private let reply: ReplyContext

    /// Nil where `upstream` is no format for embeddings.
    init?(
        _ client: any EmbeddingsCodec.Type, _ json: JSON, endpoint: EndpointPath, to upstream: WireFormat, model: String,
        reply: ReplyContext
    ) throws(RelayError) {
        switch upstream {
        case .embeddings: self.upstream = EmbeddingsOpenAICodec.self
        case .embedContent: self.upstream = EmbedContentCodec.self
        default: return nil
        }
        self.client = client
        self.reply = reply
        self.request = try client.request(json, endpoint: endpoint)
        var losses = Losses()
        self.body = try self.upstream.body(of: self.request, model: model, client: client, losses: &losses)
        self.dropped = losses.isEmpty ? [] : losses.names { $0 == .user ? "user" : nil }
    }

    func answer(_ body: JSON) throws(FormatFault) -> (body: JSON, usage: Usage?) {
        let answer = try self.upstream.answer(body)
        return (try self.client.body(of: answer, to: self.request, reply: self.reply), answer.usage)
    }
}
