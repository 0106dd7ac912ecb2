import NIOCore
import NIOHTTP1
import NIOPosix
import Outbound
import Testing
import Wire

@testable import ModelRelay

@Suite("An attempt at a simulated channel", .timeLimit(.minutes(1)))
struct FakeAttemptTests {
    /// What is told to whoever takes the answer; it may pause the reading.
    private final class Taker: UpstreamReceiver {
        let done: EventLoopPromise<Void>
        var attempt: FakeAttempt?
        var events: [String] = []
        var bytes = 0
        /// Done once it has so many bytes.
        var enough = Int.max
        var onPart: ((Taker) -> Void)?
        var onFlush: ((Taker) -> Void)?

        init(_ done: EventLoopPromise<Void>) { self.done = done }

        func upstreamHead(_ head: HTTPResponseHead) { self.events.append("head \(head.status.code)") }

        func upstreamBody(_ part: ByteBuffer) {
            self.bytes += part.readableBytes
            if self.events.last != "body" { self.events.append("body") }
            self.onPart?(self)
            if self.bytes >= self.enough { self.done.succeed(()) }
        }

        func upstreamReadComplete() {
            self.events.append("flush")
            self.onFlush?(self)
        }

        func upstreamEnded() {
            self.events.append("ended")
            self.done.succeed(())
        }

        func upstreamFailed(_ error: OutboundError) {
            self.events.append("failed \(error.code)")
            self.done.succeed(())
        }
    }

    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private static let body = #"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#

    /// - Parameter check: on the event loop, once the taker is done.
    private func attempt(
        _ configuration: JSON, fails: Bool = false, isStreamed: Bool = true, headTimeout: TimeAmount = .minutes(1),
        idleTimeout: TimeAmount = .minutes(1), prepare: @escaping @Sendable (Taker) -> Void = { _ in },
        check: @escaping @Sendable (Taker) -> Void
    ) async throws {
        let loop = Self.group.next()
        let taker = try await loop.flatSubmit { () -> EventLoopFuture<NIOLoopBound<Taker>> in
            let taker = Taker(loop.makePromise(of: Void.self))
            prepare(taker)
            let make = fails ? FakeAttempt.configuredFailure : FakeAttempt.answer
            var ids = RequestIDGenerator()
            let attempt = make(
                .chatCompletions, ByteBuffer(string: Self.body), configuration.objectValue ?? JSONObject(), "m", isStreamed,
                ids.next(nowMilliseconds: 0), 0, headTimeout, idleTimeout, loop, taker)
            #expect(taker.events.isEmpty)
            taker.attempt = attempt
            let bound = NIOLoopBound(taker, eventLoop: loop)
            return taker.done.futureResult.map { bound }
        }.get()
        try await loop.submit {
            taker.value.attempt?.cancel()
            check(taker.value)
            taker.value.attempt = nil
        }.get()
    }

    @Test("Head, parts and end come in this order, and none before the attempt is known")
    func order() async throws {
        try await self.attempt([:]) { #expect($0.events == ["head 200", "body", "ended"]) }
        try await self.attempt(["delay_ms": 2, "chunk_delay_ms": 1, "static_text": "x"], isStreamed: false) {
            #expect($0.events == ["head 200", "body", "ended"])
        }
    }

    @Test("Between parts that come with a delay, what came is to be flushed")
    func flushed() async throws {
        try await self.attempt(["chunk_delay_ms": 1]) {
            #expect($0.events.starts(with: ["head 200", "body", "flush", "body", "flush"]) && $0.events.last == "ended")
        }
    }

    @Test(
        "A hang is told when the time for it is over",
        arguments: [
            (["mode": "hang"], ["failed timedOut"]),
            (["mode": "hang-in-stream"], ["head 200", "body", "flush", "failed timedOut"]),
        ] as [(JSON, [String])])
    func hang(configuration: JSON, events: [String]) async throws {
        try await self.attempt(configuration, fails: true, headTimeout: .milliseconds(5), idleTimeout: .milliseconds(5)) {
            #expect($0.events == events)
        }
    }

    @Test("So is a delay that is longer than that")
    func tooLate() async throws {
        try await self.attempt(["delay_ms": 600_000], headTimeout: .milliseconds(5)) { #expect($0.events == ["failed timedOut"]) }
        try await self.attempt(["chunk_delay_ms": 600_000], idleTimeout: .milliseconds(5)) {
            #expect($0.events == ["head 200", "body", "flush", "failed timedOut"])
        }
    }

    @Test("A failed connection is told", arguments: [("refuse", "connect"), ("reset", "closed")])
    func failed(mode: String, code: String) async throws {
        try await self.attempt(["mode": .string(mode)], fails: true) { #expect($0.events.last == "failed \(code)") }
    }

    @Test("While the reading is paused nothing comes, and what came is flushed; then it goes on")
    func paused() async throws {
        let loop = Self.group.next()
        try await self.attempt(
            [:],
            prepare: { taker in
                taker.onPart = { taker in
                    taker.onPart = nil
                    taker.attempt?.isReadingPaused = true
                    let bound = NIOLoopBound(taker, eventLoop: loop)
                    loop.scheduleTask(in: .milliseconds(3)) {
                        bound.value.events.append("resumed")
                        bound.value.attempt?.isReadingPaused = false
                    }
                }
            }, check: { #expect($0.events == ["head 200", "body", "flush", "resumed", "body", "ended"]) })
    }

    @Test("Time doesn't run out while the reading is paused")
    func pausedHang() async throws {
        let loop = Self.group.next()
        try await self.attempt(
            ["mode": "hang-in-stream"], fails: true, idleTimeout: .milliseconds(5),
            prepare: { taker in
                taker.onFlush = { taker in
                    taker.onFlush = nil
                    taker.attempt?.isReadingPaused = true
                    let bound = NIOLoopBound(taker, eventLoop: loop)
                    loop.scheduleTask(in: .milliseconds(20)) {
                        bound.value.events.append("resumed")
                        bound.value.attempt?.isReadingPaused = false
                    }
                }
            }, check: { #expect($0.events == ["head 200", "body", "flush", "resumed", "failed timedOut"]) })
    }

    @Test("A body without end leaves the loop to others, and ends when it is cancelled")
    func endless() async throws {
        try await self.attempt(
            ["mode": "endless"], fails: true, isStreamed: false, prepare: { $0.enough = 1 << 20 },
            check: { taker in
                #expect(taker.bytes < 1 << 28)
                #expect(taker.events.contains("flush"))
            })
    }
}
