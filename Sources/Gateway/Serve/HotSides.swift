internal import Directory
internal import Ledger
internal import ModelRelay
internal import NIOCore
internal import Outbound
internal import Storage
internal import Wire

/// What each event loop has for the hot paths, made once at the start.
struct HotSides: Sendable {
    private struct Side: Sendable {
        let loop: NIOLoopBound<HotLoop>
        let side: NIOLoopBound<HotSideBox>
    }

    private final class HotSideBox {
        let side: HotSide
        init(_ side: HotSide) { self.side = side }
    }

    private var sides: [ObjectIdentifier: Side] = [:]
    private var order: [any EventLoop] = []

    /// - Parameter make: makes one, on its event loop; `lane` counts the loops.
    init(
        _ group: any EventLoopGroup, make: @escaping @Sendable (_ eventLoop: any EventLoop, _ lane: Int) -> HotLoop
    ) async throws {
        for (lane, eventLoop) in group.makeIterator().enumerated() {
            self.sides[ObjectIdentifier(eventLoop)] = try await eventLoop.submit {
                let loop = make(eventLoop, lane)
                let side = HotSideBox(HotSide(routes: HotRouter(loop: loop), ticker: loop.ticker))
                return Side(loop: NIOLoopBound(loop, eventLoop: eventLoop), side: NIOLoopBound(side, eventLoop: eventLoop))
            }.get()
            self.order.append(eventLoop)
        }
    }

    /// That of the event loop on which this is called; nil for a loop of another group.
    func side(of eventLoop: any EventLoop) -> HotSide? { self.sides[ObjectIdentifier(eventLoop)]?.side.value.side }

    /// Runs `body` on one of the loops.
    func onSomeLoop<Value: Sendable>(_ body: @escaping @Sendable (HotLoop) -> EventLoopFuture<Value>) async throws -> Value {
        guard let eventLoop = self.order.randomElement(), let loop = self.sides[ObjectIdentifier(eventLoop)]?.loop else {
            throw CancellationError()
        }
        return try await eventLoop.flatSubmit { body(loop.value) }.get()
    }

    /// Closes the idle connections to upstreams.
    func shutDown() async {
        for eventLoop in self.order {
            guard let loop = self.sides[ObjectIdentifier(eventLoop)]?.loop else { continue }
            try? await eventLoop.submit { loop.value.upstream.shutDown() }.get()
        }
    }
}
