internal import Wire

/// What a model thought before it spoke.
struct Reasoning: Sendable, Hashable {
    var text: String
    /// Whether the text is a summary (Responses) rather than the thoughts themselves.
    var isSummary = false
    /// What the provider wants back in the next turn.
    var opaque: OpaqueReasoning?
    /// Whether nothing but the opaque part may be seen (Anthropic's `redacted_thinking`).
    var isRedacted = false
}

/// A provider's own record of its thoughts, which only it can read: Anthropic's `signature` and redacted `data`, `encrypted_content` of
/// Responses, Gemini's `thoughtSignature`.
///
/// It has to come back in the next turn just as it was, or the provider refuses the turn. A client of another format carries it in
/// that format's own place as `carried` text, which names its origin.
struct OpaqueReasoning: Sendable, Hashable {
    /// The format whose upstream made it.
    var origin: WireFormat
    var value: String
    /// The item's id in Responses.
    var id: String?

    private static let prefix = "portico."

    /// The text that a client of `format` is given to carry.
    func carried(in format: WireFormat) -> String {
        guard self.origin != format else { return self.value }
        // The id's characters are those of identifiers; a point can't stand in it.
        let id = self.id.flatMap { $0.utf8.contains(UInt8(ascii: ".")) ? nil : $0 } ?? ""
        return "\(Self.prefix)\(self.origin.rawValue).\(id).\(self.value)"
    }

    /// What a client of `format` brings back.
    init(carried text: String, in format: WireFormat, id: String? = nil) {
        if text.utf8.starts(with: Self.prefix.utf8) {
            let parts = text.dropFirst(Self.prefix.utf8.count).split(
                separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
            if parts.count == 3, let origin = WireFormat(rawValue: String(parts[0])) {
                self.init(origin: origin, value: String(parts[2]), id: parts[1].isEmpty ? nil : String(parts[1]))
                return
            }
        }
        self.init(origin: format, value: text, id: id)
    }

    init(origin: WireFormat, value: String, id: String? = nil) {
        self.origin = origin
        self.value = value
        self.id = id
    }
}

/// How much a model is to think.
struct ReasoningRequest: Sendable, Hashable {
    /// As OpenAI names it: none, minimal, low, medium, high, xhigh; other words are passed on.
    var effort: String?
    /// Tokens. Where a format says it by an effort, `effort(ofBudget:)` translates.
    var budget: Int64?
    /// The model decides itself (Anthropic's `adaptive`, Gemini's budget of -1).
    var isAdaptive = false
    /// Whether thoughts are to be shown: `auto`, `concise`, `detailed`, `none`; nil where the client did not say.
    var summary: String?
    /// Whether the opaque part is asked for (Responses' `include`).
    var includesOpaque: Bool?

    /// No thinking at all.
    var isOff: Bool { self.effort == "none" || self.budget == 0 }

    /// The budget that an effort stands for, in tokens; nil for `none` and for words that are not known.
    static func budget(ofEffort effort: String) -> Int64? {
        switch effort {
        case "minimal": 1024
        case "low": 2048
        case "medium": 8192
        case "high": 16384
        case "xhigh", "max": 32768
        default: nil
        }
    }

    /// The effort that a budget comes nearest to.
    static func effort(ofBudget budget: Int64) -> String {
        switch budget {
        case ...0: "none"
        case ...1024: "minimal"
        case ...4096: "low"
        case ...12288: "medium"
        case ...24576: "high"
        default: "xhigh"
        }
    }

    /// The effort in words, whichever way the client said it; nil where it left that to the model.
    var effortOrNearest: String? { self.effort ?? self.budget.map(Self.effort(ofBudget:)) }

    /// The budget in tokens, whichever way the client said it; nil where it left that to the model.
    var budgetOrNearest: Int64? { self.budget ?? self.effort.flatMap(Self.budget(ofEffort:)) }
}
