internal import NIOHTTP1

/// Words of the format.
enum ResponsesNames {
    static func memberName(of feature: Feature) -> String? {
        switch feature {
        case .system: "instructions"
        case .turns: "input"
        case .developer: "input.role"
        case .imageURL, .imageData: "input_image.image_url"
        case .imageFile: "input_image.file_id"
        case .imageDetail: "input_image.detail"
        case .audioInput: "input_audio"
        case .documentURL: "input_file.file_url"
        case .documentData: "input_file.file_data"
        case .documentFile: "input_file.file_id"
        case .tools, .customTools, .ownTools: "tools"
        case .strictTools: "tools.strict"
        case .parallelToolCalls: "parallel_tool_calls"
        case .toolChoiceAuto, .toolChoiceNone, .toolChoiceRequired, .toolChoiceNamed, .toolChoiceAllowed: "tool_choice"
        case .toolResultImages: "function_call_output.output"
        case .jsonObject, .jsonSchema: "text.format"
        case .verbosity: "text.verbosity"
        case .maximumOutputTokens: "max_output_tokens"
        case .temperature: "temperature"
        case .topP: "top_p"
        case .logprobs: "top_logprobs"
        case .reasoningEffort, .reasoningOff: "reasoning.effort"
        case .reasoningSummary: "reasoning.summary"
        case .reasoningText: "reasoning.content"
        case .opaqueReasoning: "reasoning.encrypted_content"
        case .cacheMarks: "prompt_cache_breakpoint"
        case .promptCacheKey: "prompt_cache_key"
        case .promptCacheRetention: "prompt_cache_retention"
        case .citations: "annotations"
        case .webSearch: "tools.web_search"
        case .webSearchDomains: "tools.web_search.filters"
        case .refusal: "refusal"
        case .serviceTier: "service_tier"
        case .metadata: "metadata"
        case .user: "user"
        case .isStored: "store"
        // Pictures are made by a tool of the provider's own, not by asking for a modality.
        case .participantName, .videoInput, .documentText, .documentContext, .toolResultError, .outputGrammar, .topK,
            .frequencyPenalty, .presencePenalty, .logitBias, .seed, .stop, .choiceCount, .reasoningBudget, .cachedContent,
            .prediction, .audioOutput, .imageOutput, .safetySettings:
            nil
        }
    }

    /// Formats whose file ids are of the same provider.
    static func sharesFiles(_ format: WireFormat) -> Bool {
        switch format {
        case .responses, .chatCompletions, .completions: true
        default: false
        }
    }

    private static let serviceTiers: Set<String> = ["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"]

    /// A tier in this format's words; nil for a word that it has not.
    static func serviceTier(_ tier: String) -> String? {
        if self.serviceTiers.contains(tier) { return tier }
        // Anthropic's and Gemini's words for what is served without a surcharge.
        return tier == "standard" || tier == "standard_only" ? "default" : nil
    }

    /// The status that the code of a failed response or an error event stands for.
    static func status(ofErrorCode code: String?) -> Int {
        switch code {
        case "rate_limit_exceeded": 429
        case "insufficient_quota": 429
        case "invalid_prompt", "context_length_exceeded", "invalid_request_error", "bio_policy": 400
        case let code? where code.contains("image"): 400
        default: 500
        }
    }

    /// One of the codes that the format's description allows in a failed response.
    static func errorCode(of status: HTTPResponseStatus) -> String {
        switch status.code {
        case 429: "rate_limit_exceeded"
        case 400, 413, 422: "invalid_prompt"
        default: "server_error"
        }
    }
}
