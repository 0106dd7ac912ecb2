internal import Wire

/// OpenAI's Responses (`POST /v1/responses`).
///
/// A conversation is a flat list of items there. What the assistant produced in one turn (thoughts, messages, calls) becomes one message of
/// the canonical form, what the tools brought becomes the next; the way back makes items of the blocks again.
enum ResponsesCodec: FormatCodec {
    static let format = WireFormat.responses

    static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        try ResponsesRequestReader.read(Member(request))
    }

    static func request(
        _ conversation: Conversation, for target: EncodingTarget, losses: inout Losses
    ) throws(RelayError) -> JSON {
        var writer = ResponsesRequestWriter(conversation, target)
        let request = try writer.write()
        losses.drop(writer.losses)
        return request
    }

    static func answer(_ body: JSON) throws(FormatFault) -> Answer { try ResponsesAnswerReader.read(body) }

    static func body(of answer: Answer, for reply: ReplyContext) -> JSON {
        ResponsesAnswerWriter(answer, for: reply).write()
    }

    static func streamDecoder() -> any AnswerStreamDecoder { ResponsesStreamDecoder() }

    static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder { ResponsesStreamEncoder(for: reply) }

    static func memberName(of feature: Feature) -> String? { ResponsesNames.memberName(of: feature) }
}
