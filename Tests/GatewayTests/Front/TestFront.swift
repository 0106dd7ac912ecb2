import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Outbound
import ServiceLifecycle
import Synchronization

@testable import Gateway

/// A server with the front on a port of its own, for the time of a test.
struct TestFront: Sendable {
    let port: Int
    let log: FrontLog
    let gate: TestGate
    private let services: ServiceGroup
    private let clients = Clients()

    func client(reads: Bool = true, receiveBuffer: Int? = nil) async throws -> RawClient {
        let client = try await RawClient.connect(port: self.port, reads: reads, receiveBuffer: receiveBuffer)
        self.clients.all.withLock { $0.append(client) }
        return client
    }

    private final class Clients: Sendable {
        let all = Mutex<[RawClient]>([])
    }

    /// Ends the server. It returns only once every connection is over, so that one that is never closed fails the test.
    private func end() async {
        for client in self.clients.all.withLock({ $0 }) { await client.close() }
        await self.services.triggerGracefulShutdown()
    }

    /// Asks the server to end, as SIGTERM does.
    func beginShutdown() async { await self.services.triggerGracefulShutdown() }

    static func run(
        limits: FrontLimits = .patient, connections: Int? = nil,
        routes make: (@Sendable (any EventLoop, LoopTicker) throws -> any HotRoutes)? = nil,
        _ body: @escaping @Sendable (TestFront) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let log = FrontLog()
        let gate = TestGate()
        let side = try await group.next().submit {
            let eventLoop = group.next()
            let ticker = LoopTicker(eventLoop: eventLoop)
            let routes = try make?(eventLoop, ticker) ?? TestRoutes(eventLoop: eventLoop, log: log, gate: gate)
            return NIOLoopBound(HotSideBox(HotSide(routes: routes, ticker: ticker)), eventLoop: eventLoop)
        }.get()
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let application = Application(
            router: Self.router(gate),
            server: HTTPServerBuilder { responder in FrontChannel(responder: responder, limits: limits) { _ in side.value.side }
            },
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: 0), serverName: nil,
                availableConnectionsDelegate: connections.map { MaximumAvailableConnections($0, logger: logger) }),
            onServerRunning: { channel in
                continuation.yield(channel.localAddress?.port ?? 0)
                continuation.finish()
            },
            eventLoopGroupProvider: .shared(group), logger: logger)
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: application, successTerminationBehavior: .gracefullyShutdownGroup)], logger: logger))
        let result = await withThrowingTaskGroup(of: Void.self, returning: Result<Void, any Error>.self) { tasks in
            tasks.addTask { try await services.run() }
            var ready = ports.makeAsyncIterator()
            guard let port = await ready.next() else { return .failure(RawClient.Failure("the server did not start")) }
            let front = TestFront(port: port, log: log, gate: gate, services: services)
            var outcome: Result<Void, any Error>
            do { outcome = .success(try await body(front)) } catch { outcome = .failure(error) }
            await front.end()
            tasks.addTask {
                try await Task.sleep(for: .seconds(30))
                throw RawClient.Failure("a connection was not closed")
            }
            do { try await tasks.next() } catch { outcome = outcome.flatMap { .failure(error) } }
            tasks.cancelAll()
            return outcome
        }
        try await group.shutdownGracefully()
        try result.get()
    }

    private final class HotSideBox {
        let side: HotSide
        init(_ side: HotSide) { self.side = side }
    }

    /// The cold side: paths below `/cold`.
    private static func router(_ gate: TestGate) -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.get("cold") { request, _ in "\(request.uri)" }
        router.get("cold/slow") { request, _ in
            try await Task.sleep(for: .milliseconds(20))
            return "\(request.uri)"
        }
        router.get("cold/step") { request, _ in
            await withCheckedContinuation { continuation in gate.wait { continuation.resume() } }
            return "\(request.uri)"
        }
        router.get("cold/stream") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    for _ in 0..<5 { try await writer.write(ByteBuffer(string: "0123456789")) }
                    try await writer.finish(nil)
                })
        }
        router.get("cold/big") { _, _ in
            Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: UInt8(ascii: "y"), count: 2 << 20)))
        }
        router.head("cold/stream") { _, _ in
            Response(status: .ok, body: ResponseBody { writer in try await writer.finish(nil) })
        }
        router.post("cold/ignore") { _, _ in "ignored" }
        router.post("cold/count") { request, _ in
            var count = 0
            for try await part in request.body { count += part.readableBytes }
            return "\(count)"
        }
        return router
    }
}

extension FrontLimits {
    /// So long that no loaded machine runs into them.
    static var patient: FrontLimits {
        var limits = FrontLimits()
        (limits.firstHead, limits.head, limits.bodyPart, limits.unreadAnswer) = (
            .minutes(5), .minutes(5), .minutes(5), .minutes(5)
        )
        return limits
    }
}

/// The texts of requests.
enum RequestText {
    static func get(_ path: String, _ headers: [String] = [], version: String = "HTTP/1.1", method: String = "GET") -> String {
        (["\(method) \(path) \(version)", "Host: localhost"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
    }

    static func post(_ path: String, _ body: String, _ headers: [String] = []) -> String {
        self.get(path, headers + ["Content-Length: \(body.utf8.count)"], method: "POST") + body
    }
}
