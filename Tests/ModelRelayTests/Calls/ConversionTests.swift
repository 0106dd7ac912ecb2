import Directory
import Ledger
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import ModelRelay

/// A client of one format and channels of another, by codecs of the tests' own: what is tested is what the relay makes of codecs.
@Suite("A call that is translated", .timeLimit(.minutes(1)))
struct ConversionTests {
    private static let endpoint = Endpoint(.messages, recordPath: "/v1/messages")
    private static let whole = #"{"model":"gpt","prompt":"hi"}"#
    private static let stream = #"{"model":"gpt","prompt":"hi","stream":true}"#
    private static let said = ["event: said\ndata: {\"said\":\"", "\"}\n\n"]
    private static let start = "event: start\ndata: {}\n\n"
    private static let over = "event: over\ndata: {}\n\n"

    private static func said(_ text: String) -> String { "event: said\ndata: {\"said\":\"\(text)\"}\n\n" }

    private func world(
        _ channels: [Directory.Channel], settings: RelaySettings = RelaySettings(), room: Int = .max,
        providers: [String] = [], model: (inout ModelConfig) -> Void = { _ in }
    ) async throws -> RelayWorld {
        try await RelayWorld(
            channels, room: room, claimsRoom: room == 0, model: model, settings: settings, providers: providers,
            codecs: Codecs([ToyClientCodec.self, ToyChatCodec.self]))
    }

    @Test("A whole answer is read in the channel's format and written in the client's, with the name that the client asked for")
    func answeredWhole() async throws {
        let seen = NIOLockedValueBox("")
        let server = try await LoopbackServer { peer, request in
            seen.withLockedValue { $0 = request.head + request.body }
            peer.json(Upstreams.answer(model: "up"))
        }
        let world = try await self.world([Upstreams.http(1, port: server.port) { $0.modelMapping = ["gpt": "up"] }])
        let outcome = try await world.call(
            Self.whole, headers: ["anthropic-beta": "b", "OpenAI-Organization": "o"], endpoint: Self.endpoint)
        let request = seen.withLockedValue { $0 }
        #expect(request.hasPrefix("POST /v1/chat/completions "))
        #expect(request.hasSuffix(#"{"model":"up","messages":[{"role":"user","content":"hi"}],"stream":false}"#))
        #expect(!request.contains("anthropic-beta") && !request.contains("OpenAI-Organization"), "headers stay in their family")
        #expect(outcome.status == 200)
        #expect(outcome.json == ["model": "gpt", "said": "hello", "thought": ""])
        #expect(outcome.headers["x-portico-dropped"].isEmpty)
        let record = try #require(outcome.record)
        #expect(record.mode == .messages && record.endpoint == "/v1/messages" && record.upstreamID == "up-1")
        #expect(record.usage.total == 15 && world.spent == Upstreams.cost && outcome.isRecordedBeforeItsEnd)
        await server.stop()
    }

    @Test("A stream is translated event by event, and recorded before its last")
    func streamed() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.stream([": hi\n\n", Upstreams.delta("a"), Upstreams.delta("b"), Upstreams.usageEvent, Upstreams.done])
        }
        let world = try await self.world([Upstreams.http(1, port: server.port)])
        let outcome = try await world.call(Self.stream, endpoint: Self.endpoint)
        #expect(outcome.headers.first(name: "content-type") == "text/event-stream; charset=utf-8")
        #expect(outcome.body == Self.start + Self.said("a") + Self.said("b") + Self.over)
        #expect(outcome.parts.last == Self.over && outcome.isRecordedBeforeItsEnd && outcome.isEnded)
        #expect(outcome.record?.usage.total == 15 && outcome.record?.upstreamID == "up-1")
        #expect(world.spent == Upstreams.cost)
        await server.stop()
    }

    @Test("Events that come in pieces of any size are the same events", arguments: [1, 3, 17, 1000])
    func pieces(size: Int) async throws {
        let text = [Upstreams.delta("a"), Upstreams.delta("b"), "data: {\"choices\":\ndata: []}\n\n", Upstreams.usageEvent]
            .joined()
        let server = try await LoopbackServer { peer, _ in
            var rest = text[...]
            var chunks: [String] = []
            while !rest.isEmpty {
                chunks.append(String(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            peer.stream(chunks + ["data: [DONE]"])
        }
        let world = try await self.world([Upstreams.http(1, port: server.port)])
        let outcome = try await world.call(Self.stream, endpoint: Self.endpoint)
        #expect(outcome.body == Self.start + Self.said("a") + Self.said("b") + Self.over)
        #expect(outcome.record?.code == 200)
        await server.stop()
    }

    @Test(
        "An upstream that answers whole though a stream was asked for, is told as a stream; one that streams though it wasn't, whole"
    )
    func otherwise() async throws {
        let server = try await LoopbackServer { peer, request in
            if request.body.contains(#""stream":true"#) {
                peer.json(Upstreams.answer())
            } else {
                peer.stream([Upstreams.delta("hel"), Upstreams.delta("lo"), Upstreams.usageEvent, Upstreams.done])
            }
        }
        let world = try await self.world([Upstreams.http(1, port: server.port)])
        let streamed = try await world.call(Self.stream, endpoint: Self.endpoint)
        #expect(streamed.body == Self.start + Self.said("hello") + Self.over)
        #expect(streamed.record?.usage.total == 15 && streamed.isRecordedBeforeItsEnd)
        let whole = try await world.call(Self.whole, endpoint: Self.endpoint)
        #expect(whole.json?["said"] == "hello")
        #expect(whole.headers.first(name: "content-type") == "application/json")
        #expect(whole.record?.usage.total == 15)
        await server.stop()
    }

    @Test("What could not be told is named in a header, in the client's words")
    func dropped() async throws {
        let world = try await self.world([Upstreams.fake(1)])
        let body = #"{"model":"gpt","prompt":"hi","seed":7,"color":"red"}"#
        #expect(try await world.call(body, endpoint: Self.endpoint).headers["x-portico-dropped"] == ["color, seed"])
        let streamed = body.replacing("{\"model\"", with: "{\"stream\":true,\"model\"")
        #expect(try await world.call(streamed, endpoint: Self.endpoint).headers["x-portico-dropped"] == ["color, seed"])
    }

    @Test("Names that can't stand in a header are not told by name, and there are never too many")
    func droppedNames() {
        var losses = Losses()
        losses.drop(member: "a\r\nSet-Cookie: x")
        losses.drop(member: String(repeating: "n", count: 500))
        losses.drop(member: "fine")
        losses.drop(.topK)
        #expect(losses.names(by: ToyClientCodec.memberName) == ["...", "fine", "topK"])
        for number in 0..<500 { losses.drop(member: "m\(number)") }
        #expect(losses.names(by: ToyClientCodec.memberName).count == 64)
    }

    @Test("What would change the meaning is a 400 in the client's words and dialect; nothing is sent, and another channel may do")
    func refused() async throws {
        let body = #"{"model":"gpt","prompt":"hi","count":2}"#
        let world = try await self.world([Upstreams.fake(1)])
        let outcome = try await world.call(body, endpoint: Self.endpoint)
        #expect(outcome.status == 400)
        #expect(outcome.json?["type"] == "error")
        #expect(outcome.json?["error"]?["message"]?.stringValue?.contains("`count`") == true)
        #expect(outcome.record?.code == 400 && world.spent == 0)
        let native = """
            name: native
            type: 900
            baseURL: http://127.0.0.1/v1
            authentication: none
            paths:
              messages: /messages
            """
        let server = try await LoopbackServer { peer, _ in peer.json(#"{"said":"native"}"#) }
        var channel = Upstreams.http(2, port: server.port, priority: -1)
        channel.type = 900
        let both = try await self.world([Upstreams.fake(1, priority: 10), channel], providers: [native])
        #expect(try await both.call(body, endpoint: Self.endpoint).json?["said"] == "native")
        await server.stop()
    }

    @Test("A request that can't be read is a 400 that no channel sees")
    func unreadable() async throws {
        let world = try await self.world([Upstreams.fake(1), Upstreams.fake(2)])
        for body in [#"{"model":"gpt","prompt":7}"#, #"{"model":"gpt"}"#] {
            let outcome = try await world.call(body, endpoint: Self.endpoint)
            #expect(outcome.status == 400 && outcome.record?.retryTimes == 0)
            #expect(outcome.json?["error"]?["message"]?.stringValue?.contains("`prompt`") == true)
        }
    }

    @Test("A failure before anything real was told goes to another channel", arguments: [true, false])
    func retried(isCut: Bool) async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.beginStream()
            peer.event(Upstreams.delta(""))
            if isCut { peer.close() } else { peer.event(Upstreams.errorEvent) }
        }
        let world = try await self.world([
            Upstreams.http(1, port: server.port, priority: 10), Upstreams.fake(2, priority: -1, ["static_text": "rescued"]),
        ])
        let outcome = try await world.call(Self.stream, endpoint: Self.endpoint)
        #expect(outcome.body == Self.start + Self.said("rescued") + Self.over)
        #expect(outcome.record?.retryTimes == 1 && outcome.record?.channelID == 2)
        await server.stop()
    }

    enum Cut: CaseIterable, Sendable { case connection, transfer, error, garbage, tooLarge }

    @Test("A stream that breaks is an error in the client's stream, in the record and on the bill", arguments: Cut.allCases)
    func cut(_ cut: Cut) async throws {
        var settings = RelaySettings()
        settings.maximumEventBytes = 2000
        let server = try await LoopbackServer { peer, _ in
            peer.beginStream()
            peer.event(Upstreams.delta("a"))
            switch cut {
            case .connection: peer.close()
            case .transfer: peer.endStream()
            case .error: peer.event(Upstreams.errorEvent)
            case .garbage: peer.event("data: nonsense\n\n")
            case .tooLarge: peer.event("data: " + String(repeating: "x", count: 5000))
            }
        }
        let world = try await self.world([Upstreams.http(1, port: server.port)], settings: settings)
        let outcome = try await world.call(Self.stream, endpoint: Self.endpoint)
        #expect(outcome.status == 200 && outcome.isAborted && !outcome.isEnded && !outcome.hasLateWrites)
        #expect(outcome.body.hasPrefix(Self.start + Self.said("a")))
        #expect(outcome.parts.last?.hasPrefix("event: fault\n") == true)
        #expect(outcome.isRecordedBeforeItsEnd)
        #expect(outcome.record?.code == 502 && world.spent > 0 && world.spent == outcome.record?.amount.used.nanos)
        await server.stop()
    }

    @Test("An upstream's refusal keeps its status, and is told without the names of another format")
    func upstreamRefuses() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.json(#"{"error":{"message":"too long","type":"t","code":"c","param":"messages"}}"#, status: "422 No")
        }
        let world = try await self.world([Upstreams.http(1, port: server.port)])
        let outcome = try await world.call(Self.whole, endpoint: Self.endpoint)
        #expect(outcome.status == 422 && outcome.json?["type"] == "error")
        #expect(outcome.json?["error"]?["message"]?.stringValue?.hasPrefix("too long (request id: ") == true)
        await server.stop()
    }

    @Test("An answer that its codec can't read is tried elsewhere")
    func unreadableAnswer() async throws {
        let server = try await LoopbackServer { peer, _ in peer.json(#"{"choices":[]}"#) }
        let world = try await self.world([
            Upstreams.http(1, port: server.port, priority: 10), Upstreams.fake(2, priority: -1, ["static_text": "rescued"]),
        ])
        #expect(try await world.call(Self.whole, endpoint: Self.endpoint).json?["said"] == "rescued")
        await server.stop()
    }

    @Test("Where the record can't be written the end is withheld", arguments: [false, true])
    func journalFills(isStreamed: Bool) async throws {
        let world = try await self.world([Upstreams.fake(1, ["static_text": "secret"])], room: 0)
        let outcome = try await world.call(isStreamed ? Self.stream : Self.whole, endpoint: Self.endpoint)
        if isStreamed {
            #expect(outcome.isAborted && !outcome.body.contains(Self.over))
        } else {
            #expect(outcome.status == 503 && !outcome.body.contains("secret"))
        }
        #expect(world.spent == 0 && world.timeline.records.isEmpty)
    }

    @Test("Without codecs a channel of another format doesn't serve the call")
    func noCodec() async throws {
        let world = try await RelayWorld([Upstreams.fake(1)], codecs: Codecs([ToyChatCodec.self]))
        let outcome = try await world.call(Self.whole, endpoint: Self.endpoint)
        #expect(outcome.status == 501 && outcome.json?["error"]?["type"] != nil)
    }

    @Test("A slow client holds the upstream's stream back")
    func backPressure() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.beginStream()
            peer.event(Upstreams.delta("a"))
        }
        let world = try await self.world([Upstreams.http(1, port: server.port)])
        let call = try await world.start(Self.stream, endpoint: Self.endpoint) { $0.isWritable = false }
        try await call.wait(for: "\"a\"")
        let isPaused = try await call.done.eventLoop.submit { (call.call.value.call as? ModelCall)?.attempt?.isReadingPaused }
            .get()
        #expect(isPaused == true)
        try await call.leave()
        #expect(call.soFar.record?.code == 499 && world.spent > 0)
        await server.stop()
    }
}
