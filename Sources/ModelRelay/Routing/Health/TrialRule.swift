public import Directory
internal import Ledger

/// Which models a channel may be tried with to see whether it is back.
public enum TrialRule {
    /// Whether one small request tells it and costs next to nothing: text, vectors, judgements. Pictures, speech and videos are paid for
    /// each time, and a model that the operator excludes from tests isn't tried either; their channels are let back by time, with a
    /// few requests at first.
    public static func allowsTrial(of config: ModelConfig) -> Bool {
        !config.excludeFromTests && self.kind(of: config) != nil
    }

    /// The kind of that small request, by the contract's numbers; nil where there is none.
    public static func kind(of config: ModelConfig) -> WireFormat? {
        switch config.type.number {
        case 1: .chatCompletions
        case 2: .completions
        case 3: .embeddings
        case 4: .moderations
        case 10: .rerank
        case 12: .messages
        case 16: .responses
        case 21: .generateContent
        default: nil
        }
    }
}
