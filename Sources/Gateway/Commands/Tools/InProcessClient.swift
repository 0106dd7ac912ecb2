internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1
internal import Outbound

/// The hot paths of a gateway in this process, called without a connection: by the same routes, keys and gates as over HTTP.
struct InProcessClient: WebClient {
    /// What requests are addressed to; no name is looked up.
    static let url = "http://localhost"

    private let routes: NIOLoopBound<HotRouter>
    private let maximumBodyBytes: Int

    /// - Parameter maximumBodyBytes: the longest body of a request.
    init(_ routes: NIOLoopBound<HotRouter>, maximumBodyBytes: Int) {
        self.routes = routes
        self.maximumBodyBytes = maximumBodyBytes
    }

    func send(_ request: WebRequest) async throws(OutboundError) -> any WebResponse {
        guard request.url.hasPrefix(Self.url + "/") else {
            throw OutboundError(.invalidURL, "this URL is not served in this process")
        }
        var headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        headers.replaceOrAdd(name: "Host", value: "localhost")
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: String(request.url.dropFirst(Self.url.count)),
            headers: headers)
        let (routes, body, limit) = (self.routes, request.body, self.maximumBodyBytes)
        let exchange = InProcessExchange(eventLoop: routes.eventLoop)
        routes.eventLoop.execute { Self.start(head, body, limit: limit, on: routes, exchange) }
        let answer = try await exchange.head(within: request.headTimeout)
        return InProcessAnswer(answer, url: request.url, exchange: exchange, idleTimeout: request.idleTimeout)
    }

    private static func start(
        _ head: HTTPRequestHead, _ body: [UInt8], limit: Int, on routes: NIOLoopBound<HotRouter>, _ exchange: InProcessExchange
    ) {
        let sink = InProcessSink(exchange)
        guard let call = routes.value.call(for: head, from: Peer(address: "127.0.0.1"), sink: sink) else {
            return exchange.fail(OutboundError(.invalidURL, "this path is not served in this process"))
        }
        guard !sink.isAnswered else { return }
        sink.call = call
        guard exchange.opened(NIOLoopBound(sink, eventLoop: routes.eventLoop)) else { return sink.leave() }
        if body.count > limit {
            call.refuse(.tooLarge(limit: limit))
        } else {
            call.start(body: ByteBuffer(bytes: body))
        }
    }
}

/// The answer as its reader holds it.
private final class InProcessAnswer: WebResponse {
    let status: Int
    let headers: [(name: String, value: String)]
    let url: String
    private let exchange: InProcessExchange
    private let idleTimeout: Duration

    init(_ head: InProcessExchange.Head, url: String, exchange: InProcessExchange, idleTimeout: Duration) {
        self.status = head.status
        self.headers = head.headers
        self.url = url
        self.exchange = exchange
        self.idleTimeout = idleTimeout
    }

    deinit { self.cancel() }

    func next() async throws(OutboundError) -> [UInt8]? { try await self.exchange.next(within: self.idleTimeout) }

    func cancel() { self.exchange.fail(OutboundError(.cancelled, "cancelled")) }
}
