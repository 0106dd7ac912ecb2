internal import Wire

/// OpenAI's chat completions, as its published description and the providers who speak its dialects have them.
enum ChatCompletionsCodec: FormatCodec {
    static let format = WireFormat.chatCompletions

    static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        try ChatRequestReader(request).conversation()
    }

    static func request(
        _ conversation: Conversation, for target: EncodingTarget, losses: inout Losses
    ) throws(RelayError) -> JSON {
        var writer = ChatRequestWriter(target: target, losses: losses)
        let request = try writer.request(conversation)
        losses = writer.losses
        return request
    }

    static func answer(_ body: JSON) throws(FormatFault) -> Answer { try ChatAnswerReader.answer(body) }

    static func body(of answer: Answer, for reply: ReplyContext) -> JSON { ChatAnswerWriter(reply).body(of: answer) }

    static func streamDecoder() -> any AnswerStreamDecoder { ChatStreamDecoder() }

    static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder { ChatStreamEncoder(reply) }

    static func memberName(of feature: Feature) -> String? {
        switch feature {
        case .system, .developer: "messages.role"
        case .turns: "messages"
        case .participantName: "messages.name"
        case .imageURL, .imageData: "messages.content.image_url"
        case .imageDetail: "messages.content.image_url.detail"
        case .audioInput: "messages.content.input_audio"
        case .videoInput: "messages.content.video_url"
        case .documentData, .documentURL: "messages.content.file.file_data"
        case .documentFile: "messages.content.file.file_id"
        case .tools, .ownTools: "tools"
        case .strictTools: "tools.function.strict"
        case .customTools: "tools.custom"
        case .parallelToolCalls: "parallel_tool_calls"
        case .toolChoiceAuto, .toolChoiceNone, .toolChoiceRequired, .toolChoiceNamed: "tool_choice"
        case .toolChoiceAllowed: "tool_choice.allowed_tools"
        case .jsonObject, .jsonSchema: "response_format"
        case .verbosity: "verbosity"
        case .maximumOutputTokens: "max_completion_tokens"
        case .temperature: "temperature"
        case .topP: "top_p"
        // Not OpenAI's, but what its dialects have in common.
        case .topK: "top_k"
        case .frequencyPenalty: "frequency_penalty"
        case .presencePenalty: "presence_penalty"
        case .logitBias: "logit_bias"
        case .seed: "seed"
        case .stop: "stop"
        case .choiceCount: "n"
        case .logprobs: "logprobs"
        case .reasoningEffort, .reasoningOff: "reasoning_effort"
        case .reasoningBudget: "reasoning.max_tokens"
        case .reasoningSummary: "reasoning.exclude"
        case .reasoningText: "messages.reasoning_content"
        case .opaqueReasoning: "messages.reasoning_details"
        case .cacheMarks: "messages.content.cache_control"
        case .promptCacheKey: "prompt_cache_key"
        case .promptCacheRetention: "prompt_cache_retention"
        case .citations: "messages.annotations"
        case .webSearch: "web_search_options"
        case .prediction: "prediction"
        case .audioOutput: "audio"
        case .imageOutput: "modalities"
        case .refusal: "messages.refusal"
        case .serviceTier: "service_tier"
        case .metadata: "metadata"
        case .user: "user"
        case .isStored: "store"
        case .imageFile, .documentText, .documentContext, .toolResultImages, .toolResultError, .outputGrammar, .cachedContent,
            .webSearchDomains, .safetySettings:
            nil
        }
    }
}
