public import NIOCore
public import NIOHTTP1

/// Where an answer goes: the client's side of one hot request. Confined to its event loop.
///
/// Order: one head, any number of body parts, then `end` or `abort`. Whatever comes after either is dropped, so a call that ends late
/// can't write into the answer of the next one.
public protocol AnswerSink: AnyObject {
    /// Whether the client takes what is written; while false, hold back.
    var isWritable: Bool { get }
    func head(_ status: HTTPResponseStatus, _ headers: HTTPHeaders)
    func body(_ part: ByteBuffer)
    func end()
    /// Sends what was written since the last flush; `end` does so too.
    func flush()
    /// Cuts the connection, so that the client sees that the answer is not complete.
    func abort()
}

extension AnswerSink {
    /// A whole answer of known length.
    public func answer(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer) {
        var headers = headers
        // To look first is cheaper than to remove what is not there.
        if headers.contains(name: "Content-Length") { headers.remove(name: "Content-Length") }
        headers.add(name: "Content-Length", value: String(body.readableBytes))
        self.head(status, headers)
        if body.readableBytes > 0 { self.body(body) }
        self.end()
    }
}
