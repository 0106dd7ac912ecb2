internal import Wire

/// `finish_reason`, in OpenAI's words and those of its dialects.
extension StopReason {
    /// - Parameters:
    ///   - hasCalls: whether tools are asked for. Several upstreams say `stop` then too, and so does OpenAI where a tool was forced.
    ///   - hasRefusal: whether the model said that it would not.
    init(finishReason word: String, hasCalls: Bool = false, hasRefusal: Bool = false) {
        self =
            switch word {
            case "stop", "eos", "end_turn", "":
                hasCalls ? .toolCalls : hasRefusal ? .refusal : .end
            case "length", "max_tokens": .length
            case "model_length": .contextWindow
            case "tool_calls", "function_call", "tool_use": .toolCalls
            case "content_filter", "sensitive", "safety": .contentFilter(word)
            default: .other(word)
            }
    }

    /// - Parameters:
    ///   - hasRefusal: whether the refusal itself is in the message.
    ///   - isLegacy: whether the client asked with `functions`.
    func finishReason(hasRefusal: Bool, isLegacy: Bool) -> StaticString {
        switch self {
        case .end, .stopSequence, .pause, .other: "stop"
        case .length, .contextWindow: "length"
        case .toolCalls: isLegacy ? "function_call" : "tool_calls"
        case .refusal: hasRefusal ? "stop" : "content_filter"
        case .contentFilter: "content_filter"
        }
    }
}
