import MCPServer
import Synchronization
import Testing
import Wire

@testable import Embedded

@Suite("everything: its tools", .timeLimit(.minutes(1)))
struct EverythingToolTests {
    private let service = EverythingInventory.service()

    private func texts(_ result: RawObject) -> [String] {
        (result["content"]?.arrayValue ?? []).compactMap { $0["text"]?.stringValue }
    }

    @Test(
        "every tool answers what fits its definition, whichever way its client is asked",
        arguments: EverythingInventory.conformanceTools + EverythingInventory.otherTools, [ClientProfile.AskForm.value, .live])
    func everyTool(name: String, form: ClientProfile.AskForm) async throws {
        guard name != "protocol_error" else { return }
        let client = TrialClient(form)
        let result = try await client.call(name, EverythingInventory.arguments(name), on: service)
        #expect(ShapeCheck.ours.faults(.object(result.object), "CallToolResult") == [])
        #expect(result["content"]?.arrayValue?.isEmpty == false)
        #expect((result["isError"] == true) == (name == "test_error_handling"))

        let tools = try await client.run(.list(.tools), on: service)
        let tool = try #require(tools["tools"]?.arrayValue?.first { $0["name"]?.stringValue == name })
        if let schema = tool["outputSchema"] {
            let structured = try #require(result["structuredContent"])
            #expect(ShapeCheck.ours.faults(structured, schema, "structuredContent") == [])
            #expect(try JSON.parse(texts(result).joined()) == structured, "the text says the same")
        }
    }

    @Test(
        "each kind of content is what it says",
        arguments: [
            ("test_image_content", "image", "image/png"), ("test_audio_content", "audio", "audio/wav"),
        ])
    func content(name: String, type: JSON, mimeType: JSON) async throws {
        let block = try #require(try await TrialClient().call(name, [:], on: service)["content"]?[0])
        #expect(block["type"] == type)
        #expect(block["mimeType"] == mimeType)
        #expect(
            block["data"]?.stringValue?.wholeMatch(
                of: /(?:[A-Za-z0-9+\/]{4})+[A-Za-z0-9+\/]{2}(?:==|[A-Za-z0-9+\/]=|[A-Za-z0-9+\/]{2})/) != nil)
    }

    @Test("progress grows, and ends at its total")
    func progress() async throws {
        let client = TrialClient()
        _ = try await client.call("test_tool_with_progress", [:], on: service)
        #expect(client.heard.progress.map(\.value) == [0, 50, 100])
        #expect(client.heard.progress.allSatisfy { $0.total == 100 })

        let long = TrialClient()
        _ = try await long.call("long_running_operation", ["duration": 0.5, "steps": 4], on: service)
        #expect(long.heard.progress.map(\.value) == [1, 2, 3, 4])
        #expect(long.heard.progress.allSatisfy { $0.total == 4 })

        let open = TrialClient()
        _ = try await open.call("progress_without_total", ["reports": 3], on: service)
        #expect(open.heard.progress.map(\.value) == [1.5, 3, 4.5])
        #expect(open.heard.progress.allSatisfy { $0.total == nil })
    }

    @Test("log entries are of the level that is said")
    func logs() async throws {
        let client = TrialClient()
        _ = try await client.call("test_tool_with_logging", [:], on: service)
        #expect(client.heard.log.map(\.level) == [.info, .info, .info])
        #expect(
            client.heard.log.map(\.data) == ["Tool execution started", "Tool processing data", "Tool execution completed"])
        let all = TrialClient()
        _ = try await all.call("log_levels", on: service)
        #expect(all.heard.log.map(\.level) == LogLevel.allCases)
    }

    @Test(
        "numbers are added exactly where they are integers",
        arguments: [
            (2, 3, "5"), (9_007_199_254_740_993, 1, "9007199254740994"), (0.5, 0.25, "0.75"), (-1, 1, "0"),
        ] as [(JSON, JSON, String)])
    func add(left: JSON, right: JSON, sum: String) async throws {
        let result = try await TrialClient().call("add", ["a": left, "b": right], on: service)
        #expect(result["structuredContent"]?["sum"]?.serialized() == sum)
    }

    @Test(
        "arguments that break the schema are named",
        arguments: [
            ("echo", [:], "arguments.message"), ("add", ["a": 1, "b": "2"], "arguments.b"),
            ("add", ["a": 1.0e308, "b": 1.0e308], "too large"),
            ("annotated_message", ["message_type": "loud"], "arguments.message_type"),
            ("long_running_operation", ["duration": 121], "arguments.duration"),
            ("long_running_operation", ["steps": 0], "arguments.steps"),
            ("wait_for_cancellation", ["seconds": 301], "arguments.seconds"),
            ("big_result", ["bytes": 1_048_577], "arguments.bytes"), ("structured_list", ["length": -1], "arguments.length"),
            ("json_schema_2020_12_tool", ["extra": 1], "arguments.extra"), ("test_sampling", [:], "arguments.prompt"),
        ] as [(String, JSONObject, String)])
    func badArguments(tool: String, arguments: JSONObject, place: String) async throws {
        let error = await #expect(throws: MCPError.self) { try await TrialClient().call(tool, arguments, on: service) }
        guard case .invalidToolArguments = error?.kind else {
            Issue.record("\(String(describing: error)) is not about arguments")
            return
        }
        #expect(error?.message.contains(place) == true)
    }

    @Test("a big result has the size that was asked for", arguments: [1, 63, 65_536, 1_048_576])
    func big(bytes: Int) async throws {
        let result = try await TrialClient().call("big_result", ["bytes": .integer(bytes)], on: service)
        #expect(texts(result).first?.utf8.count == bytes)
    }

    @Test("text of many scripts survives being written and read")
    func unicode() async throws {
        let result = try await TrialClient().call("unicode", on: service)
        let back = try JSON.parse(result.serializedBytes())
        #expect(back == .object(result.object))
        #expect(back["structuredContent"]?["composed"] != back["structuredContent"]?["decomposed"])
    }

    @Test("links lead to resources that can be read")
    func links() async throws {
        let client = TrialClient()
        let result = try await client.call("resource_links", ["count": 10], on: service)
        let uris = (result["content"]?.arrayValue ?? []).filter { $0["type"] == "resource_link" }.compactMap {
            $0["uri"]?.stringValue
        }
        #expect(uris.count == 10)
        for uri in uris { _ = try await client.run(.read(uri), on: service) }
    }

    @Test("members that nobody knows are in the definition, the result and the error")
    func unknownMembers() async throws {
        let client = TrialClient()
        let result = try await client.call("unknown_members", on: service)
        #expect(result["x-result"]?["number"]?.serialized() == "1.0e2", "also the form of a number is kept")
        #expect(result["content"]?[0]?["x-block"] != nil)
        #expect(result["content"]?[1]?["resource"]?["x-contents"] != nil)
        let error = await #expect(throws: MCPError.self) {
            try await client.call("unknown_members", ["as_error": true], on: service)
        }
        #expect(error?.data?["x-vendor"] != nil)
        guard case .custom(4711) = error?.kind else {
            Issue.record("\(String(describing: error)) has not the code of its own")
            return
        }
    }

    @Test("an error of the protocol has the code that was asked for")
    func protocolError() async throws {
        let error = await #expect(throws: MCPError.self) {
            try await TrialClient().call("protocol_error", ["code": 12], on: service)
        }
        guard case .custom(12) = error?.kind else {
            Issue.record("\(String(describing: error)) has not that code")
            return
        }
    }

    @Test("an unknown tool is refused")
    func unknownTool() async throws {
        let error = await #expect(throws: MCPError.self) { try await TrialClient().call("tset", on: service) }
        guard case .invalidParams = error?.kind else {
            Issue.record("\(String(describing: error)) is not about the name")
            return
        }
    }

    @Test("what a client declares is told back to it")
    func describe() async throws {
        let live = try await TrialClient(.live).call("describe_client", on: service)
        #expect(live["structuredContent"]?["asked"] == "live")
        #expect(live["structuredContent"]?["revision"] == "2025-11-25")
        let none = try await TrialClient(.none, capabilities: [:]).call("describe_client", on: service)
        #expect(none["structuredContent"]?["asked"] == "not at all")
        #expect(none["structuredContent"]?["capabilities"] == [:])
    }

    @Test("executions, touches and cancellations are counted for each principal alone")
    func counts() async throws {
        let alice = TrialClient(principal: "alice")
        for expected in 1...3 {
            let result = try await alice.call("count_up", on: service)
            #expect(result["structuredContent"]?["executions"]?.intValue == expected)
        }
        _ = try await alice.call("touch_watched_resource", on: service)
        let counts = try await alice.call("read_counts", on: service)["structuredContent"]
        #expect(counts == ["touches": 1, "executions": 3, "cancellations": 0])
        let bob = try await TrialClient(principal: "bob").call("read_counts", on: service)["structuredContent"]
        #expect(bob == ["touches": 0, "executions": 0, "cancellations": 0])
    }

    @Test("a cancelled call says so to the log, and is counted")
    func cancellation() async throws {
        let service = EverythingServer.make()
        let client = TrialClient()
        let call = Task { try await client.call("wait_for_cancellation", on: service) }
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(client.heard.log.map(\.level) == [.warning])
        let counts = try await client.call("read_counts", on: service)
        #expect(counts["structuredContent"]?["cancellations"] == 1)
    }

    @Test("only so many principals are remembered")
    func principals() {
        var counts = PrincipalCounts(limit: 2)
        for id in ["a", "b", "a", "c"] { _ = counts.update(id) { $0.touches += 1 } }
        #expect(counts["a"].touches == 0, "the one that came first is forgotten")
        #expect(counts["b"].touches == 1)
        #expect(counts["c"].touches == 1)
    }
}
