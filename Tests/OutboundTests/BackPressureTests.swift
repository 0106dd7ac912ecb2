import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Outbound

@Suite("A receiver that is slower than the upstream", .timeLimit(.minutes(1)))
struct BackPressureTests {
    private static let total = 48 << 20
    private static let piece = 256 << 10

    @Test(
        "What isn't taken stays in the kernel and with the upstream; afterwards all of it comes. Through a proxy, and TLS, too",
        arguments: [nil, "http", "socks5h"], [false, true])
    func pause(proxyScheme: String?, usesTLS: Bool) async throws {
        let sent = NIOLockedValueBox(0)
        let answer = { @Sendable (peer: Peer, _: LoopbackServer.Request) in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(Self.total)\r\n\r\n")
            Self.pour(into: peer.channel, sent)
        }
        let server = usesTLS ? try await WebFixtures.tlsServer(answer) : try await LoopbackServer(answer: answer)
        let proxy = try await LoopbackProxy()
        let client = try await TestClient(
            UpstreamAddress(
                host: "localhost", port: server.port, usesTLS: usesTLS,
                proxy: proxyScheme.map { scheme in try ProxyAddress("\(scheme)://127.0.0.1:\(proxy.port)") }),
            tls: WebFixtures.tls.get())
        let call = try await client.start(
            keepsBodies: false, after: { call, receiver in receiver.onBody = { call.isReadingPaused = true } })
        // The server comes to a stop when the kernel's buffers are full.
        var last = -1
        while true {
            let now = sent.withLockedValue { $0 }
            if now == last, now > 0 { break }
            last = now
            try await Task.sleep(for: .milliseconds(150))
        }
        let taken = try await client.run { call.receiver.value.bodyBytes }
        #expect(sent.withLockedValue { $0 } < Self.total)
        #expect(taken < 4 << 20, "no more than what one turn of the loop reads")
        try await client.run {
            call.receiver.value.onBody = nil
            call.call.value.isReadingPaused = false
        }
        #expect(await call.outcome().end == .ended)
        #expect(try await client.run { call.receiver.value.bodyBytes } == Self.total)
        #expect(
            try await client.exchange { $0.headTimeout = .seconds(5) }.status == 200,
            "the connection reads again for the next call")
        await proxy.stop()
        await server.stop()
    }

    /// One piece after the other, each when the one before is with the kernel.
    private static func pour(into channel: any Channel, _ sent: NIOLockedValueBox<Int>) {
        channel.writeAndFlush(ByteBuffer(repeating: 0x78, count: self.piece)).whenSuccess {
            let now = sent.withLockedValue { sent in
                sent += self.piece
                return sent
            }
            if now % self.total > 0 { self.pour(into: channel, sent) }
        }
    }

    @Test("A pause doesn't count as the upstream's silence")
    func pauseIsNoSilence() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
        }
        let client = try await TestClient(port: server.port)
        let call = try await client.start()
        var told = call.told.makeAsyncIterator()
        #expect(await told.next() == .head(200))
        #expect(await told.next() == .body("half"))
        try await client.run { call.call.value.isReadingPaused = true }
        try await call.tick(after: .hours(1))
        #expect(try await !call.isFinished())
        try await client.run { call.call.value.isReadingPaused = false }
        try await call.tick(after: .seconds(60))
        #expect(try await !call.isFinished(), "the upstream has its whole time again")
        try await call.tick(after: .seconds(130))
        #expect(await told.next() == .failed(.timedOut, "timed out waiting for the next part of the answer"))
        await server.stop()
    }
}
