import Directory
import Ledger
import NIOCore
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("Streams in which nothing is said for a while", .timeLimit(.minutes(1)))
struct SilenceTests {
    private static let role =
        "data: {\"id\":\"up-1\",\"model\":\"gpt\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"

    @Test("A client that hears nothing is sent comments, between events and after the head only")
    func keptAlive() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.beginStream()
            peer.event(Upstreams.delta("a"))
            peer.event("data: {\"id\"")
        }
        var settings = RelaySettings()
        settings.keepAliveInterval = .milliseconds(100)
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)], settings: settings)
        let call = try await world.start(Requests.stream)
        try await call.wait(for: ": keep-alive\n\n: keep-alive\n\n")
        #expect(call.soFar.body.hasPrefix(Upstreams.delta("a") + ": keep-alive\n\n"))
        #expect(!call.soFar.body.contains("{\"id\"\n"))
        try await call.leave()
        await server.stop()
    }

    @Test("A client that takes nothing isn't sent any")
    func notWritable() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.beginStream()
            peer.event(Upstreams.delta("a"))
        }
        var settings = RelaySettings()
        settings.keepAliveInterval = .milliseconds(1)
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)], settings: settings)
        let call = try await world.start(Requests.stream) { $0.isWritable = false }
        try await call.wait(for: "\"a\"")
        try await Task.sleep(for: .milliseconds(450))
        #expect(call.soFar.body == Upstreams.delta("a"))
        try await call.leave()
        await server.stop()
    }

    @Test("What only says that an answer begins is held back, so that a failure behind it is tried elsewhere")
    func held() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.beginStream()
            peer.event(Self.role)
            peer.close()
        }
        let world = try await RelayWorld([
            Upstreams.http(1, port: server.port, priority: 10), Upstreams.fake(2, priority: -1, ["static_text": "rescued"]),
        ])
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.body.contains("rescued") && outcome.isEnded && outcome.record?.retryTimes == 1)
        await server.stop()
    }

    @Test("What breaks in the piece in which it began is tried elsewhere too")
    func brokenAtOnce() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.beginStream()
            peer.event(Upstreams.delta("a") + Upstreams.errorEvent)
        }
        let world = try await RelayWorld([
            Upstreams.http(1, port: server.port, priority: 10), Upstreams.fake(2, priority: -1, ["static_text": "rescued"]),
        ])
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.body.contains("rescued") && !outcome.body.contains("\"a\"") && outcome.record?.retryTimes == 1)
        await server.stop()
    }

    @Test("It goes out with what follows, and after a while by itself")
    func released() async throws {
        let server = try await LoopbackServer { peer, request in
            peer.beginStream()
            peer.event(Self.role)
            if !request.body.contains("wait") { peer.event(Upstreams.delta("a")) }
        }
        var settings = RelaySettings()
        settings.holdTimeout = .milliseconds(100)
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)], settings: settings)
        for body in [Requests.stream, Requests.stream.replacing("hi there", with: "wait")] {
            let call = try await world.start(body)
            try await call.wait(for: "assistant")
            try await call.leave()
            #expect(call.soFar.record?.code == 499 && call.soFar.record?.usage.output ?? 0 > 0)
        }
        await server.stop()
    }
}
