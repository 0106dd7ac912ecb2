import Synchronization
import Testing
import Wire

@testable import MCPServer

/// A whole server on lines in memory, with a service that does everything a client may see.
private struct Desk {
    let lines = MemoryLines()
    let changes = ChangeHub()
    /// Opened when the tool `slow` has begun, and when it was cancelled.
    let started = Door()
    let cancelled = Door()
    let task: Task<Void, Never>

    init(gate: @escaping StandardIOServer.GateMaker = { _ in nil }) throws {
        let key = try #require(SealingKey(id: 1, bytes: [UInt8](repeating: 7, count: 32)))
        let server = StandardIOServer(
            service: Self.service(changes, started: started, cancelled: cancelled), endpoint: "stdio",
            principal: Principal(id: "local"), channel: lines, gate: gate,
            seal: ContinuationSeal(tokens: try #require(SealedTokens(keys: [key], current: 1))),
            configuration: .init(grace: .milliseconds(200)))
        task = Task { await server.run() }
    }

    private static func service(_ changes: ChangeHub, started: Door, cancelled: Door) -> FeatureSet {
        FeatureSet(
            identity: Implementation(name: "desk", version: "1"),
            tools: [
                Tool(name: "count", description: "Counts.", inputSchema: ["type": "object"]) { call in
                    call.context.log(LogEntry(.warning, data: "counting"))
                    for step in 1...3 { call.context.progress(Progress(Double(step), of: 3)) }
                    return .text("3")
                },
                Tool(name: "ask", description: "Asks.", inputSchema: ["type": "object"]) { call in
                    let answer = try await call.interview.ask(
                        "name", .form("Who?", schema: ["type": "object", "properties": ["name": ["type": "string"]]]))
                    return .text(answer["content"]?["name"]?.stringValue ?? "nobody")
                },
                Tool(name: "slow", description: "Waits.", inputSchema: ["type": "object"]) { _ in
                    started.open()
                    defer { cancelled.open() }
                    try await Task.sleep(for: .seconds(600))
                    return .text("done")
                },
            ],
            resources: [Resource(uri: "note://1", name: "note") { _ in [] }], logs: true, changes: changes)
    }

    func write(_ method: String, _ params: JSON = [:], id: JSON? = nil) {
        var message: JSONObject = ["jsonrpc": "2.0", "method": .string(method), "params": params]
        if let id { message["id"] = id }
        lines.write(.object(message))
    }

    func modern(_ method: String, _ params: JSONObject = [:], id: JSON) {
        var params = params
        params["_meta"] = [ProtocolKey.protocolVersion: "2026-07-28", ProtocolKey.clientCapabilities: ["elicitation": [:]]]
        write(method, .object(params), id: id)
    }

    func initialize(_ version: String = "2025-11-25", capabilities: JSON = ["elicitation": [:]]) {
        write(
            "initialize",
            ["protocolVersion": .string(version), "capabilities": capabilities, "clientInfo": ["name": "t", "version": "1"]],
            id: "i")
        write("notifications/initialized")
    }

    func response(_ id: JSON) async -> JSON? {
        let lines = lines
        _ = await comesTrue { lines.response(id) != nil }
        return lines.response(id)
    }

    /// The first message of that method.
    func message(_ method: String) async -> JSON? {
        let lines = lines
        _ = await comesTrue { lines.messages.contains { $0["method"] == .string(method) } }
        return lines.messages.first { $0["method"] == .string(method) }
    }

    func end() async {
        lines.endInput()
        await task.value
    }
}

/// Counts the calls of tools, and refuses none.
private final class CountingGate: OperationGate {
    let calls = Counter()

    func perform(
        _ operation: MCPServer.Operation, _ context: any CallContext, on service: any MCPService
    ) async throws -> Outcome {
        if operation.kind == .callTool, !context.isContinued { calls.increment() }
        return try await service.perform(operation, context)
    }
}

@Suite("a service on standard input and output, for clients of both eras")
struct StandardIOSessionTests {
    @Test("a legacy client initialises and lists, while a modern one lists without", arguments: ["2024-11-05", "2025-11-25"])
    func lists(version: String) async throws {
        let desk = try Desk()
        desk.initialize(version)
        desk.write("tools/list", id: 2)
        desk.modern("tools/list", id: 3)
        let greeting = await desk.response("i")?["result"]
        #expect(greeting?["protocolVersion"] == .string(version))
        #expect(greeting?["serverInfo"]?["name"] == "desk")
        #expect(await desk.response(2)?["result"]?["tools"]?.arrayValue?.count == 3)
        #expect(await desk.response(2)?["result"]?["resultType"] == nil)
        #expect(await desk.response(3)?["result"]?["resultType"] == "complete")
        await desk.end()
    }

    @Test("before initialize only ping is answered")
    func order() async throws {
        let desk = try Desk()
        desk.write("ping", id: 1)
        desk.write("tools/list", id: 2)
        #expect(await desk.response(1)?["result"] == [:])
        #expect(await desk.response(2)?["error"]?["code"] == -32600)
        await desk.end()
    }

    @Test("progress and log entries come before the answer, the entries only from the level on that was asked for")
    func progress() async throws {
        let desk = try Desk()
        desk.initialize()
        desk.write("tools/call", ["name": "count", "_meta": ["progressToken": "p"]], id: 1)
        _ = await desk.response(1)
        desk.write("logging/setLevel", ["level": "info"], id: 2)
        desk.write("tools/call", ["name": "count"], id: 3)
        #expect(await desk.response(3)?["result"]?["content"]?[0]?["text"] == "3")
        await desk.end()
        let methods = desk.lines.messages.dropFirst().map { $0["method"]?.stringValue ?? "\($0["id"] ?? .null)" }
        #expect(
            methods
                == [
                    "notifications/progress", "notifications/progress", "notifications/progress", "1", "2",
                    "notifications/message", "3",
                ])
        #expect(desk.lines.messages[1]["params"] == ["progressToken": "p", "progress": 1, "total": 3])
    }

    @Test("a legacy client is asked while its call waits, a modern one by the result of its call")
    func asks() async throws {
        let desk = try Desk()
        desk.initialize()
        desk.write("tools/call", ["name": "ask"], id: 1)
        let question = try #require(await desk.message("elicitation/create"))
        #expect(question["params"]?["message"] == "Who?")
        #expect(desk.lines.response(1) == nil)
        let answer: JSON = ["action": "accept", "content": ["name": "Ada"]]
        desk.lines.write(["jsonrpc": "2.0", "id": question["id"] ?? .null, "result": answer])
        #expect(await desk.response(1)?["result"]?["content"]?[0]?["text"] == "Ada")

        desk.modern("tools/call", ["name": "ask"], id: 2)
        let needed = try #require(await desk.response(2)?["result"])
        #expect(needed["resultType"] == "input_required")
        desk.modern(
            "tools/call",
            ["name": "ask", "requestState": needed["requestState"] ?? .null, "inputResponses": ["name": answer]], id: 3)
        #expect(await desk.response(3)?["result"]?["content"]?[0]?["text"] == "Ada")
        await desk.end()
        #expect(desk.lines.messages.count { $0["method"] == "elicitation/create" } == 1)
    }

    @Test("a call that is over at once is answered all the same, whoever is quicker")
    func quickCalls() async throws {
        let desk = try Desk()
        for id in 0..<200 { desk.modern("tools/call", ["name": "count"], id: .integer(id)) }
        for id in 0..<200 { #expect(await desk.response(.integer(id))?["result"]?["resultType"] == "complete") }
        await desk.end()
    }

    @Test("a client that can't be asked is told what it lacks")
    func cannotBeAsked() async throws {
        let desk = try Desk()
        desk.initialize(capabilities: [:])
        desk.write("tools/call", ["name": "ask"], id: 1)
        #expect(await desk.response(1)?["result"]?["isError"] == true)
        await desk.end()
    }

    @Test("a cancelled call is stopped and not answered, also where the notification follows at once")
    func cancellation() async throws {
        let desk = try Desk()
        desk.initialize()
        desk.write("tools/call", ["name": "slow"], id: 1)
        await desk.started.wait()
        desk.write("notifications/cancelled", ["requestId": 1])
        await desk.cancelled.wait()
        desk.write("tools/call", ["name": "slow"], id: 2)
        desk.write("notifications/cancelled", ["requestId": 2])
        desk.write("ping", id: 3)
        #expect(await desk.response(3)?["result"] == [:])
        await desk.end()
        #expect(desk.lines.response(1) == nil)
        #expect(desk.lines.response(2) == nil)
    }

    @Test("a question of a call that is cancelled is taken back")
    func withdrawnQuestion() async throws {
        let desk = try Desk()
        desk.initialize()
        desk.write("tools/call", ["name": "ask"], id: 1)
        let question = try #require(await desk.message("elicitation/create"))
        desk.write("notifications/cancelled", ["requestId": 1])
        #expect(await desk.message("notifications/cancelled")?["params"]?["requestId"] == question["id"])
        await desk.end()
    }

    @Test("changes reach either client: the legacy one that subscribed, the modern one that listens")
    func subscriptions() async throws {
        let desk = try Desk()
        desk.initialize()
        desk.write("resources/subscribe", ["uri": "note://1"], id: 1)
        #expect(await desk.response(1)?["result"] == [:])
        desk.modern("subscriptions/listen", ["notifications": ["toolsListChanged": true]], id: "l")
        #expect(await desk.message("notifications/subscriptions/acknowledged") != nil)
        let (lines, changes) = (desk.lines, desk.changes)
        #expect(await comesTrue { changes.watcherCount >= 2 })
        changes.announce(.resourceUpdated(["uri": "note://1"]))
        #expect(await desk.message("notifications/resources/updated")?["params"]?["uri"] == "note://1")
        // The watch on lists begins with the session and needs a moment.
        #expect(
            await comesTrue {
                changes.announce(.toolsListChanged)
                return Set(
                    lines.messages.filter { $0["method"] == "notifications/tools/list_changed" }.map { $0["params"] != nil })
                    == [true, false]
            })
        await desk.end()
        #expect(changes.watcherCount == 0)
    }

    @Test("an id that is still running is refused, also within a batch, which is answered without the call that was cancelled")
    func duplicates() async throws {
        let desk = try Desk()
        desk.initialize("2025-03-26")
        desk.lines.write([
            ["jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": ["name": "slow"]],
            ["jsonrpc": "2.0", "id": 1, "method": "tools/list"],
        ])
        await desk.started.wait()
        desk.write("notifications/cancelled", ["requestId": 1])
        let lines = desk.lines
        #expect(await comesTrue { lines.messages.contains { $0.arrayValue != nil } })
        let batch = lines.messages.compactMap(\.arrayValue).first ?? []
        #expect(batch.map { $0["error"]?["code"] } == [-32600])
        await desk.end()
    }

    @Test("each request of either era passes a gate of its own")
    func gates() async throws {
        let gate = CountingGate()
        let ids = Mutex<Set<RequestID>>([])
        let desk = try Desk(gate: { id in
            ids.withLock { _ = $0.insert(id) }
            return gate
        })
        desk.initialize()
        desk.write("tools/call", ["name": "count"], id: 1)
        desk.modern("tools/call", ["name": "count"], id: 2)
        _ = await (desk.response(1), desk.response(2))
        await desk.end()
        #expect(gate.calls.value == 2)
        // Those two, initialize, and the notification behind it.
        #expect(ids.withLock { $0.count } == 4)
    }
}
