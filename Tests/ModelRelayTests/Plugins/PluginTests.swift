import Directory
import Ledger
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("Plugins of a model", .timeLimit(.minutes(1)))
struct PluginTests {
    /// Says everything louder, and refuses a word.
    private struct Shout: ConversationPlugin {
        static let name = "shout"
        private let refused: String?

        init(settings: JSONObject) { self.refused = settings["refuse"]?.stringValue }

        func change(_ conversation: inout Conversation) throws(RelayError) {
            guard case .text(let text, _)? = conversation.messages.last?.blocks.last?.content else { return }
            if text == self.refused { throw RelayError(.badRequest, code: "refused", parameter: "prompt", "not that word") }
            conversation.messages.append(Message(.user, [.text("!")]))
        }

        mutating func pass(_ event: AnswerEvent, into output: inout [AnswerEvent]) {
            if case .delta(let place, .text(let text)) = event {
                output.append(.delta(place, .text(text.uppercased())))
            } else {
                output.append(event)
            }
        }
    }

    /// Counts the parts of an answer in front of each.
    private struct Count: BytesPlugin {
        static let name = "count"
        private var parts = 0

        init(settings: JSONObject) {}

        func change(_ body: ByteBuffer, _ format: WireFormat) throws(RelayError) -> ByteBuffer {
            ByteBuffer(string: String(buffer: body).replacing("hi there", with: "changed"))
        }

        mutating func pass(_ part: ByteBuffer, _ format: WireFormat) -> ByteBuffer {
            self.parts += 1
            return ByteBuffer(string: "<\(self.parts)>" + String(buffer: part))
        }
    }

    private func world(
        _ channels: [Directory.Channel], _ plugin: JSON, settings: RelaySettings = RelaySettings()
    ) async throws -> RelayWorld {
        try await RelayWorld(
            channels, model: { $0.plugin = plugin.objectValue ?? JSONObject() }, settings: settings,
            codecs: Codecs([ToyClientCodec.self, ToyChatCodec.self]),
            plugins: [Shout.self, Count.self, StreamFake.self, ThinkSplit.self])
    }

    private static let endpoint = Endpoint(.messages, recordPath: "/v1/messages")

    @Test("A plugin over the canonical form works between equal formats too, on whole answers and streams")
    func conversation() async throws {
        let world = try await self.world([Upstreams.fake(1, ["prefix": "you said "])], ["shout": ["enable": true]])
        let whole = try await world.call(Requests.whole)
        #expect(whole.json?["choices"]?[0]?["message"]?["content"] == "YOU SAID HI THERE!")
        #expect(try await world.call(Requests.stream).body.contains("YOU SAID"))
        #expect(try await world.call(#"{"model":"gpt","prompt":"a"}"#, endpoint: Self.endpoint).json?["said"] == "YOU SAID A!")
    }

    @Test("What a plugin refuses is told to the client, and no channel is asked")
    func refuses() async throws {
        let world = try await self.world([Upstreams.fake(1), Upstreams.fake(2)], ["shout": ["enable": true, "refuse": "a"]])
        let outcome = try await world.call(#"{"model":"gpt","prompt":"a"}"#, endpoint: Self.endpoint)
        #expect(outcome.status == 400 && outcome.record?.retryTimes == 0)
        #expect(outcome.body.contains("not that word"))
    }

    @Test(
        "One that isn't switched on does nothing: the bytes are passed on",
        arguments: [["shout": ["enable": false]], ["shout": [:]], ["shout": true], ["unknown": ["enable": true]], [:]] as [JSON])
    func off(settings: JSON) async throws {
        let server = try await LoopbackServer { peer, _ in peer.json(Upstreams.answer()) }
        let world = try await self.world([Upstreams.http(1, port: server.port)], settings)
        #expect(try await world.call(Requests.whole).parts == [Upstreams.answer()])
        await server.stop()
    }

    @Test("A plugin over bytes sees the client's own, in one state for each answer")
    func bytes() async throws {
        let world = try await self.world([Upstreams.fake(1, ["prefix": "you said "])], ["count": ["enable": true]])
        for _ in 1...2 {
            let whole = try await world.call(Requests.whole)
            #expect(whole.body.hasPrefix("<1>{") && whole.body.contains("you said changed"))
        }
        let stream = try await world.call(Requests.stream)
        #expect(stream.body.hasPrefix("<1>data: ") && stream.parts.last == "<\(stream.parts.count)>" + Upstreams.done)
    }

    @Test("stream-fake: the channel streams, the client gets the whole")
    func streamFake() async throws {
        let seen = NIOLockedValueBox("")
        let server = try await LoopbackServer { peer, request in
            seen.withLockedValue { $0 = request.body }
            peer.stream([Upstreams.delta("hel"), Upstreams.delta("lo"), Upstreams.usageEvent, Upstreams.done])
        }
        let world = try await self.world([Upstreams.http(1, port: server.port)], ["stream-fake": ["enable": true]])
        let outcome = try await world.call(#"{"model":"gpt","prompt":"a"}"#, endpoint: Self.endpoint)
        #expect(seen.withLockedValue { $0 }.contains(#""stream":true"#))
        #expect(outcome.json?["said"] == "hello" && outcome.parts.count == 1)
        #expect(outcome.headers.first(name: "content-type") == "application/json")
        #expect(outcome.record?.usage.total == 15 && outcome.record?.upstreamID == "up-1" && world.spent == Upstreams.cost)
        #expect(try await world.call(Requests.whole).json?["choices"]?[0]?["message"]?["content"] == "hello")
        await server.stop()
    }

    @Test("stream-fake: a stream that breaks is tried elsewhere; one without end is bounded", arguments: [true, false])
    func streamFakeBreaks(isCut: Bool) async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.beginStream()
            for _ in 0..<100 { peer.event(Upstreams.delta("a")) }
            if isCut { peer.close() }
        }
        var settings = RelaySettings()
        settings.maximumAnswerBytes = isCut ? 1 << 20 : 1000
        let world = try await self.world(
            [Upstreams.http(1, port: server.port, priority: 10), Upstreams.fake(2, priority: -1, ["static_text": "b"])],
            ["stream-fake": ["enable": true]], settings: settings)
        let outcome = try await world.call(#"{"model":"gpt","prompt":"a"}"#, endpoint: Self.endpoint)
        #expect(outcome.json?["said"] == "b" && outcome.record?.retryTimes == 1)
        await server.stop()
    }

    @Test("think-split together with stream-fake, in the client's format")
    func together() async throws {
        let world = try await self.world(
            [Upstreams.fake(1, ["static_text": "<think>a b</think>c d", "stream_chunk_size": 3])],
            ["stream-fake": ["enable": true], "think-split": ["enable": true]])
        let whole = try await world.call(#"{"model":"gpt","prompt":"a"}"#, endpoint: Self.endpoint)
        #expect(whole.json?["said"] == "c d" && whole.json?["thought"] == "a b")
        let stream = try await world.call(#"{"model":"gpt","prompt":"a","stream":true}"#, endpoint: Self.endpoint)
        #expect(!stream.body.contains("<") && stream.body.contains("event: thought") && stream.body.contains("event: said"))
    }
}
