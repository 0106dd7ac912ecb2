public import Directory
internal import Ledger

/// Which models a channel may be tried with to see whether it is back.
public enum TrialRule {
    /// Whether one small request tells it and costs next to nothing: text, vectors, judgements. Pictures, speech and videos are paid for
    /// each time, and a model that the operator excludes from tests isn't tried either; their channels are let back by time, with a
    /// few requests at first.
    public static func allowsTrial(of config: ModelConfig) -> Bool {
        guard !config.excludeFromTests else { return false }
        // By the contract's numbers: chat, completions, embeddings, moderations, rerank, Anthropic, responses, Gemini.
        switch config.type.number {
        case 1, 2, 3, 4, 10, 12, 16, 21: return true
        default: return false
        }
    }
}
