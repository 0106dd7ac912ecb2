internal import Wire

/// Anthropic's Messages API, `POST /v1/messages`, of version 2023-06-01 as its official clients describe it.
///
/// Each room of the format has a file: what the client asks (`MessagesRequestReader`), what the upstream is asked
/// (`MessagesRequestWriter`), whole answers and streams each way.
enum MessagesCodec: FormatCodec {
    static let format = WireFormat.messages

    static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        try MessagesRequestReader.conversation(request)
    }

    static func request(
        _ conversation: Conversation, for target: EncodingTarget, losses: inout Losses
    ) throws(RelayError) -> JSON {
        var writer = MessagesRequestWriter(conversation, for: target)
        let request = try writer.request()
        losses.drop(writer.losses)
        return request
    }

    static func answer(_ body: JSON) throws(FormatFault) -> Answer { try MessagesAnswerReader.answer(body) }

    static func body(of answer: Answer, for reply: ReplyContext) -> JSON { MessagesAnswerWriter.body(of: answer, for: reply) }

    static func streamDecoder() -> any AnswerStreamDecoder { MessagesStreamDecoder() }

    static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder { MessagesStreamEncoder(for: reply) }

    static func memberName(of feature: Feature) -> String? { MessagesNames.member(of: feature) }
}
