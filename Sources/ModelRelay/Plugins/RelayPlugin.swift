internal import NIOCore
internal import Wire

/// Something that changes what passes between client and channel, switched on by a model's configuration under `plugin`.
///
/// One is a single file: a value type that conforms to `ConversationPlugin` or `BytesPlugin`, and its line in `Plugins.standard`.
/// `docs/plugins.md` shows one.
protocol RelayPlugin: Sendable {
    /// Its name in a model's configuration.
    static var name: String { get }

    /// - Parameter settings: what the configuration says under its name; `enable` is true there.
    init(settings: JSONObject)
}

/// A plugin over the canonical form: it sees requests and answers of every chat-like format in the same shape, and calls with it are
/// always decoded and encoded.
protocol ConversationPlugin: RelayPlugin {
    /// Whether the channel is asked for a stream though the client wants the answer whole.
    var streamsUpstream: Bool { get }

    /// Changes the request before it goes out, once for each call.
    /// - Throws: what the client is told instead of an answer.
    func change(_ conversation: inout Conversation) throws(RelayError)

    /// Takes the next event of an answer and hands on what is to be told in its place: the same, others, nothing yet. Whole answers come
    /// as the events that tell them. A value of its own for each answer.
    mutating func pass(_ event: AnswerEvent, into output: inout [AnswerEvent])
}

extension ConversationPlugin {
    var streamsUpstream: Bool { false }
    func change(_ conversation: inout Conversation) throws(RelayError) {}
    mutating func pass(_ event: AnswerEvent, into output: inout [AnswerEvent]) { output.append(event) }
}

/// A plugin over bytes as the client sends and gets them, in whatever format that is.
protocol BytesPlugin: RelayPlugin {
    /// The request's body, which may not name another model.
    /// - Throws: what the client is told instead of an answer.
    func change(_ body: ByteBuffer, _ format: WireFormat) throws(RelayError) -> ByteBuffer

    /// The next part of the answer: whole events of a stream, or the whole answer. A value of its own for each answer.
    mutating func pass(_ part: ByteBuffer, _ format: WireFormat) -> ByteBuffer
}

extension BytesPlugin {
    func change(_ body: ByteBuffer, _ format: WireFormat) throws(RelayError) -> ByteBuffer { body }
    mutating func pass(_ part: ByteBuffer, _ format: WireFormat) -> ByteBuffer { part }
}
