internal import Wire

/// The words of the Messages API for what the canonical form calls otherwise.
enum MessagesNames {
    static func member(of feature: Feature) -> String? {
        switch feature {
        case .turns: "messages"
        case .system, .developer: "system"
        case .imageURL, .imageData, .imageFile: "messages.content.source"
        case .documentURL, .documentData, .documentFile, .documentText: "messages.content.source"
        case .documentContext: "messages.content.context"
        case .tools, .ownTools: "tools"
        case .strictTools: "tools.strict"
        case .parallelToolCalls: "tool_choice.disable_parallel_tool_use"
        case .toolChoiceAuto, .toolChoiceNone, .toolChoiceRequired, .toolChoiceNamed: "tool_choice"
        case .toolResultImages: "messages.content.content"
        case .toolResultError: "messages.content.is_error"
        case .jsonSchema: "output_config.format"
        case .maximumOutputTokens: "max_tokens"
        case .temperature: "temperature"
        case .topP: "top_p"
        case .topK: "top_k"
        case .stop: "stop_sequences"
        case .reasoningEffort: "output_config.effort"
        case .reasoningBudget: "thinking.budget_tokens"
        case .reasoningOff: "thinking"
        case .reasoningSummary: "thinking.display"
        case .reasoningText: "messages.content.thinking"
        case .opaqueReasoning: "messages.content.signature"
        case .cacheMarks: "cache_control"
        case .citations: "messages.content.citations"
        case .webSearch: "tools"
        case .webSearchDomains: "tools.allowed_domains"
        case .serviceTier: "service_tier"
        case .metadata: "metadata"
        case .user: "metadata.user_id"
        case .participantName, .imageDetail, .audioInput, .videoInput, .toolChoiceAllowed, .customTools, .jsonObject,
            .outputGrammar,
            .verbosity, .frequencyPenalty, .presencePenalty, .logitBias, .seed, .choiceCount, .logprobs, .promptCacheKey,
            .promptCacheRetention, .cachedContent, .prediction, .audioOutput, .imageOutput, .refusal, .safetySettings, .isStored:
            nil
        }
    }

    // MARK: Why a model ended

    static func stopReason(_ word: String, sequence: String?) -> StopReason {
        switch word {
        case "end_turn": .end
        case "max_tokens": .length
        case "stop_sequence": .stopSequence(sequence)
        case "tool_use": .toolCalls
        case "pause_turn": .pause
        case "refusal": .refusal
        case "model_context_window_exceeded": .contextWindow
        default: .other(word)
        }
    }

    /// - Parameter asksTools: whether the answer holds calls of tools. Some upstreams end such an answer like any other; clients of
    ///   this format go by the word alone.
    static func word(of reason: StopReason?, asksTools: Bool) -> String {
        switch reason {
        case nil, .end: asksTools ? "tool_use" : "end_turn"
        case .length: "max_tokens"
        case .stopSequence: "stop_sequence"
        case .toolCalls: "tool_use"
        case .pause: "pause_turn"
        case .refusal, .contentFilter: "refusal"
        case .contextWindow: "model_context_window_exceeded"
        case .other("compaction"): "compaction"
        case .other: asksTools ? "tool_use" : "end_turn"
        }
    }

    // MARK: Service tiers

    /// OpenAI's word for the tier that a request asks for.
    static func canonicalTier(ofRequest tier: String) -> String { tier == "standard_only" ? "default" : tier }

    /// Nil for a tier that can't be asked for here.
    static func requestTier(_ tier: String) -> String? {
        switch tier {
        case "auto", "priority": "auto"
        case "default", "standard_only": "standard_only"
        default: nil
        }
    }

    /// OpenAI's word for the tier that an answer tells.
    static func canonicalTier(ofAnswer tier: String) -> String { tier == "standard" ? "default" : tier }

    static func answerTier(_ tier: String) -> String? {
        switch tier {
        case "default", "standard", "flex", "auto": "standard"
        case "priority", "batch": tier
        default: nil
        }
    }

    // MARK: Errors

    /// The status that an error's type stands for where it comes within a stream.
    static func status(ofErrorType type: String?) -> Int {
        switch type {
        case "invalid_request_error": 400
        case "authentication_error": 401
        case "billing_error": 402
        case "permission_error": 403
        case "not_found_error": 404
        case "request_too_large": 413
        case "rate_limit_error": 429
        case "timeout_error": 504
        case "overloaded_error": 529
        default: 500
        }
    }

    /// The failure that an `error` object tells of.
    static func fault(_ error: JSON?) -> FormatFault {
        let type = error?["type"]?.stringValue
        return FormatFault(
            String((error?["message"]?.stringValue ?? "the upstream failed without saying why").prefix(800)),
            told: FormatFault.Told(status: self.status(ofErrorType: type), type: type, code: error?["error_code"]?.stringValue))
    }
}
