import NIOHTTP1
import Synchronization
import Testing
import Wire

@testable import ModelRelay

@Suite("Stored responses")
struct ResponseStoreTests {
    private let owner = ResponseOwner(group: "g", tokenID: 1)
    private let time = ManualTime(1_700_000_000_000)

    private func store(_ change: (inout ResponseStore.Limits) -> Void = { _ in }) -> ResponseStore {
        var limits = ResponseStore.Limits()
        change(&limits)
        let clock = WallClock.manual(self.time)
        return ResponseStore(records: MemoryExpiringRecords(clock: clock), clock: clock, limits: limits)
    }

    private func exchange(
        _ id: String, _ request: JSON, output: [JSON] = [], status: String = "completed", channel: Int64? = nil,
        owner: ResponseOwner? = nil
    ) -> ResponseExchange {
        let response: JSON = [
            "id": .string(id), "object": "response", "status": .string(status), "model": "m", "output": .array(output),
            "background": request["background"] ?? false, "store": true,
        ]
        return ResponseExchange(
            owner: owner ?? self.owner, channelID: channel, request: request.serializedBytes(),
            response: response.serializedBytes())
    }

    private static func said(_ text: String, _ id: String) -> JSON {
        [
            "type": "message", "id": .string(id), "role": "assistant", "status": "completed",
            "content": [["type": "output_text", "text": .string(text), "annotations": []]],
        ]
    }

    private func saveTwoTurns(_ store: ResponseStore) async throws {
        let thought: JSON = ["type": "reasoning", "id": "rs_1", "summary": []]
        #expect(
            try await store.save(
                self.exchange("resp_1", ["input": "one"], output: [thought, Self.said("1", "msg_1")], channel: 7)))
        let call: JSON = ["type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"]
        #expect(
            try await store.save(
                self.exchange(
                    "resp_2", ["previous_response_id": "resp_1", "input": [["role": "user", "content": "two"]]], output: [call])))
    }

    // MARK: Going on

    @Test("A follow-up gets the whole conversation, in order, without thoughts that only their provider can find again")
    func resolve() async throws {
        let store = self.store()
        try await self.saveTwoTurns(store)
        let previous = try await store.resolve(previous: "resp_2", owner: self.owner)
        #expect(previous.channelID == nil)
        let request: JSON = [
            "model": "m", "previous_response_id": "resp_2",
            "input": [
                ["type": "function_call_output", "call_id": "c", "output": "r"], ["type": "item_reference", "id": "msg_1"],
                ["id": "msg_x"],
            ],
        ]
        let expanded = previous.expanded(request)
        #expect(
            expanded == [
                "model": "m",
                "input": [
                    ["type": "message", "role": "user", "content": "one"], Self.said("1", "msg_1"),
                    ["role": "user", "content": "two"],
                    ["type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"],
                    ["type": "function_call_output", "call_id": "c", "output": "r"], ["id": "msg_x"],
                ],
            ])
        // It reads as one conversation.
        let conversation = try ResponsesCodec.conversation(
            previous.expanded(["model": "m", "input": "x"]), endpoint: EndpointPath())
        #expect(conversation.messages.map(\.role) == [.user, .assistant, .user, .assistant, .user])
        #expect(conversation.essentialMembers.isEmpty)
        #expect(try await store.channel(previous: "resp_1", owner: self.owner) == 7)
        #expect(try await store.channel(previous: "resp_2", owner: self.owner) == nil)
    }

    @Test("A response that is missing, unfinished, or goes back too far can't be gone on from")
    func unresolvable() async throws {
        let store = self.store { $0.maximumTurns = 3 }
        func code(_ id: String) async -> String? {
            do {
                _ = try await store.resolve(previous: id, owner: self.owner)
                return nil
            } catch {
                #expect(error.status == .badRequest && error.parameter == "previous_response_id")
                return error.code
            }
        }
        #expect(await code("resp_0") == "previous_response_not_found")
        #expect(await code("") == "previous_response_not_found")
        #expect(await code("../resp") == "previous_response_not_found")
        _ = try await store.save(self.exchange("resp_a", ["previous_response_id": "resp_gone", "input": "x"]))
        #expect(await code("resp_a") == "previous_response_not_found")
        _ = try await store.save(self.exchange("resp_b", ["input": "x", "background": true], status: "in_progress"))
        #expect(await code("resp_b") == "previous_response_not_finished")
        // Nobody could store it so, but records may come from elsewhere.
        _ = try await store.save(self.exchange("resp_c", ["previous_response_id": "resp_c", "input": "x"]))
        #expect(await code("resp_c") == "conversation_too_long")
    }

    @Test("A conversation is bounded by its bytes too")
    func bytes() async throws {
        let store = self.store { $0.maximumConversationBytes = 1000 }
        let long = JSON.string(String(repeating: "x", count: 500))
        _ = try await store.save(self.exchange("resp_1", ["input": long]))
        _ = try await store.save(self.exchange("resp_2", ["input": long, "previous_response_id": "resp_1"]))
        _ = try await store.resolve(previous: "resp_1", owner: self.owner)
        let error = await #expect(throws: RelayError.self) { try await store.resolve(previous: "resp_2", owner: self.owner) }
        #expect(error?.code == "conversation_too_long")
    }

    // MARK: Owners and expiry

    @Test(
        "Another group finds nothing, and can't take anything away; another token of the group neither",
        arguments: [ResponseOwner(group: "h", tokenID: 1), ResponseOwner(group: "g", tokenID: 2)])
    func owners(stranger: ResponseOwner) async throws {
        let store = self.store()
        try await self.saveTwoTurns(store)
        for call in [
            StoredResponseCall.get("resp_1"), .delete("resp_1"), .cancel("resp_1"), .inputItems("resp_1", InputItemPage()),
            .stream("resp_1", startingAfter: nil),
        ] {
            let error = await #expect(throws: RelayError.self) { try await store.answer(call, owner: stranger) }
            #expect(error?.status == .notFound)
        }
        await #expect(throws: RelayError.self) { try await store.resolve(previous: "resp_1", owner: stranger) }
        // The same id may be another's as well.
        _ = try await store.save(self.exchange("resp_1", ["input": "theirs"], owner: stranger))
        #expect(
            try await store.response(id: "resp_1", owner: stranger).input != store.response(id: "resp_1", owner: self.owner).input
        )
    }

    @Test("A response is kept for 30 days")
    func expiry() async throws {
        let store = self.store()
        try await self.saveTwoTurns(store)
        self.time.advance(by: 30 * 24 * 3600 * 1000 - 1)
        _ = try await store.response(id: "resp_1", owner: self.owner)
        self.time.advance(by: 1)
        await #expect(throws: RelayError.self) { try await store.response(id: "resp_1", owner: self.owner) }
    }

    @Test("What is too large, or no response, isn't kept")
    func refused() async throws {
        let store = self.store { $0.maximumRecordBytes = 400 }
        #expect(try await store.save(self.exchange("resp_1", ["input": "short"])))
        #expect(try await !store.save(self.exchange("resp_2", ["input": .string(String(repeating: "x", count: 400))])))
        #expect(try await !store.save(self.exchange("a/b", ["input": "x"])))
        #expect(try await !store.save(ResponseExchange(owner: self.owner, request: Array("{}".utf8), response: Array("{}".utf8))))
        #expect(try await !store.save(ResponseExchange(owner: self.owner, request: [], response: Array("{\"id\":\"r\"}".utf8))))
        #expect(ResponseExchange.isStored([:]) && !ResponseExchange.isStored(["store": false]))
    }

    @Test("Records that can't be reached are a 503")
    func unreachable() async throws {
        let store = ResponseStore(records: BrokenRecords())
        let error = await #expect(throws: RelayError.self) { try await store.response(id: "resp_1", owner: self.owner) }
        #expect(error?.status == .serviceUnavailable)
        await #expect(throws: BrokenRecords.Broken.self) { try await store.save(self.exchange("resp_1", ["input": "x"])) }
    }

    // MARK: Calls

    @Test("Fetched as it was told; deleted once")
    func fetchAndDelete() async throws {
        let store = self.store()
        let exchange = self.exchange("resp_1", ["input": "one"], output: [Self.said("1", "msg_1")], channel: 9)
        _ = try await store.save(exchange)
        let got = try await store.answer(.get("resp_1"), owner: self.owner)
        #expect(try JSON.parse(got.body) == JSON.parse(exchange.response) && got.channelID == 9)
        let deleted = try await store.answer(.delete("resp_1"), owner: self.owner)
        #expect(try JSON.parse(deleted.body) == ["id": "resp_1", "object": "response", "deleted": true])
        await #expect(throws: RelayError.self) { try await store.answer(.delete("resp_1"), owner: self.owner) }
    }

    @Test("Input items are listed in pages, the newest first, those of earlier turns included")
    func inputItems() async throws {
        let store = self.store()
        try await self.saveTwoTurns(store)
        func page(_ query: [(String, String)]) async throws -> JSON {
            let call = try #require(try StoredResponseCall.read(.GET, path: ["resp_2", "input_items"], query: query))
            return try JSON.parse(try await store.answer(call, owner: self.owner).body)
        }
        let all = try await page([])
        #expect((all["data"]?.arrayValue ?? []).map { $0["id"] } == ["msg_2_in2", "msg_1", "msg_2_in0"])
        #expect(
            all["object"] == "list" && all["has_more"] == false && all["first_id"] == "msg_2_in2" && all["last_id"] == "msg_2_in0"
        )
        #expect(
            all["data"]?[0]?["content"] == [["type": "input_text", "text": "two"]] && all["data"]?[0]?["status"] == "completed")
        let first = try await page([("limit", "2"), ("order", "asc")])
        #expect((first["data"]?.arrayValue ?? []).map { $0["id"] } == ["msg_2_in0", "msg_1"] && first["has_more"] == true)
        let rest = try await page([("limit", "2"), ("order", "asc"), ("after", "msg_1"), ("include", "x")])
        #expect((rest["data"]?.arrayValue ?? []).map { $0["id"] } == ["msg_2_in2"] && rest["has_more"] == false)
        let none = try await page([("after", "msg_2_in0")])
        #expect(none["data"] == [] && none["first_id"] == .null)
        let error = await #expect(throws: RelayError.self) { try await page([("after", "x")]) }
        #expect(error?.parameter == "after")
    }

    @Test("A finished response is told again as a stream, from where the client was")
    func replay() async throws {
        let store = self.store()
        var answer = Answer()
        answer.id = "resp_1"
        answer.choices = [Answer.Choice(blocks: [.text("Hello")], stop: .end)]
        let response = ResponsesCodec.body(of: answer, for: ResponsesGoldens.reply(["temperature": 0]))
        _ = try await store.save(
            ResponseExchange(owner: self.owner, request: Array(#"{"input":"x"}"#.utf8), response: response.serializedBytes()))
        let told = try await store.answer(.stream("resp_1", startingAfter: nil), owner: self.owner)
        #expect(told.isStream)
        let frames = try ResponsesStreamTests.frames(told.body)
        #expect(frames.first?.name == "response.created" && frames.last?.name == "response.completed")
        #expect(try JSON.parse(frames.last?.data ?? "")["response"] == response)
        let rest = try ResponsesStreamTests.frames(
            try await store.answer(.stream("resp_1", startingAfter: 4), owner: self.owner).body)
        #expect(rest.count == frames.count - 5)
        let last = try ResponsesStreamTests.frames(
            try await store.answer(.stream("resp_1", startingAfter: 999), owner: self.owner).body)
        #expect(last.last?.name == "response.completed")
    }

    @Test(
        "What can be asked of a stored response",
        arguments: [
            (HTTPMethod.GET, ["r"], [], StoredResponseCall.get("r")), (.GET, ["r"], [("stream", "false")], .get("r")),
            (.GET, ["r"], [("stream", "true"), ("starting_after", "3")], .stream("r", startingAfter: 3)),
            (.DELETE, ["r"], [], .delete("r")),
            (.POST, ["r", "cancel"], [], .cancel("r")), (.GET, ["r", "input_items"], [], .inputItems("r", InputItemPage())),
            (.POST, ["r"], [], nil), (.GET, [], [], nil), (.GET, ["r", "cancel"], [], nil), (.GET, ["r", "x", "y"], [], nil),
            (.GET, [""], [], nil),
        ] as [(HTTPMethod, [String], [(String, String)], StoredResponseCall?)])
    func calls(method: HTTPMethod, path: [String], query: [(String, String)], call: StoredResponseCall?) throws {
        #expect(try StoredResponseCall.read(method, path: path, query: query) == call)
    }

    @Test(
        "A query that can't be is a 400 that names the parameter",
        arguments: [
            ("limit", "0"), ("limit", "101"), ("limit", "x"), ("order", "up"),
        ])
    func badQuery(name: String, value: String) {
        let error = #expect(throws: RelayError.self) {
            try StoredResponseCall.read(.GET, path: ["r", "input_items"], query: [(name, value)])
        }
        #expect(error?.parameter == name)
    }

    // MARK: Background

    @Test("A response that is being made here is cancelled once, and what it still brings isn't kept")
    func cancel() async throws {
        let store = self.store()
        let request: JSON = ["input": "x", "background": true]
        _ = try await store.save(self.exchange("resp_1", request, status: "in_progress"))
        let cancelled = Mutex(0)
        #expect(store.background.begin("resp_1", owner: self.owner) { cancelled.withLock { $0 += 1 } })
        let answer = try await store.answer(.cancel("resp_1"), owner: self.owner)
        #expect(try JSON.parse(answer.body)["status"] == "cancelled")
        #expect(try await !store.save(self.exchange("resp_1", request, status: "completed")))
        store.background.end("resp_1", owner: self.owner)
        let again = try await store.answer(.cancel("resp_1"), owner: self.owner)
        #expect(try JSON.parse(again.body)["status"] == "cancelled")
        #expect(cancelled.withLock { $0 } == 1)
    }

    @Test("What isn't made in the background, or not here, can't be cancelled; too many at once are refused")
    func notCancelled() async throws {
        let store = ResponseStore(records: MemoryExpiringRecords(), maximumBackground: 1)
        _ = try await store.save(self.exchange("resp_1", ["input": "x"]))
        _ = try await store.save(self.exchange("resp_2", ["input": "x", "background": true], status: "queued"))
        for id in ["resp_1", "resp_2"] {
            let error = await #expect(throws: RelayError.self) { try await store.answer(.cancel(id), owner: self.owner) }
            #expect(error?.status == .badRequest)
        }
        let error = await #expect(throws: RelayError.self) {
            try await store.answer(.stream("resp_2", startingAfter: nil), owner: self.owner)
        }
        #expect(error?.status == .badRequest)
        #expect(store.background.begin("resp_2", owner: self.owner) {})
        #expect(!store.background.begin("resp_3", owner: self.owner) {})
        store.background.end("resp_2", owner: self.owner)
        #expect(store.background.begin("resp_3", owner: self.owner) {})
    }
}

/// Records of which nothing is to be had.
private struct BrokenRecords: ExpiringRecords {
    struct Broken: Error {}

    func put(_ key: String, _ value: [UInt8], expiresAt: Int64) async throws { throw Broken() }
    func get(_ key: String) async throws -> [UInt8]? { throw Broken() }
    func remove(_ key: String) async throws -> [UInt8]? { throw Broken() }
}
