internal import Ledger

extension WireFormat {
    /// Types of models that answer in words, by whatever endpoint they are asked: Gemini's speech and pictures come from the same.
    private static let conversational: Set<CallMode> = [
        .chatCompletions, .completions, .messages, .responses, .gemini, .geminiTTS, .geminiImage,
    ]

    /// Whether models of a type can be asked at this endpoint; those of which the operator says no type can be at any.
    func takes(modelsOf type: CallMode) -> Bool {
        guard type != .unknown else { return true }
        return switch self {
        case .chatCompletions, .responses, .messages, .generateContent, .inputTokens, .countTokens, .geminiCountTokens:
            Self.conversational.contains(type)
        // What only Responses serves can't be told as a text to be continued.
        case .completions: type != .responses && Self.conversational.contains(type)
        case .embeddings, .embedContent: type == .embeddings
        case .moderations: type == .moderations
        case .rerank: type == .rerank
        }
    }
}
