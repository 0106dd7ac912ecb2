import Directory
import Ledger
import NIOConcurrencyHelpers
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("Calls that go on from stored responses", .timeLimit(.minutes(1)))
struct StoredCallTests {
    static let endpoint = Endpoint(.responses, recordPath: "/v1/responses")
    static let owner = ResponseOwner(group: "acme", tokenID: 7)

    static func store(_ records: any ExpiringRecords = MemoryExpiringRecords(clock: .fixed(RelayWorld.now))) -> ResponseStore {
        ResponseStore(records: records, clock: .fixed(RelayWorld.now))
    }

    /// A provider that speaks Responses.
    static let provider = """
        name: all
        type: 900
        baseURL: http://127.0.0.1/v1
        authentication: bearer
        paths:
          responses: /responses
          input-tokens: /responses/input_tokens
        """

    static func channel(_ id: Int64, port: Int, priority: Int64 = 0) -> Directory.Channel {
        Upstreams.http(id, port: port, priority: priority) { $0.type = 900 }
    }

    /// An answer of such an upstream, whole or as the last event of a stream.
    static func response(_ id: String, isStored: Bool = true) -> String {
        #"{"id":"\#(id)","object":"response","status":"completed","model":"gpt","store":\#(isStored),"output":[{"type":"message","#
            + #""id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"hello","#
            + #""annotations":[]}]}],"usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15}}"#
    }

    static func completed(_ id: String) -> String {
        "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":\(Self.response(id))}\n\n"
    }

    /// The response that a client got, whole or in the last event of its stream.
    static func told(_ outcome: Outcome) throws -> JSON {
        if let json = outcome.json { return json }
        let bytes = try #require(ResponseExchange.response(inLastEventOf: Array(outcome.body.utf8)))
        return try JSON.parse(bytes)
    }

    static func id(_ outcome: Outcome) throws -> String { try #require(try self.told(outcome)["id"]?.stringValue) }

    @Test("On an upstream that keeps nothing: it is told all that was said before", arguments: [false, true])
    func goesOn(isStreamed: Bool) async throws {
        let seen = NIOLockedValueBox<[JSON]>([])
        let server = try await LoopbackServer { peer, request in
            let body = try? JSON.parse(request.body)
            seen.withLockedValue { $0.append(body ?? nil) }
            if isStreamed {
                peer.stream([Upstreams.delta("hello"), Upstreams.usageEvent, Upstreams.done])
            } else {
                peer.json(Upstreams.answer())
            }
        }
        let store = Self.store()
        // Only chat completions are spoken there.
        let chat = try await RelayWorld(
            [Upstreams.http(1, port: server.port) { $0.type = 901 }],
            providers: [
                Self.provider.replacing("900", with: "901").replacing("name: all", with: "name: chat").replacing(
                    "  responses: /responses\n  input-tokens: /responses/input_tokens",
                    with: "  chat-completions: /chat/completions")
            ],
            responses: store)
        let stream = isStreamed ? #""stream":true,"# : ""
        let first = try await chat.call(#"{"model":"gpt",\#(stream)"input":"one"}"#, endpoint: Self.endpoint)
        let id = try Self.id(first)
        // At once, though it may still be on its way into the store.
        let second = try await chat.call(
            #"{"model":"gpt",\#(stream)"input":"two","previous_response_id":"\#(id)"}"#, endpoint: Self.endpoint)
        #expect(second.status == 200 && second.isRecordedBeforeItsEnd)
        #expect(try Self.told(second)["previous_response_id"] == .string(id), "the answer repeats the client's own request")
        let messages = seen.withLockedValue { $0.last?["messages"]?.arrayValue ?? [] }
        #expect(messages.map { $0["role"] } == ["user", "assistant", "user"])
        #expect(messages.map { $0["content"]?.stringValue } == ["one", "hello", "two"])
        let third = try await chat.call(
            #"{"model":"gpt","input":"three","store":false,"previous_response_id":"\#(try Self.id(second))"}"#,
            endpoint: Self.endpoint)
        #expect(third.status == 200 || isStreamed)
        #expect(seen.withLockedValue { $0.last?["messages"]?.arrayValue?.count } == 5)
        await server.stop()
    }

    @Test("What isn't to be kept isn't, and what was never kept can't be gone on from")
    func unkept() async throws {
        let store = Self.store()
        let world = try await RelayWorld([Upstreams.fake(1)], responses: store)
        let outcome = try await world.call(#"{"model":"gpt","input":"one","store":false}"#, endpoint: Self.endpoint)
        let id = try Self.id(outcome)
        await #expect(throws: RelayError.self) { try await store.response(id: id, owner: Self.owner) }
        for stream in ["", #""stream":true,"#] {
            let next = try await world.call(
                #"{"model":"gpt",\#(stream)"input":"two","previous_response_id":"\#(id)"}"#, endpoint: Self.endpoint)
            #expect(next.status == 400 && next.errorCode == "previous_response_not_found")
            #expect(next.json?["error"]?["param"] == "previous_response_id" && next.record?.code == 400)
        }
        let wrong = try await world.call(#"{"model":"gpt","input":"one","store":"no"}"#, endpoint: Self.endpoint)
        #expect(wrong.status == 400 && wrong.json?["error"]?["param"] == "store")
    }

    @Test("The answer is kept as the client got it, whole or from the last event of its stream", arguments: [false, true])
    func asTold(isStreamed: Bool) async throws {
        let server = try await LoopbackServer { peer, _ in
            if isStreamed { peer.stream([Self.completed("resp_up")]) } else { peer.json(Self.response("resp_up")) }
        }
        let store = Self.store()
        for channel in [Self.channel(1, port: server.port), Upstreams.fake(1)] {
            let world = try await RelayWorld([channel], providers: [Self.provider], responses: store)
            let outcome = try await world.call(
                #"{"model":"gpt","stream":\#(isStreamed),"input":"one"}"#, endpoint: Self.endpoint)
            let told = try Self.told(outcome)
            let id = try #require(told["id"]?.stringValue)
            let stored = try await store.response(id: id, owner: Self.owner)
            #expect(stored.response == told)
            #expect(stored.channelID == (channel.type == 900 ? 1 : nil), "only an upstream of this format keeps it too")
            #expect(stored.input == [["type": "message", "role": "user", "content": "one"]])
        }
        await server.stop()
    }

    @Test("A follow-up of what an upstream keeps goes there as it is, whatever channels there are")
    func pinned() async throws {
        let seen = NIOLockedValueBox<[String]>([])
        let keeping = try await LoopbackServer { peer, request in
            seen.withLockedValue { $0.append(request.body) }
            peer.json(Self.response("resp_\(seen.withLockedValue { $0.count })"))
        }
        let other = try await LoopbackServer { peer, _ in peer.json("{}", status: "400 Bad Request") }
        let store = Self.store()
        let first = try await RelayWorld([Self.channel(1, port: keeping.port)], providers: [Self.provider], responses: store)
        _ = try await first.call(#"{"model":"gpt","input":"one"}"#, endpoint: Self.endpoint)
        let world = try await RelayWorld(
            [Self.channel(1, port: keeping.port, priority: -1), Self.channel(2, port: other.port, priority: 1000)],
            providers: [Self.provider], responses: store)
        let body = #"{"model":"gpt","input":"two","previous_response_id":"resp_1"}"#
        let outcome = try await world.call(body, endpoint: Self.endpoint)
        #expect(outcome.status == 200 && outcome.record?.channelID == 1 && seen.withLockedValue { $0.last } == body)
        await keeping.stop()
        await other.stop()
    }

    @Test(
        "Where the upstream has forgotten it, it is told all that was said",
        arguments: ["404 Not Found", "400 Bad Request", "500 Internal Server Error"])
    func forgotten(status: String) async throws {
        let seen = NIOLockedValueBox<[JSON]>([])
        let server = try await LoopbackServer { peer, request in
            let body: JSON = (try? JSON.parse(request.body)) ?? nil
            seen.withLockedValue { $0.append(body) }
            if body["previous_response_id"] == nil { return peer.json(Self.response("resp_1")) }
            peer.json(#"{"error":{"message":"gone","code":"previous_response_not_found"}}"#, status: status)
        }
        let store = Self.store()
        let world = try await RelayWorld([Self.channel(1, port: server.port)], providers: [Self.provider], responses: store)
        _ = try await world.call(#"{"model":"gpt","input":"one"}"#, endpoint: Self.endpoint)
        let outcome = try await world.call(
            #"{"model":"gpt","input":"two","previous_response_id":"resp_1"}"#, endpoint: Self.endpoint)
        #expect(outcome.status == 200 && outcome.record?.retryTimes == 1)
        let items = seen.withLockedValue { $0.last?["input"]?.arrayValue ?? [] }
        #expect(items.map { $0["role"] } == ["user", "assistant", "user"])
        await server.stop()
    }

    @Test("An upstream that says that it keeps nothing is told everything at once")
    func unstored() async throws {
        let seen = NIOLockedValueBox<[JSON]>([])
        let server = try await LoopbackServer { peer, request in
            let body: JSON = (try? JSON.parse(request.body)) ?? nil
            seen.withLockedValue { $0.append(body) }
            peer.json(Self.response("resp_1", isStored: false))
        }
        let store = Self.store()
        let world = try await RelayWorld([Self.channel(1, port: server.port)], providers: [Self.provider], responses: store)
        _ = try await world.call(#"{"model":"gpt","input":"one"}"#, endpoint: Self.endpoint)
        _ = try await world.call(#"{"model":"gpt","input":"two","previous_response_id":"resp_1"}"#, endpoint: Self.endpoint)
        #expect(seen.withLockedValue { $0.count } == 2)
        #expect(seen.withLockedValue { $0.last?["input"]?.arrayValue?.count } == 3)
        await server.stop()
    }

    @Test("Thoughts that another provider gave out aren't passed on")
    func foreignThoughts() async throws {
        let seen = NIOLockedValueBox("")
        let server = try await LoopbackServer { peer, request in
            seen.withLockedValue { $0 = request.body }
            peer.json(Self.response("resp_1"))
        }
        let world = try await RelayWorld(
            [Self.channel(1, port: server.port)], providers: [Self.provider], responses: Self.store())
        let thought = OpaqueReasoning(origin: .messages, value: "secret", id: nil).carried(in: .responses)
        let outcome = try await world.call(
            #"{"model":"gpt","input":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"\#(thought)"},{"role":"user","content":"x"}]}"#,
            endpoint: Self.endpoint)
        #expect(outcome.status == 200 && thought.hasPrefix("portico."))
        #expect(!seen.withLockedValue { $0 }.contains("portico.") && seen.withLockedValue { $0 }.contains("\"x\""))
        await server.stop()
    }

    @Test("Tokens of a follow-up are counted with all that was said before")
    func counted() async throws {
        let seen = NIOLockedValueBox<[JSON]>([])
        let server = try await LoopbackServer { peer, request in
            let body: JSON = (try? JSON.parse(request.body)) ?? nil
            seen.withLockedValue { $0.append(body) }
            if request.head.contains("input_tokens") {
                peer.json(#"{"object":"response.input_tokens","input_tokens":11}"#)
            } else {
                peer.json(Self.response("resp_1"))
            }
        }
        let world = try await RelayWorld(
            [Self.channel(1, port: server.port)], providers: [Self.provider], responses: Self.store())
        _ = try await world.call(#"{"model":"gpt","input":"one"}"#, endpoint: Self.endpoint)
        let outcome = try await world.call(
            #"{"model":"gpt","input":"two","previous_response_id":"resp_1"}"#,
            endpoint: Endpoint(.inputTokens, recordPath: "/v1/responses/input_tokens"))
        #expect(outcome.json?["input_tokens"] == 11 && !outcome.headers.contains(name: "x-portico-estimated"))
        #expect(seen.withLockedValue { $0.last?["input"]?.arrayValue?.count } == 3)
        await server.stop()
    }
}

@Suite("Responses that are made in the background", .timeLimit(.minutes(1)))
struct BackgroundCallTests {
    private static let body = #"{"model":"gpt","input":"one","background":true}"#

    private func ended(_ id: String, in store: ResponseStore) async throws -> StoredResponse {
        while true {
            let stored = try await store.response(id: id, owner: StoredCallTests.owner)
            if !stored.isUnfinished { return stored }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    @Test("Its client gets it at once, unfinished, and finds it finished under the same id; upstreams aren't asked for that")
    func made() async throws {
        let seen = NIOLockedValueBox("")
        let server = try await LoopbackServer { peer, request in
            seen.withLockedValue { $0 = request.body }
            peer.json(StoredCallTests.response("resp_up"))
        }
        for channel in [StoredCallTests.channel(1, port: server.port), Upstreams.fake(1)] {
            let store = StoredCallTests.store()
            let world = try await RelayWorld([channel], providers: [StoredCallTests.provider], responses: store)
            let outcome = try await world.call(Self.body, endpoint: StoredCallTests.endpoint)
            let id = try StoredCallTests.id(outcome)
            #expect(outcome.status == 200 && outcome.json?["status"] == "in_progress" && outcome.json?["background"] == true)
            let stored = try await self.ended(id, in: store)
            #expect(stored.status == "completed" && stored.response["id"] == .string(id) && stored.isBackground)
            #expect(!stored.output.isEmpty && stored.channelID == nil)
            #expect(!seen.withLockedValue { $0 }.contains("background"))
            let next = try await world.call(
                #"{"model":"gpt","input":"two","previous_response_id":"\#(id)"}"#, endpoint: StoredCallTests.endpoint)
            #expect(next.status == 200)
        }
        await server.stop()
    }

    @Test("A client that leaves its stream finds it all the same")
    func left() async throws {
        let go = NIOLockedValueBox<Peer?>(nil)
        let server = try await LoopbackServer { peer, _ in
            peer.beginStream()
            peer.event(Upstreams.delta("hel"))
            go.withLockedValue { $0 = peer }
        }
        let store = StoredCallTests.store()
        let world = try await RelayWorld(
            [Upstreams.http(1, port: server.port) { $0.type = 901 }],
            providers: [
                StoredCallTests.provider.replacing("900", with: "901").replacing(
                    "  responses: /responses\n  input-tokens: /responses/input_tokens",
                    with: "  chat-completions: /chat/completions")
            ], responses: store)
        let call = try await world.start(
            #"{"model":"gpt","input":"one","background":true,"stream":true}"#, endpoint: StoredCallTests.endpoint)
        try await call.wait(for: "hel")
        let first = try #require(call.soFar.body.split(separator: "\n").first { $0.hasPrefix("data: ") })
        let begun = try JSON.parse(String(first.dropFirst(6)))
        let id = try #require(begun["response"]?["id"]?.stringValue)
        try await call.leave()
        let peer = try #require(go.withLockedValue { $0 })
        peer.event(Upstreams.delta("lo"))
        peer.event(Upstreams.done)
        peer.endStream()
        let stored = try await self.ended(id, in: store)
        #expect(stored.output.first?["content"]?[0]?["text"] == "hello")
        await server.stop()
    }

    @Test("One that fails is kept as failed")
    func failed() async throws {
        let store = StoredCallTests.store()
        let world = try await RelayWorld([Upstreams.failing(1, status: 400)], responses: store)
        let outcome = try await world.call(Self.body, endpoint: StoredCallTests.endpoint)
        #expect(outcome.status == 200)
        let stored = try await self.ended(try StoredCallTests.id(outcome), in: store)
        #expect(stored.status == "failed" && stored.response["error"]?["message"]?.stringValue?.isEmpty == false)
    }

    @Test("One that is cancelled ends, and stays cancelled")
    func cancelled() async throws {
        let server = try await LoopbackServer { _, _ in }
        let store = StoredCallTests.store()
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)], responses: store)
        let call = try await world.start(Self.body, endpoint: StoredCallTests.endpoint)
        let id = try StoredCallTests.id(try await call.outcome())
        let answer = try await store.answer(.cancel(id), owner: StoredCallTests.owner)
        #expect(try JSON.parse(answer.body)["status"] == "cancelled")
        while call.soFar.records.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
        #expect(call.soFar.record?.code == 499 && !call.soFar.hasLateWrites)
        #expect(try await store.response(id: id, owner: StoredCallTests.owner).status == "cancelled")
        await server.stop()
    }

    @Test("It has to be stored, and what it goes on from has to be there")
    func refused() async throws {
        let world = try await RelayWorld([Upstreams.fake(1)], responses: StoredCallTests.store())
        let unstored = try await world.call(
            #"{"model":"gpt","input":"one","background":true,"store":false}"#, endpoint: StoredCallTests.endpoint)
        #expect(unstored.status == 400 && unstored.json?["error"]?["param"] == "background")
        let unknown = try await world.call(
            #"{"model":"gpt","input":"one","background":true,"previous_response_id":"resp_x"}"#,
            endpoint: StoredCallTests.endpoint)
        #expect(unknown.status == 400 && unknown.errorCode == "previous_response_not_found")
        let broken = try await world.call(
            #"{"model":"gpt","input":7,"background":true}"#, endpoint: StoredCallTests.endpoint)
        #expect(broken.status == 400 && broken.json?["error"]?["param"] == "input")
    }
}
