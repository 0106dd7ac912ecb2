public import Ledger

/// What a request of the model side asks for, as its method and path say it.
public struct Endpoint: Sendable, Hashable {
    /// The format of request and answer.
    public let format: WireFormat
    public let mode: CallMode
    /// The path as the record has it.
    public let recordPath: String
    /// What the path says of the request.
    let path: EndpointPath

    /// - Parameters:
    ///   - model: the model, where the path names it.
    ///   - isStreamed: whether the answer is to be streamed, where the path says it.
    ///   - isArrayFramed: whether a stream is a JSON array rather than events.
    ///   - verb: Gemini's word behind the colon.
    public init(
        _ format: WireFormat, recordPath: String, model: String? = nil, isStreamed: Bool? = nil, isArrayFramed: Bool = false,
        verb: String? = nil
    ) {
        self.format = format
        self.mode = format.mode
        self.recordPath = recordPath
        self.path = EndpointPath(model: model, isStreamed: isStreamed, isArrayFramed: isArrayFramed, verb: verb)
    }
}

extension WireFormat {
    /// The contract's number of the endpoint.
    public var mode: CallMode {
        switch self {
        case .chatCompletions: .chatCompletions
        case .completions: .completions
        case .responses: .responses
        case .messages: .messages
        case .generateContent: .gemini
        case .embeddings, .embedContent: .embeddings
        case .moderations: .moderations
        case .rerank: .rerank
        case .inputTokens, .countTokens, .geminiCountTokens: .countTokens
        }
    }
}
