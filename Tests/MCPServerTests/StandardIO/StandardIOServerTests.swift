import Synchronization
import Testing
import Wire

@testable import MCPServer

/// A legacy session that answers every request with what it is, and remembers what came.
private final class EchoSession: LegacyLineSession {
    private struct State {
        var revision: Revision?
        var received: [String] = []
        var isClosed = false
    }

    private let state: Mutex<State>
    /// What requests wait for, unless they are the handshake.
    private let door: Door?

    init(_ revision: Revision? = nil, blockedBy door: Door? = nil) {
        state = Mutex(State(revision: revision))
        self.door = door
    }

    var revision: Revision? { state.withLock { $0.revision } }
    var received: [String] { state.withLock { $0.received } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func receive(_ message: Message, port: any AnswerPort) async {
        switch message {
        case .request(let request):
            state.withLock {
                $0.received.append(request.method)
                if request.method == "initialize" { $0.revision = .november2025 }
            }
            if request.method != "initialize" { await door?.wait() }
            let result: RawObject = ["method": .string(request.method)]
            port.answer(Reply(request.id, result: result), for: revision ?? .newestLegacy)
        case .notification(let notification): state.withLock { $0.received.append(notification.method) }
        case .response(let response): state.withLock { $0.received.append("response \(response.json["id"] ?? .null)") }
        }
    }

    func close() { state.withLock { $0.isClosed = true } }
}

/// A server on lines in memory, running.
private struct Running {
    let lines: MemoryLines
    let legacy: EchoSession
    let task: Task<Void, Never>

    init(
        _ service: any MCPService = echoServer(), legacy: EchoSession = EchoSession(), lines: MemoryLines = MemoryLines(),
        parking: ParkingLot? = nil, configuration: StandardIOServer.Configuration = .init()
    ) throws {
        let key = try #require(SealingKey(id: 1, bytes: [UInt8](repeating: 7, count: 32)))
        let tokens = try #require(SealedTokens(keys: [key], current: 1))
        self.lines = lines
        self.legacy = legacy
        let server = StandardIOServer(
            service: service, endpoint: "stdio", principal: Principal(id: "local"), channel: lines, legacy: legacy,
            seal: ContinuationSeal(tokens: tokens),
            parking: parking ?? ParkingLot(limits: ParkingLimits(window: .milliseconds(2))), configuration: configuration)
        task = Task { await server.run() }
    }

    func modern(_ method: String, _ params: JSONObject = [:], id: JSON, capabilities: JSON = ["elicitation": [:]]) {
        var params = params
        params["_meta"] = [ProtocolKey.protocolVersion: "2026-07-28", ProtocolKey.clientCapabilities: capabilities]
        lines.write(["jsonrpc": "2.0", "id": id, "method": .string(method), "params": .object(params)])
    }

    func response(_ id: JSON) async -> JSON? {
        let lines = lines
        _ = await comesTrue { lines.response(id) != nil }
        return lines.response(id)
    }

    func end() async {
        lines.endInput()
        await task.value
    }
}

@Suite("a server on standard input and output")
struct StandardIOServerTests {
    @Test("the era is that of each line: both in one process")
    func eras() async throws {
        let running = try Running()
        running.lines.write(["jsonrpc": "2.0", "id": 1, "method": "initialize", "params": [:]])
        running.lines.write(["jsonrpc": "2.0", "method": "notifications/initialized"])
        running.modern("tools/call", ["name": "echo", "arguments": ["text": "hi"]], id: 2)
        running.lines.write(["jsonrpc": "2.0", "id": 3, "method": "tools/list"])
        running.lines.write(["jsonrpc": "2.0", "id": 99, "result": [:]])
        #expect(await running.response(1)?["result"]?["method"] == "initialize")
        #expect(await running.response(2)?["result"]?["content"]?[0]?["text"] == "hi")
        #expect(await running.response(2)?["result"]?["resultType"] == "complete")
        #expect(await running.response(3)?["result"]?["method"] == "tools/list")
        await running.end()
        #expect(Set(running.legacy.received) == ["initialize", "notifications/initialized", "tools/list", "response 99"])
        #expect(running.legacy.received.prefix(2) == ["initialize", "notifications/initialized"])
        #expect(running.legacy.isClosed)
    }

    @Test(
        "methods of the modern era without a claim are refused as such", arguments: ["server/discover", "subscriptions/listen"])
    func withoutClaim(method: String) async throws {
        let running = try Running()
        running.lines.write(["jsonrpc": "2.0", "id": 1, "method": .string(method)])
        #expect(await running.response(1)?["error"]?["code"] == -32602)
        await running.end()
        #expect(running.legacy.received.isEmpty)
    }

    @Test("no headers are asked for, but versions and parameters are checked")
    func rungs() async throws {
        let running = try Running()
        running.modern("server/discover", id: 1)
        #expect(await running.response(1)?["result"]?["supportedVersions"]?[0] == "2026-07-28")
        running.modern("tools/call", ["name": "region", "arguments": ["region": "eu"]], id: 2)
        #expect(await running.response(2)?["result"]?["isError"] != true)
        running.modern("initialize", id: 3)
        #expect(await running.response(3)?["error"]?["code"] == -32601)
        running.lines.write([
            "jsonrpc": "2.0", "id": 4, "method": "tools/list",
            "params": ["_meta": [ProtocolKey.protocolVersion: "2025-06-18", ProtocolKey.clientCapabilities: [:]]],
        ])
        #expect(await running.response(4)?["error"]?["code"] == -32022)
        running.lines.write([
            "jsonrpc": "2.0", "id": 5, "method": "tools/list", "params": ["_meta": [ProtocolKey.protocolVersion: 7]],
        ])
        #expect(await running.response(5)?["error"]?["code"] == -32602)
        await running.end()
    }

    @Test(
        "what is no message is answered where the revision has an error without id, and reading goes on",
        arguments: [
            ("{", nil, -32700), ("{", .november2025, -32700), ("{", .june2025, nil), ("{", .november2024, nil),
            ("[]", nil, -32600), ("[]", .november2025, -32600), ("[]", .june2025, nil), ("7", .november2025, -32600),
            (#"{"jsonrpc":"1.0"}"#, nil, -32600), (#"{"jsonrpc":"2.0","id":null,"method":"x"}"#, nil, -32600),
            ("", nil, nil), ("  \t", nil, nil),
        ] as [(String, Revision?, Int?)])
    func noMessage(line: String, revision: Revision?, code: Int?) async throws {
        let running = try Running(legacy: EchoSession(revision))
        running.lines.write(line)
        running.modern("server/discover", id: 1)
        #expect(await running.response(1)?["result"] != nil)
        await running.end()
        let errors = running.lines.messages.filter { $0["error"] != nil }
        #expect(errors.map { $0["error"]?["code"]?.intValue } == (code.map { [$0] } ?? []))
        #expect(errors.allSatisfy { $0["id"] == nil })
    }

    @Test("an id that could be read is answered under it")
    func faultWithID() async throws {
        let running = try Running(legacy: EchoSession(.june2025))
        running.lines.write(#"{"jsonrpc":"2.0","id":"a","method":7}"#)
        #expect(await running.response("a")?["error"]?["code"] == -32600)
        await running.end()
    }

    @Test("a batch of 2025-03-26 is answered by one array")
    func batch() async throws {
        let running = try Running(legacy: EchoSession(.march2025))
        running.lines.write([
            ["jsonrpc": "2.0", "id": 1, "method": "ping"], ["jsonrpc": "2.0", "method": "notifications/x"],
            ["jsonrpc": "2.0", "id": 2, "method": "tools/list"],
        ])
        let lines = running.lines
        #expect(await comesTrue { lines.lines.count == 1 })
        let ids = lines.messages.first?.arrayValue?.compactMap { $0["id"]?.intValue } ?? []
        #expect(ids.sorted() == [1, 2])
        running.lines.write([["jsonrpc": "2.0", "id": 3, "result": [:]], ["jsonrpc": "2.0", "id": 4, "result": [:]]])
        await running.end()
        #expect(running.legacy.received.suffix(2) == ["response 3", "response 4"])
        #expect(lines.lines.count == 1)
    }

    @Test(
        "batches of the wrong form are refused as a whole",
        arguments: [
            "[]", #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"result":{}}]"#,
            #"[{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}]"#,
            #"[{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":1}}}]"#,
        ])
    func badBatches(line: String) throws {
        let reading = LineReading.read(Array(line.utf8), limits: .standard, revision: .march2025)
        guard case .refused(nil, let error) = reading else {
            Issue.record("it was read as \(reading)")
            return
        }
        #expect(error.code == -32600)
    }

    @Test("a cancelled request gets no answer, whether its notification claims a revision or not", arguments: [true, false])
    func cancelled(claims: Bool) async throws {
        let (started, ended) = (Door(), Door())
        let service = ScriptedService { operation, _ in
            guard operation.target == "slow" else { return .complete(RawObject()) }
            started.open()
            defer { ended.open() }
            try await Task.sleep(for: .seconds(600))
            return .complete(RawObject())
        }
        let running = try Running(service)
        running.modern("tools/call", ["name": "slow"], id: "s")
        await started.wait()
        var params: JSONObject = ["requestId": "s"]
        if claims { params["_meta"] = [ProtocolKey.protocolVersion: "2026-07-28"] }
        running.lines.write(["jsonrpc": "2.0", "method": "notifications/cancelled", "params": .object(params)])
        await ended.wait()
        running.modern("tools/call", ["name": "fast"], id: "f")
        #expect(await running.response("f") != nil)
        // One that is not running may be the legacy session's.
        running.lines.write(["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": 17]])
        await running.end()
        #expect(running.lines.response("s") == nil)
        #expect(running.legacy.received == ["notifications/cancelled"])
    }

    @Test("an id that is still running is not served twice")
    func duplicateIDs() async throws {
        let (started, door) = (Door(), Door())
        let running = try Running(
            ScriptedService { _, _ in
                started.open()
                await door.wait()
                return .complete(RawObject())
            })
        running.modern("tools/call", ["name": "x"], id: 1)
        await started.wait()
        running.modern("tools/call", ["name": "x"], id: 1)
        #expect(await running.response(1)?["error"]?["code"] == -32600)
        running.modern("tools/call", ["name": "x"], id: "1")
        door.open()
        #expect(await running.response("1")?["result"] != nil, "another type is another id")
        await running.end()
        #expect(running.lines.messages.filter { $0["id"] == 1 }.count == 2)
    }

    @Test("a call is parked and resumed by lines")
    func parking() async throws {
        let service = ScriptedService { _, context in
            let answers = try await context.ask([
                PendingAsk("q", .elicit(["message": "?", "requestedSchema": ["type": "object"]]))
            ])
            guard case .result(let answer)? = answers["q"] else { return .complete(RawObject()) }
            return .complete(["content": [], "answer": answer["action"] ?? .null])
        }
        let running = try Running(service)
        running.modern("tools/call", ["name": "x"], id: 1)
        let first = await running.response(1)
        #expect(first?["result"]?["resultType"] == "input_required")
        let state = try #require(first?["result"]?["requestState"])
        running.modern(
            "tools/call", ["name": "x", "requestState": state, "inputResponses": ["q": ["action": "accept"]]], id: 2)
        #expect(await running.response(2)?["result"]?["answer"] == "accept")
        await running.end()
        #expect(running.lines.messages.allSatisfy { $0["method"] == nil }, "nothing is asked of a modern client by a request")
    }

    @Test("a subscription ends with its result, and a notification that says so; one that is cancelled says nothing")
    func listen() async throws {
        let running = try Running()
        running.modern("subscriptions/listen", ["notifications": ["toolsListChanged": true]], id: "l")
        #expect(await running.response("l")?["result"]?["_meta"]?[ProtocolKey.subscriptionID] == "l")
        await running.end()
        #expect(
            running.lines.messages.map { $0["method"]?.stringValue ?? "result" }
                == ["notifications/subscriptions/acknowledged", "result", "notifications/cancelled"])
        #expect(running.lines.messages.last?["params"] == ["requestId": "l"])
    }

    @Test("answers that running calls wait for are read, though no place is left for other calls")
    func responsesPassRequests() async throws {
        let door = Door()
        let legacy = EchoSession(.november2025, blockedBy: door)
        let running = try Running(legacy: legacy, configuration: .init(maximumRunning: 1, maximumWaiting: 2))
        for id in 1...3 { running.lines.write(["jsonrpc": "2.0", "id": .integer(id), "method": "tools/list"]) }
        running.lines.write(["jsonrpc": "2.0", "id": 99, "result": [:]])
        #expect(await comesTrue { legacy.received.contains("response 99") })
        door.open()
        #expect(await running.response(3) != nil)
        await running.end()
    }

    @Test("so many requests run at once and no more; the reader waits")
    func concurrency() async throws {
        let (door, started) = (Door(), Counter())
        let most = Mutex((now: 0, most: 0))
        let service = ScriptedService { operation, _ in
            started.increment()
            most.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            defer { most.withLock { $0.now -= 1 } }
            if operation.target == "blocked" { await door.wait() }
            try? await Task.sleep(for: .milliseconds(1))
            return .complete(RawObject())
        }
        let running = try Running(service, configuration: .init(maximumRunning: 4, maximumWaiting: 3))
        running.modern("tools/call", ["name": "blocked"], id: "b")
        for index in 0..<40 { running.modern("tools/call", ["name": "x"], id: .integer(index)) }
        #expect(await running.response(39) != nil)
        door.open()
        #expect(await running.response("b") != nil)
        await running.end()
        #expect(started.value == 41)
        #expect(most.withLock { $0.most } <= 4)
    }

    @Test("after the end of the input running calls may finish, subscriptions end, and what takes longer is cancelled")
    func endOfInput() async throws {
        let (started, ended) = (Counter(), Door())
        let service = ScriptedService { operation, _ in
            started.increment()
            if operation.target == "soon" {
                try await Task.sleep(for: .milliseconds(30))
            } else {
                defer { ended.open() }
                try await Task.sleep(for: .seconds(600))
            }
            return .complete(RawObject())
        }
        let running = try Running(service, configuration: .init(grace: .seconds(1)))
        running.modern("tools/call", ["name": "soon"], id: 1)
        running.modern("tools/call", ["name": "never"], id: 2)
        #expect(await comesTrue { started.value == 2 })
        await running.end()
        await ended.wait()
        #expect(running.lines.response(1)?["result"] != nil)
        #expect(running.lines.response(2) == nil)
        #expect(running.legacy.isClosed)
    }

    @Test("a client that does not read is given up once too much waits for it")
    func slowReader() async throws {
        let door = Door()
        let lines = MemoryLines(blockedBy: door)
        let text = String(repeating: "x", count: 1000)
        let running = try Running(lines: lines, configuration: .init(maximumQueuedBytes: 20_000, grace: .milliseconds(50)))
        for index in 0..<100 {
            running.modern("tools/call", ["name": "echo", "arguments": ["text": .string(text)]], id: .integer(index))
        }
        // The client does not even end its input.
        await running.task.value
        #expect(lines.isClosed)
        #expect(lines.lines.count < 100)
    }

    @Test("each message is one line, whatever line breaks an upstream put between its tokens")
    func oneLine() async throws {
        let text = Array("{\n  \"content\": [],\r\n  \"a\": \"b\\nc\"\n}".utf8)
        let running = try Running(ScriptedService { _, _ in .complete(try RawObject(bytes: text)) })
        running.modern("tools/call", ["name": "x"], id: 1)
        #expect(await running.response(1)?["result"]?["a"] == "b\nc")
        await running.end()
        let output = LineOutput(maximumBytes: 1000) {}
        let lines = MemoryLines()
        output.write(text)
        output.finish()
        await output.run(to: lines)
        #expect(lines.lines == ["{   \"content\": [],    \"a\": \"b\\nc\" }"])
    }

    @Test("cancelling the server ends it")
    func serverCancelled() async throws {
        let started = Door()
        let running = try Running(
            ScriptedService { _, _ in
                started.open()
                try await Task.sleep(for: .seconds(600))
                return .complete(RawObject())
            })
        running.modern("tools/call", ["name": "x"], id: 1)
        await started.wait()
        running.task.cancel()
        await running.task.value
        #expect(running.legacy.isClosed)
    }
}
