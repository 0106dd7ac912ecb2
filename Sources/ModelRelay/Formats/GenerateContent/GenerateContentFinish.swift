/// Why a candidate ended (`finishReason`), and why a prompt was not answered at all (`blockReason`).
enum GenerateContentFinish {
    private static let filters: Set<String> = [
        "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION", "ESCALATION", "PUP_LIMITED_DISABLED", "MODEL_ARMOR",
    ]
    private static let others: Set<String> = [
        "FINISH_REASON_UNSPECIFIED", "OTHER", "MALFORMED_FUNCTION_CALL", "IMAGE_OTHER", "NO_IMAGE", "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE",
    ]

    /// - Parameter hasCalls: whether the candidate asks for tools, which this format doesn't tell as a reason of its own.
    static func stop(_ word: String, hasCalls: Bool) -> StopReason {
        switch word {
        case "STOP": hasCalls ? .toolCalls : .end
        case "MAX_TOKENS": .length
        // The answer goes on where it is asked for with the token that came with it.
        case "CONTINUATION": .pause
        case let word where self.filters.contains(word): .contentFilter(word)
        default: .other(word)
        }
    }

    static func word(_ stop: StopReason) -> String {
        switch stop {
        case .end, .stopSequence, .toolCalls: "STOP"
        case .length, .contextWindow: "MAX_TOKENS"
        case .refusal: "SAFETY"
        case .contentFilter(let word): self.filters.contains(word) ? word : "SAFETY"
        case .pause: "OTHER"
        case .other(let word): self.others.contains(word) ? word : "OTHER"
        }
    }
}
