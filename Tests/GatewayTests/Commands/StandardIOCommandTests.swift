import Glibc
import Synchronization
import Testing
import Wire

@testable import Gateway

@Suite("portico stdio")
struct StandardIOCommandTests {
    /// A port on which nothing listens.
    private static let nowhere = "http://127.0.0.1:1"

    private func settings(
        _ url: String, key: String, server: String? = "everything"
    ) throws -> ToolClientSettings {
        try ToolClientSettings(server: server, url: url, key: key, environment: [:])
    }

    /// Runs the command as a desktop client starts it, until `body` has ended its input.
    private func withCommand(
        _ settings: ToolClientSettings, _ body: @Sendable (DesktopLines) async throws -> Void
    ) async throws {
        let lines = DesktopLines()
        async let command: Void = StandardIOCommand.serve(settings, over: lines, logger: RunningGateway.logger) {
            () throws(ConfigurationError) in Configuration()
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(lines)) } catch { result = .failure(error) }
        lines.endInput()
        try await command
        try result.get()
    }

    @Test("everything that a client can do passes both ways through a running server, in both eras")
    func bridge() async throws {
        let folder = TemporaryFolder()
        try await RunningGateway.run(in: folder.path) { client, key in
            try await self.withCommand(self.settings("http://127.0.0.1:\(client.port)/", key: key)) { lines in
                try await Self.legacy(lines)
                try await Self.modern(lines)
            }
            let calls = try await Self.calls(client, count: 6)
            #expect(
                calls == ["echo", "echo", "test_elicitation", "test_elicitation", "test_sampling", "test_tool_with_progress"],
                "one row for each call, however often a client is asked within it")
        }
    }

    /// The tools in the log, once there are so many rows: the journal brings them a little later.
    private static func calls(_ client: ServerTests.Client, count: Int) async throws -> [String] {
        var tools: [String] = []
        for _ in 0..<200 where tools.count < count {
            try await Task.sleep(for: .milliseconds(50))
            let rows = try await client.data("GET", "/api/logs/?per_page=100")["logs"]?.arrayValue ?? []
            tools = rows.compactMap { $0["model"]?.stringValue.map { String($0.dropFirst("mcp/everything/".count)) } }
        }
        return tools.sorted()
    }

    private static func legacy(_ lines: DesktopLines) async throws {
        lines.initialize(["elicitation": [:], "sampling": [:]])
        #expect(try await lines.result("i")["serverInfo"]?["name"] == "everything")
        lines.request("tools/list", id: 1)
        #expect(try await (lines.result(1)["tools"]?.arrayValue?.count ?? 0) > 10)
        lines.request("tools/call", ["name": "echo", "arguments": ["message": "hi"]], id: 2)
        #expect(try await lines.result(2).serialized().contains("hi"))
        lines.request(
            "tools/call", ["name": "test_tool_with_progress", "arguments": [:], "_meta": ["progressToken": "p"]], id: 3)
        _ = try await lines.result(3)
        #expect(lines.messages.contains { $0["method"] == "notifications/progress" && $0["params"]?["progressToken"] == "p" })
        lines.request("tools/call", ["name": "test_elicitation", "arguments": ["message": "Who?"]], id: 4)
        try await lines.answer(
            "elicitation/create", ["action": "accept", "content": ["username": "ada", "email": "ada@example.com"]])
        #expect(try await lines.result(4).serialized().contains("ada"))
        lines.request("tools/call", ["name": "test_sampling", "arguments": ["prompt": "Say."]], id: 5)
        try await lines.answer(
            "sampling/createMessage",
            ["role": "assistant", "content": ["type": "text", "text": "sampled"], "model": "m", "stopReason": "endTurn"])
        #expect(try await lines.result(5).serialized().contains("sampled"))
        lines.request("resources/subscribe", ["uri": "test://watched-resource"], id: 6)
        #expect(try await lines.result(6) == [:])
    }

    private static func modern(_ lines: DesktopLines) async throws {
        lines.modern("server/discover", id: 11)
        #expect(try await lines.result(11)["supportedVersions"]?[0] == "2026-07-28")
        lines.modern("tools/call", ["name": "echo", "arguments": ["message": "hi"]], id: 12)
        #expect(try await lines.result(12)["resultType"] == "complete")
        let call: JSONObject = ["name": "test_elicitation", "arguments": ["message": "Who?"]]
        lines.modern("tools/call", call, id: 13)
        let needed = try await lines.result(13)
        #expect(needed["resultType"] == "input_required")
        var answers = JSONObject()
        for (key, _) in needed["inputRequests"]?.objectValue ?? JSONObject() {
            answers[key] = ["action": "accept", "content": ["username": "ada", "email": "ada@example.com"]]
        }
        var again = call
        again["inputResponses"] = .object(answers)
        if let state = needed["requestState"] { again["requestState"] = state }
        lines.modern("tools/call", again, id: 14)
        #expect(try await lines.result(14).serialized().contains("ada"))
    }

    @Test("without an id it serves all that the key may use as one server")
    func everything() async throws {
        let folder = TemporaryFolder()
        try await RunningGateway.run(in: folder.path) { client, key in
            try await self.withCommand(self.settings("http://127.0.0.1:\(client.port)", key: key, server: nil)) { lines in
                lines.initialize([:])
                _ = try await lines.result("i")
                lines.request("tools/list", id: 1)
                let names = try await lines.result(1)["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
                #expect(names.contains { $0.hasSuffix("get_current_time") })
                #expect(names.contains { $0.hasSuffix("echo") })
            }
        }
    }

    @Test(
        "what can't be served ends it with a status that says why",
        arguments: [
            (nil, "sk-nonsense", EX_NOPERM), ("nothing", nil, EX_CONFIG), ("time", "sk-nonsense", EX_NOPERM),
        ] as [(String?, String?, Int32)])
    func refusals(server: String?, key: String?, status: Int32) async throws {
        let folder = TemporaryFolder()
        try await RunningGateway.run(in: folder.path) { client, good in
            let settings = try self.settings("http://127.0.0.1:\(client.port)", key: key ?? good, server: server)
            let error = await #expect(throws: ToolAccessError.self) { try await self.withCommand(settings) { _ in } }
            #expect(error?.exitCode == status)
            #expect(error?.description.contains(key ?? good) == false, "a key is in no message")
        }
    }

    @Test("an address that was given and has no server is no reason to open the data")
    func unreachable() async throws {
        let settings = try self.settings(Self.nowhere, key: "sk-1")
        let error = await #expect(throws: ToolAccessError.self) { try await self.withCommand(settings) { _ in } }
        #expect(error?.exitCode == EX_UNAVAILABLE)
        #expect(error?.message == "no server answers at \(Self.nowhere)")
    }

    private func openLocal(_ configuration: Configuration, key: String) async throws -> ToolAccess {
        try await ToolAccess.open(url: Self.nowhere, isURLGiven: false, key: key, logger: RunningGateway.logger) { configuration }
    }

    @Test("where no server runs, the data is opened: the same tools, by the same gate")
    func local() async throws {
        let folder = TemporaryFolder()
        let found = Mutex("")
        try await RunningGateway.run(in: folder.path) { _, key in found.withLock { $0 = key } }
        let access = try await self.openLocal(RunningGateway.configuration(in: folder.path), key: found.withLock { $0 })
        let lines = DesktopLines()
        async let command: Void = StandardIOCommand.serve("everything", of: access, over: lines)
        lines.initialize(["elicitation": [:]])
        lines.request("tools/call", ["name": "echo", "arguments": ["message": "hi"]], id: 1)
        #expect(try await lines.result(1).serialized().contains("hi"))
        lines.request("tools/call", ["name": "test_elicitation", "arguments": ["message": "Who?"]], id: 2)
        try await lines.answer("elicitation/create", ["action": "decline"])
        #expect(try await lines.result(2).serialized().contains("decline"))
        lines.endInput()
        try await command
        await #expect(throws: ToolAccessError.self) { try await StandardIOCommand.serve("nothing", of: access, over: lines) }
        await access.close()
        try await RunningGateway.run(in: folder.path, isNew: false) { client, _ in
            let calls = try await Self.calls(client, count: 2)
            #expect(calls == ["echo", "test_elicitation"])
        }
    }

    @Test("data that another process has open, and data that is not there, are told of; none is made")
    func noLocalData() async throws {
        let folder = TemporaryFolder()
        let configuration = try RunningGateway.configuration(in: folder.path)
        let missing = await #expect(throws: ToolAccessError.self) { _ = try await self.openLocal(configuration, key: "sk-1") }
        #expect(missing?.message.contains("there is no data at \(folder.path)/portico.db") == true)
        #expect(access("\(folder.path)/portico.db", F_OK) != 0)
        try await RunningGateway.run(in: folder.path) { _, key in
            let locked = await #expect(throws: ToolAccessError.self) { _ = try await self.openLocal(configuration, key: key) }
            #expect(locked?.message.contains("is in use by") == true)
            #expect(locked?.exitCode == EX_UNAVAILABLE)
        }
    }
}
