/// What has to be known of a Gemini model to write a request for it.
struct GeminiModel: Sendable, Hashable {
    enum Thinking: Sendable, Hashable {
        /// The model doesn't think.
        case none
        /// By `thinkingBudget` in tokens.
        /// - Parameter canBeOff: whether 0 is taken.
        case budget(ClosedRange<Int64>, canBeOff: Bool)
        /// By `thinkingLevel`; it can't be turned off. In the order of effort.
        case levels([String])
        /// Nothing is known: it is said as the client said it.
        case unknown
    }

    var thinking: Thinking
    /// Whether calls need a signature, pictures may stand in a tool's result, parts have a resolution of their own, and search goes
    /// together with functions: all of that came with Gemini 3.
    var isThirdGeneration: Bool

    private static let everyLevel = ["minimal", "low", "medium", "high"]
    private static let withoutMinimal = ["low", "medium", "high"]

    /// By how the name begins; the longest beginning counts. (ai.google.dev, "Gemini thinking".)
    private static let families: [(prefix: String, model: GeminiModel)] = [
        ("gemini-1", GeminiModel(thinking: .none, isThirdGeneration: false)),
        ("gemini-2.0", GeminiModel(thinking: .none, isThirdGeneration: false)),
        ("gemini-2.5-pro", GeminiModel(thinking: .budget(128...32768, canBeOff: false), isThirdGeneration: false)),
        ("gemini-2.5-pro-preview-tts", GeminiModel(thinking: .none, isThirdGeneration: false)),
        ("gemini-2.5-flash", GeminiModel(thinking: .budget(1...24576, canBeOff: true), isThirdGeneration: false)),
        ("gemini-2.5-flash-lite", GeminiModel(thinking: .budget(512...24576, canBeOff: true), isThirdGeneration: false)),
        ("gemini-2.5-flash-image", GeminiModel(thinking: .none, isThirdGeneration: false)),
        ("gemini-2.5-flash-preview-tts", GeminiModel(thinking: .none, isThirdGeneration: false)),
        ("gemini-2.5-computer-use", GeminiModel(thinking: .budget(128...32768, canBeOff: false), isThirdGeneration: false)),
        ("gemini-robotics-er-1", GeminiModel(thinking: .budget(1...24576, canBeOff: true), isThirdGeneration: false)),
        ("gemini-3", GeminiModel(thinking: .levels(everyLevel), isThirdGeneration: true)),
        ("gemini-3-pro", GeminiModel(thinking: .levels(["low", "high"]), isThirdGeneration: true)),
        ("gemini-3-pro-image", GeminiModel(thinking: .none, isThirdGeneration: true)),
        ("gemini-3.1-pro", GeminiModel(thinking: .levels(withoutMinimal), isThirdGeneration: true)),
        ("gemini-3.7", GeminiModel(thinking: .levels(withoutMinimal), isThirdGeneration: true)),
        ("gemini-3.8", GeminiModel(thinking: .levels(withoutMinimal), isThirdGeneration: true)),
        ("gemini-", GeminiModel(thinking: .levels(withoutMinimal), isThirdGeneration: true)),
        ("gemma-3", GeminiModel(thinking: .none, isThirdGeneration: false)),
        ("learnlm", GeminiModel(thinking: .none, isThirdGeneration: false)),
    ]

    /// - Parameter name: as the upstream knows it, with or without `models/` or a publisher before it.
    static func named(_ name: String) -> GeminiModel {
        let last = name.split(separator: "/").last.map { $0.lowercased() } ?? ""
        let known = self.families.filter { last.utf8.starts(with: $0.prefix.utf8) }.max {
            $0.prefix.utf8.count < $1.prefix.utf8.count
        }
        return known?.model ?? GeminiModel(thinking: .unknown, isThirdGeneration: false)
    }
}
