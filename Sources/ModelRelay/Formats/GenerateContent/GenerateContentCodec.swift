internal import Wire

/// Gemini's `models/{model}:generateContent` and `:streamGenerateContent` (ai.google.dev/api/generate-content).
enum GenerateContentCodec: FormatCodec {
    static let format = WireFormat.generateContent

    static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        try GenerateContentRequestReader.conversation(Member(request), endpoint: endpoint)
    }

    static func request(
        _ conversation: Conversation, for target: EncodingTarget, losses: inout Losses
    ) throws(RelayError) -> JSON {
        var writer = GenerateContentRequestWriter(conversation, for: target, losses: losses)
        let request = try writer.write()
        losses = writer.losses
        return request
    }

    static func answer(_ body: JSON) throws(FormatFault) -> Answer { try GenerateContentAnswerReader.answer(body) }

    static func body(of answer: Answer, for reply: ReplyContext) -> JSON {
        GenerateContentAnswerWriter.body(of: answer, for: reply)
    }

    static func streamDecoder() -> any AnswerStreamDecoder { GenerateContentStreamDecoder() }

    static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder { GenerateContentStreamEncoder(for: reply) }

    static func memberName(of feature: Feature) -> String? {
        switch feature {
        case .system: "systemInstruction"
        case .turns: "contents"
        case .imageDetail: "contents.parts.mediaResolution"
        case .imageURL, .imageFile, .videoInput, .documentURL, .documentFile: "contents.parts.fileData"
        case .imageData, .audioInput, .documentData, .documentText: "contents.parts.inlineData"
        case .documentContext: "contents.parts.inlineData.displayName"
        case .tools: "tools.functionDeclarations"
        case .ownTools: "tools"
        case .toolChoiceAuto, .toolChoiceNone, .toolChoiceRequired: "toolConfig.functionCallingConfig.mode"
        case .toolChoiceNamed, .toolChoiceAllowed: "toolConfig.functionCallingConfig.allowedFunctionNames"
        case .strictTools: "toolConfig.functionCallingConfig.mode"
        case .toolResultImages: "contents.parts.functionResponse.parts"
        case .toolResultError: "contents.parts.functionResponse.response"
        case .jsonObject: "generationConfig.responseMimeType"
        case .jsonSchema: "generationConfig.responseSchema"
        case .outputGrammar: "generationConfig.responseMimeType"
        case .maximumOutputTokens: "generationConfig.maxOutputTokens"
        case .temperature: "generationConfig.temperature"
        case .topP: "generationConfig.topP"
        case .topK: "generationConfig.topK"
        case .frequencyPenalty: "generationConfig.frequencyPenalty"
        case .presencePenalty: "generationConfig.presencePenalty"
        case .seed: "generationConfig.seed"
        case .stop: "generationConfig.stopSequences"
        case .choiceCount: "generationConfig.candidateCount"
        case .logprobs: "generationConfig.responseLogprobs"
        case .reasoningEffort: "generationConfig.thinkingConfig.thinkingLevel"
        case .reasoningBudget, .reasoningOff: "generationConfig.thinkingConfig.thinkingBudget"
        case .reasoningSummary: "generationConfig.thinkingConfig.includeThoughts"
        case .reasoningText: "contents.parts.thought"
        case .opaqueReasoning: "contents.parts.thoughtSignature"
        case .cachedContent: "cachedContent"
        case .citations: "groundingMetadata"
        case .webSearch: "tools.googleSearch"
        case .webSearchDomains: "tools.googleSearch.excludeDomains"
        case .audioOutput: "generationConfig.speechConfig"
        case .imageOutput: "generationConfig.responseModalities"
        case .safetySettings: "safetySettings"
        case .serviceTier: "serviceTier"
        case .metadata: "labels"
        case .isStored: "store"
        case .developer, .participantName, .parallelToolCalls, .customTools, .logitBias, .verbosity, .cacheMarks, .promptCacheKey,
            .promptCacheRetention, .prediction, .refusal, .user:
            nil
        }
    }
}
