import Wire

@testable import ModelRelay

/// The codec of a client that speaks another format: it names features and does nothing else.
enum MessagesForeignCodec: FormatCodec {
    static let format = WireFormat.chatCompletions

    static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        Conversation(model: "")
    }
    static func request(_ conversation: Conversation, for target: EncodingTarget, losses: inout Losses) throws(RelayError) -> JSON
    { nil }
    static func answer(_ body: JSON) throws(FormatFault) -> Answer { Answer() }
    static func body(of answer: Answer, for reply: ReplyContext) -> JSON { nil }
    static func streamDecoder() -> any AnswerStreamDecoder { MessagesCodec.streamDecoder() }
    static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder { MessagesCodec.streamEncoder(for: reply) }
    static func memberName(of feature: Feature) -> String? { "foreign.\(feature.rawValue)" }
}
