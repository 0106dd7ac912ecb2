internal import NIOHTTP1

/// The answer as its reader holds it. The exchange itself is held by its call too, so that it is this that ends it when it is let go.
final class WebAnswer: WebResponse {
    let status: Int
    let url: String
    private let fields: HTTPHeaders
    private let exchange: WebExchange

    init(_ head: HTTPResponseHead, url: String, exchange: WebExchange) {
        self.status = Int(head.status.code)
        self.fields = head.headers
        self.url = url
        self.exchange = exchange
    }

    deinit { self.exchange.cancel() }

    var headers: [(name: String, value: String)] { self.fields.map { ($0.name, $0.value) } }

    func header(_ name: String) -> String? { self.fields.first(name: name) }

    func next() async throws(OutboundError) -> [UInt8]? { try await self.exchange.next() }
    func cancel() { self.exchange.cancel() }
}
