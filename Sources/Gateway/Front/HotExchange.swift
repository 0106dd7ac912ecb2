internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1

/// One hot request on one connection: what was read of it, and the way for its answer.
///
/// It outlives the connection where its call does: then what the call writes is dropped here.
final class HotExchange: AnswerSink {
    let requestHead: HTTPRequestHead
    var call: (any HotCall)?
    var body: ByteBuffer?
    var receivedBytes = 0
    /// The answer was given before the request ended: the rest is read and dropped.
    private(set) var isAnswered = false
    private(set) var isHeadSent = false
    /// Holds the handler that holds this exchange; `detach`, which ends every exchange, lets go.
    private var front: FrontHandler?

    init(requestHead: HTTPRequestHead, front: FrontHandler) {
        self.requestHead = requestHead
        self.front = front
    }

    /// Hands the body, which is whole now, to the call, without its `Content-Encoding`.
    /// - Parameter limit: bytes of the decoded body.
    func start(limit: Int) {
        guard let call = self.call else { return }
        let body = self.body ?? ByteBuffer()
        self.body = nil
        guard self.requestHead.headers.contains(name: "content-encoding") else { return call.start(body: body) }
        let encoding = self.requestHead.headers[canonicalForm: "content-encoding"]
        do {
            call.start(body: try ContentCoding.decode(body, encoding: encoding, limit: limit))
        } catch {
            switch error {
            case .unknown(let name): call.refuse(.unknownEncoding(name))
            case .invalid(let name): call.refuse(.undecodable(encoding: name))
            case .tooLarge: call.refuse(.tooLarge(limit: limit))
            }
        }
    }

    /// Nothing that is written from now on goes anywhere.
    func detach() {
        self.front = nil
        self.call = nil
    }

    var isWritable: Bool { self.front?.isWritable ?? true }

    func head(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {
        guard let front = self.front, !self.isHeadSent else { return }
        self.isHeadSent = true
        var head = HTTPResponseHead(version: self.requestHead.version, status: status, headers: headers)
        head.headers.add(name: "Date", value: front.date)
        front.complete(&head, for: self.requestHead)
        front.send(.head(head))
    }

    func body(_ part: ByteBuffer) {
        guard let front = self.front, self.isHeadSent, !self.isAnswered, self.requestHead.method != .HEAD else { return }
        front.send(.body(.byteBuffer(part)))
    }

    func end() {
        guard let front = self.front, self.isHeadSent, !self.isAnswered else { return }
        self.isAnswered = true
        front.send(.end(nil))
        front.hotAnswerEnded(self)
    }

    func flush() { self.front?.flushSoon() }

    func abort() { self.front?.cut() }
}
