import NIOCore
import NIOHTTP1
import NIOPosix

@testable import Outbound

/// What a receiver was told.
enum Told: Sendable, Equatable {
    case head(UInt)
    case body(String)
    case ended
    case failed(OutboundError.Code, String)
}

/// Passes on what it is told.
final class RecordingReceiver: UpstreamReceiver {
    private let told: AsyncStream<Told>.Continuation
    private(set) var bodyBytes = 0
    /// Called with each part, before it is recorded.
    var onBody: (() -> Void)?
    private let keepsBodies: Bool

    init(_ told: AsyncStream<Told>.Continuation, keepsBodies: Bool) {
        self.told = told
        self.keepsBodies = keepsBodies
    }

    func upstreamHead(_ head: HTTPResponseHead) { self.told.yield(.head(head.status.code)) }
    func upstreamBody(_ part: ByteBuffer) {
        self.bodyBytes += part.readableBytes
        self.onBody?()
        if self.keepsBodies { self.told.yield(.body(String(buffer: part))) }
    }
    func upstreamReadComplete() {}
    func upstreamEnded() {
        self.told.yield(.ended)
        self.told.finish()
    }
    func upstreamFailed(_ error: OutboundError) {
        self.told.yield(.failed(error.code, error.message))
        self.told.finish()
    }
}

/// A call that a test started.
struct StartedCall: Sendable {
    let eventLoop: any EventLoop
    let call: NIOLoopBound<UpstreamCall>
    let receiver: NIOLoopBound<RecordingReceiver>
    let told: AsyncStream<Told>

    /// Has the call look at its deadline as if so much time had passed.
    func tick(after time: TimeAmount) async throws {
        let call = self.call
        try await self.eventLoop.submit { call.value.tick(now: .now() + time) }.get()
    }

    /// Whether the call has ended.
    func isFinished() async throws -> Bool {
        let call = self.call
        return try await self.eventLoop.submit { call.value.isFinished }.get()
    }

    /// Everything that is told from here to the end, body parts joined.
    func outcome() async -> (status: UInt?, body: String, end: Told?) {
        var outcome: (status: UInt?, body: String, end: Told?) = (nil, "", nil)
        for await told in self.told {
            switch told {
            case .head(let status): outcome.status = status
            case .body(let text): outcome.body += text
            case .ended, .failed: outcome.end = told
            }
        }
        return outcome
    }
}

/// An `UpstreamClient` on an event loop, and the way there from a test.
struct TestClient: Sendable {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    /// Made once: it reads the system's certificates.
    private static let tls = Result { () throws(OutboundError) in try UpstreamClient.TLS() }
    let eventLoop: any EventLoop = Self.group.next()
    private let client: NIOLoopBound<UpstreamClient>
    let address: UpstreamAddress

    init(
        _ address: UpstreamAddress, maximumConnections: Int = 512, maximumWaitingRequests: Int = 1024,
        idleTimeout: TimeAmount = .seconds(50), maximumConnectionAge: TimeAmount = .minutes(5), tls: UpstreamClient.TLS? = nil
    ) async throws {
        let eventLoop = self.eventLoop
        let tls = try tls ?? Self.tls.get()
        self.address = address
        self.client = try await eventLoop.submit {
            var configuration = UpstreamClient.Configuration()
            configuration.maximumConnections = maximumConnections
            configuration.maximumWaitingRequests = maximumWaitingRequests
            configuration.idleTimeout = idleTimeout
            configuration.maximumConnectionAge = maximumConnectionAge
            let client = UpstreamClient(
                eventLoop: eventLoop, ticker: LoopTicker(eventLoop: eventLoop), tls: tls, configuration: configuration)
            return NIOLoopBound(client, eventLoop: eventLoop)
        }.get()
    }

    init(port: Int, maximumConnections: Int = 512, maximumWaitingRequests: Int = 1024, idleTimeout: TimeAmount = .seconds(50))
        async throws
    {
        try await self.init(
            UpstreamAddress(host: "127.0.0.1", port: port, usesTLS: false), maximumConnections: maximumConnections,
            maximumWaitingRequests: maximumWaitingRequests, idleTimeout: idleTimeout)
    }

    /// Starts a call.
    /// - Parameters:
    ///   - change: what the request shall have besides.
    ///   - before: run on the event loop just before, in the same turn.
    ///   - after: run just after, in the same turn: nothing can have come yet.
    func start(
        _ body: String = "{}", keepsBodies: Bool = true, _ change: @escaping @Sendable (inout UpstreamRequest) -> Void = { _ in },
        before: @escaping @Sendable () -> Void = {},
        after: @escaping @Sendable (UpstreamCall, RecordingReceiver) -> Void = { _, _ in }
    ) async throws -> StartedCall {
        let (told, continuation) = AsyncStream.makeStream(of: Told.self)
        let (client, address, eventLoop) = (self.client, self.address, self.eventLoop)
        return try await eventLoop.submit {
            before()
            var request = UpstreamRequest(
                head: HTTPRequestHead(version: .http1_1, method: .POST, uri: "/v1/chat"), body: ByteBuffer(string: body))
            change(&request)
            let receiver = RecordingReceiver(continuation, keepsBodies: keepsBodies)
            let call = client.value.send(request, to: address, receiver: receiver)
            after(call, receiver)
            return StartedCall(
                eventLoop: eventLoop, call: NIOLoopBound(call, eventLoop: eventLoop),
                receiver: NIOLoopBound(receiver, eventLoop: eventLoop), told: told)
        }.get()
    }

    /// A whole call.
    func exchange(
        _ body: String = "{}", _ change: @escaping @Sendable (inout UpstreamRequest) -> Void = { _ in }
    ) async throws -> (status: UInt?, body: String, end: Told?) {
        try await self.start(body, change).outcome()
    }

    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws -> Value {
        try await self.eventLoop.submit(body).get()
    }

    /// Open, idle, waiting.
    func counts() async throws -> [Int] {
        let (client, address) = (self.client, self.address)
        return try await self.run { client.value.counts(of: address).map { [$0.open, $0.idle, $0.waiting] } ?? [0, 0, 0] }
    }

    func shutDown() async throws {
        let client = self.client
        try await self.run { client.value.shutDown() }
    }
}
