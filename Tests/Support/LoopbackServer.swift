import NIOConcurrencyHelpers
package import NIOCore
package import NIOPosix
package import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An upstream of which a test writes every byte: it collects whole requests and leaves the answers, well-formed or not, to a script.
package final class LoopbackServer: Sendable {
    package enum Event: Sendable, Equatable {
        case connected(Int)
        /// The script has dealt with a request.
        case requested(Int)
        case closed(Int)
    }

    /// A whole request.
    package struct Request: Sendable {
        /// From 1, on its connection.
        package var number: Int
        /// Request line and headers.
        package var head: String
        package var body: String
    }

    package static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    package let port: Int
    /// In the order in which the server saw them; to be read by one task.
    package let events: AsyncStream<Event>
    private let channel: any Channel

    /// - Parameter answer: called on the server's event loop with each whole request.
    package init(
        tls: NIOSSLContext? = nil, answer: @escaping @Sendable (Peer, Request) -> Void
    ) async throws {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        let counter = NIOLockedValueBox(0)
        self.events = events
        self.channel = try await ServerBootstrap(group: Self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    let number = counter.withLockedValue { count in
                        count += 1
                        return count
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        RequestCollector(Peer(number: number, channel: channel), continuation, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.port = self.channel.localAddress?.port ?? 0
    }

    package func stop() async { try? await self.channel.close() }
}

/// The server's end of one connection.
package struct Peer: Sendable {
    /// From 1, in the order of connecting.
    package let number: Int
    package let channel: any Channel

    package func write(_ text: String) { self.channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }

    /// An answer of known length.
    package func answer(_ body: String, status: String = "200 OK", headers: String = "") {
        self.write("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }

    package func close() { self.channel.close(promise: nil) }

    /// Ends the connection by RST.
    package func reset() {
        // With a linger of nothing the kernel sends no FIN.
        let channel = self.channel
        (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            .whenComplete { _ in channel.close(promise: nil) }
    }
}

private final class RequestCollector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let peer: Peer
    private let events: AsyncStream<LoopbackServer.Event>.Continuation
    private let answer: @Sendable (Peer, LoopbackServer.Request) -> Void
    private var collected = ""
    private var count = 0

    init(
        _ peer: Peer, _ events: AsyncStream<LoopbackServer.Event>.Continuation,
        _ answer: @escaping @Sendable (Peer, LoopbackServer.Request) -> Void
    ) {
        self.peer = peer
        self.events = events
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) { self.events.yield(.connected(self.peer.number)) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.collected += String(buffer: self.unwrapInboundIn(data))
        while let request = self.nextRequest() {
            self.answer(self.peer, request)
            self.events.yield(.requested(self.peer.number))
        }
    }

    private func nextRequest() -> LoopbackServer.Request? {
        guard let end = self.collected.firstRange(of: "\r\n\r\n") else { return nil }
        let head = String(self.collected[..<end.lowerBound])
        let length =
            head.split(separator: "\r\n").lazy.map { $0.lowercased() }.first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        let rest = self.collected[end.upperBound...].utf8
        guard rest.count >= length else { return nil }
        let body = String(rest.prefix(length)) ?? ""
        self.collected = String(rest.dropFirst(length)) ?? ""
        self.count += 1
        return LoopbackServer.Request(number: self.count, head: head, body: body)
    }

    func channelInactive(context: ChannelHandlerContext) { self.events.yield(.closed(self.peer.number)) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

extension AsyncStream<LoopbackServer.Event> {
    /// Waits for `event`.
    package func wait(for event: LoopbackServer.Event) async {
        for await next in self where next == event { return }
    }
}
