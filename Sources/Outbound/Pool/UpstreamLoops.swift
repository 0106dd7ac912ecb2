public import NIOCore
internal import NIOPosix

/// The `UpstreamClient`s of all event loops of a group, and the way to them from anywhere.
public struct UpstreamLoops: Sendable {
    private let clients: [ObjectIdentifier: NIOLoopBound<UpstreamClient>]
    private let order: [NIOLoopBound<UpstreamClient>]

    /// - Parameter make: makes one, on its event loop.
    /// - Throws: `OutboundError` where the group is shut down.
    public init(
        _ group: any EventLoopGroup, make: @escaping @Sendable (_ eventLoop: any EventLoop) -> UpstreamClient
    ) async throws(OutboundError) {
        var order: [NIOLoopBound<UpstreamClient>] = []
        do {
            for eventLoop in group.makeIterator() {
                order.append(try await eventLoop.submit { NIOLoopBound(make(eventLoop), eventLoop: eventLoop) }.get())
            }
        } catch {
            throw OutboundError(.closed, "the event loops are shut down")
        }
        self.order = order
        self.clients = Dictionary(uniqueKeysWithValues: order.map { (ObjectIdentifier($0.eventLoop), $0) })
    }

    /// The usual ones, that share nothing but the TLS settings.
    /// - Throws: as the other initialiser.
    public init(
        _ group: any EventLoopGroup, tls: UpstreamClient.TLS, configuration: UpstreamClient.Configuration = .init()
    ) async throws(OutboundError) {
        try await self.init(group) { eventLoop in
            UpstreamClient(
                eventLoop: eventLoop, ticker: LoopTicker(eventLoop: eventLoop), tls: tls, configuration: configuration)
        }
    }

    /// That of the event loop on which this is called; nil for a loop of another group.
    public func client(of eventLoop: any EventLoop) -> UpstreamClient? { self.clients[ObjectIdentifier(eventLoop)]?.value }

    /// That of the event loop this runs on, so that caller and connection share a thread; elsewhere that of any loop. Nil where the
    /// group has no loops.
    func nearest() -> NIOLoopBound<UpstreamClient>? {
        if let eventLoop = MultiThreadedEventLoopGroup.currentEventLoop, let client = self.clients[ObjectIdentifier(eventLoop)] {
            return client
        }
        return self.order.randomElement()
    }
}
