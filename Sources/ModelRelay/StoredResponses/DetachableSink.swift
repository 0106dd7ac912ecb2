internal import NIOCore
internal import NIOHTTP1

/// The client's side of an answer that is made whether or not the client waits for it. Confined to its event loop.
final class DetachableSink: AnswerSink {
    private var sink: (any AnswerSink)?

    init(_ sink: any AnswerSink) { self.sink = sink }

    /// Nobody waits any more.
    func detach() { self.sink = nil }

    /// Nobody slows down what nobody waits for.
    var isWritable: Bool { self.sink?.isWritable ?? true }

    func head(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) { self.sink?.head(status, headers) }
    func body(_ part: ByteBuffer) { self.sink?.body(part) }
    func end() { self.sink?.end() }
    func flush() { self.sink?.flush() }
    func abort() { self.sink?.abort() }
}
