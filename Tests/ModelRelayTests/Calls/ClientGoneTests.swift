import Ledger
import NIOCore
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("A client that leaves", .timeLimit(.minutes(1)))
struct ClientGoneTests {
    enum Moment: String, CaseIterable, Sendable {
        case waitingForHead, withinError, withinAnswer, streaming, streamingHeld, secondAttempt
    }

    @Test("Whenever it leaves, the upstream is closed and one record made, with 499", arguments: Moment.allCases)
    func leaves(_ moment: Moment) async throws {
        let server = try await LoopbackServer { peer, _ in
            switch moment {
            case .waitingForHead, .secondAttempt: break
            case .withinError: peer.write("HTTP/1.1 500 Broken\r\nContent-Length: 100\r\n\r\n{")
            case .withinAnswer: peer.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
            case .streaming, .streamingHeld:
                peer.beginStream()
                peer.event(Upstreams.delta("a"))
            }
        }
        var channels = [Upstreams.http(1, port: server.port, priority: -1)]
        if moment == .secondAttempt { channels.append(Upstreams.failing(2, status: 500, priority: 10)) }
        let world = try await RelayWorld(channels)
        let call = try await world.start(moment == .withinAnswer ? Requests.whole : Requests.stream)
        switch moment {
        case .waitingForHead, .secondAttempt: for await event in server.events where event == .requested(1) { break }
        case .withinError, .withinAnswer: try await call.waitForHead()
        case .streaming: try await call.wait(for: "\"a\"")
        case .streamingHeld:
            try await call.wait(for: "\"a\"")
            try await call.setWritable(false)
        }
        try await call.leave()
        try await call.leave()
        await server.events.wait(for: .closed(1))
        let outcome = call.soFar
        #expect(!outcome.isEnded && !outcome.hasLateWrites)
        let record = try #require(outcome.record)
        #expect(record.code == 499)
        #expect(record.channelID == 1)
        #expect(record.retryTimes == (moment == .secondAttempt ? 1 : 0))
        let wasDelivered = moment == .streaming || moment == .streamingHeld
        #expect((world.spent > 0) == wasDelivered, "what was delivered is charged, and nothing else")
        #expect(record.amount.used.nanos == world.spent)
        await server.stop()
    }

    @Test("One that leaves when it has its answer changes nothing")
    func afterwards() async throws {
        let world = try await RelayWorld([Upstreams.fake(1)])
        let call = try await world.start(Requests.stream)
        let outcome = try await call.outcome()
        try await call.leave()
        try await call.setWritable(false)
        #expect(call.soFar.parts == outcome.parts)
        #expect(call.soFar.record?.code == 200)
    }

    @Test(
        "One whose leaving shows when it is written to is recorded once, and gets nothing more", arguments: ["\"a\"", "[DONE]"])
    func whileWriting(text: String) async throws {
        let server = try await LoopbackServer { peer, _ in peer.stream([Upstreams.delta("a") + Upstreams.done]) }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)])
        let call = try await world.start(Requests.stream) { sink in
            sink.onBody = { [unowned sink] part in if part.contains(text) { sink.running?.clientIsGone() } }
        }
        try await call.wait(for: text)
        // The next turn of the loop, when everything that came with it has been dealt with.
        try await call.done.eventLoop.submit {}.get()
        let isWhole = text == "[DONE]"
        #expect(call.soFar.record?.code == (isWhole ? 200 : 499))
        #expect(call.soFar.isEnded == isWhole)
        #expect(call.soFar.body == Upstreams.delta("a") + (isWhole ? Upstreams.done : ""))
        #expect(!call.soFar.hasLateWrites)
        await server.stop()
    }

    @Test("A simulated answer that waits between its pieces ends with its client")
    func fake() async throws {
        let world = try await RelayWorld([
            Upstreams.fake(1, ["static_text": "aabb", "stream_chunk_size": 2, "chunk_delay_ms": 60_000])
        ])
        let call = try await world.start(Requests.stream)
        try await call.wait(for: "assistant")
        try await call.leave()
        #expect(call.soFar.record?.code == 499)
        #expect(world.spent > 0)
    }
}

extension ClientCall {
    /// Waits until the upstream's head has come.
    func waitForHead() async throws {
        let call = self.call
        while try await !self.done.eventLoop.submit({ (call.value.call as? ModelCall).map { $0.head != nil } ?? true }).get() {
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
