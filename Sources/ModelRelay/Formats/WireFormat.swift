/// The shape of requests and answers at an endpoint.
public enum WireFormat: String, Sendable, Hashable, CaseIterable {
    /// OpenAI's `POST /v1/chat/completions`.
    case chatCompletions = "chat-completions"
    /// OpenAI's `POST /v1/completions`.
    case completions
    /// OpenAI's `POST /v1/responses`.
    case responses
    /// Anthropic's `POST /v1/messages`.
    case messages
    /// Gemini's `models/{model}:generateContent` and `:streamGenerateContent`.
    case generateContent = "generate-content"
    case embeddings
    /// Gemini's `models/{model}:embedContent` and `:batchEmbedContents`.
    case embedContent = "embed-content"
    case moderations
    case rerank
    /// OpenAI's `POST /v1/responses/input_tokens`.
    case inputTokens = "input-tokens"
    /// Anthropic's `POST /v1/messages/count_tokens`.
    case countTokens = "count-tokens"
    /// Gemini's `models/{model}:countTokens`.
    case geminiCountTokens = "gemini-count-tokens"

    /// In whose words failures are told.
    public var dialect: Dialect {
        switch self {
        case .messages, .countTokens: .anthropic
        case .generateContent, .embedContent, .geminiCountTokens: .gemini
        default: .openAI
        }
    }
}
