internal import Wire

/// OpenAI's completions, the older of its formats: a text goes on. A prompt is a conversation of one turn.
enum CompletionsCodec: FormatCodec {
    static let format = WireFormat.completions

    static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        try CompletionRequestReader(request).conversation()
    }

    static func request(
        _ conversation: Conversation, for target: EncodingTarget, losses: inout Losses
    ) throws(RelayError) -> JSON {
        var writer = CompletionRequestWriter(target: target, losses: losses)
        let request = try writer.request(conversation)
        losses = writer.losses
        return request
    }

    static func answer(_ body: JSON) throws(FormatFault) -> Answer { try CompletionAnswer.read(body) }

    static func body(of answer: Answer, for reply: ReplyContext) -> JSON { CompletionAnswer.body(of: answer, for: reply) }

    static func streamDecoder() -> any AnswerStreamDecoder { CompletionStreamDecoder() }

    static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder { CompletionStreamEncoder(reply) }

    static func memberName(of feature: Feature) -> String? {
        switch feature {
        case .maximumOutputTokens: "max_tokens"
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
        case .user: "user"
        default: nil
        }
    }
}
