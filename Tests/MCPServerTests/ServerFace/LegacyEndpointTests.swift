import Testing
import Wire

@testable import MCPServer

@Suite("a legacy client at an endpoint")
struct LegacyEndpointTests {
    @Test("initialises at its revision and gets a session", arguments: Revision.allCases.filter { $0.era == .legacy })
    func handshake(revision: Revision) async throws {
        let exchange = Exchange(echoServer())
        let answer = await exchange.post(Exchange.initialize(revision.rawValue, id: "first"))
        #expect(answer.status == 200)
        #expect(answer.header("content-type") == "application/json")
        #expect(answer.id == "first")
        #expect(
            answer.result == [
                "protocolVersion": .string(revision.rawValue), "capabilities": ["tools": [:]],
                "serverInfo": ["name": "echo", "version": "1"], "instructions": "Say something.",
            ])
        let session = try #require(answer.header("mcp-session-id"))
        #expect(session.utf8.allSatisfy { (0x21...0x7E).contains($0) })
    }

    @Test("never hears of a modern version in the handshake")
    func handshakeWithModernVersion() async {
        let answer = await Exchange(echoServer()).post(Exchange.initialize("2026-07-28"))
        #expect(answer.result?["protocolVersion"] == "2025-11-25")
    }

    @Test("session ids can't be guessed: random, long, visible ASCII")
    func sessionIDs() async {
        let store = LegacySessionStore()
        let ids = (0..<100).map { _ in
            store.make(owner: Principal(id: "a"), transport: .streamable, limits: LegacyPeer.Limits()).id
        }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { $0.utf8.count == 48 && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } })
    }

    @Test(
        "a bad initialize names the member",
        arguments: [
            ([:], "protocolVersion"), (["protocolVersion": 7], "protocolVersion"),
            (["protocolVersion": "2025-11-25"], "capabilities"),
            (["protocolVersion": "2025-11-25", "capabilities": [:]], "clientInfo"),
            (["protocolVersion": "2025-11-25", "capabilities": [:], "clientInfo": ["name": "x"]], "clientInfo"),
            (
                [
                    "protocolVersion": "2025-11-25",
                    "capabilities": ["experimental": .string(String(repeating: "x", count: 10_000))],
                    "clientInfo": ["name": "x", "version": "1"],
                ], "capabilities"
            ),
        ] as [(JSON, String)])
    func badInitialize(params: JSON, member: String) async {
        let exchange = Exchange(echoServer())
        let answer = await exchange.post(Exchange.request("initialize", params))
        #expect(answer.code == -32602)
        #expect(answer.message.contains("params.\(member)"))
        #expect(answer.header("mcp-session-id") == nil)
        #expect(exchange.sessions.count == 0)
    }

    @Test("before it confirms, only ping is served")
    func beforeConfirmation() async throws {
        let exchange = Exchange(echoServer())
        let session = try #require(await exchange.post(Exchange.initialize("2025-06-18")).header("mcp-session-id"))
        #expect(await exchange.call("ping", in: session).text == #"{"jsonrpc":"2.0","id":7,"result":{}}"#)
        let early = await exchange.call("tools/list", in: session)
        #expect(early.status == 200)
        #expect(early.code == -32600)
        _ = await exchange.post(["jsonrpc": "2.0", "method": "notifications/initialized"], ["Mcp-Session-Id": session])
        #expect(await exchange.call("tools/list", in: session).result?["tools"]?.arrayValue?.count == 2)
    }

    @Test(
        "lists and calls tools; results have nothing of the modern era", arguments: Revision.allCases.filter { $0.era == .legacy }
    )
    func tools(revision: Revision) async throws {
        let exchange = Exchange(echoServer())
        let session = try await exchange.open(revision)
        let list = await exchange.call("tools/list", [:], in: session)
        #expect(list.result?.objectValue?.names == ["tools"])
        #expect(list.result?["tools"]?[0]?["name"] == "echo")
        let call = await exchange.call("tools/call", ["name": "echo", "arguments": ["text": "hi"]], in: session, id: "c")
        #expect(call.status == 200)
        #expect(call.json == ["jsonrpc": "2.0", "id": "c", "result": ["content": [["type": "text", "text": "hi"]]]])
    }

    @Test(
        "bad arguments are an error up to 2025-06-18 and a result from 2025-11-25 on",
        arguments: [(Revision.november2024, false), (.march2025, false), (.june2025, false), (.november2025, true)])
    func badArguments(revision: Revision, isResult: Bool) async throws {
        let exchange = Exchange(echoServer())
        let session = try await exchange.open(revision)
        let answer = await exchange.call("tools/call", ["name": "echo", "arguments": ["text": 7]], in: session)
        #expect(answer.status == 200)
        if isResult {
            #expect(answer.result?["isError"] == true)
            #expect(answer.result?["content"]?[0]?["text"]?.stringValue?.contains("arguments.text must be a string") == true)
        } else {
            #expect(answer.code == -32602)
            #expect(answer.message.contains("arguments.text must be a string"))
        }
    }

    @Test(
        "what can't be called",
        arguments: [
            ("tools/call", ["name": "nope"], -32602, "nope"), ("tools/call", [:], -32602, "params.name"),
            ("tools/call", ["name": 7], -32602, "params.name"),
            ("tools/call", ["name": "echo", "arguments": []], -32602, "params.arguments"),
            ("tools/list", ["cursor": "x"], -32602, "cursor"), ("tools/list", ["cursor": ""], -32602, "cursor"),
            ("tools/list", ["cursor": 7], -32602, "params.cursor"), ("tools/list", ["_meta": 7], -32602, "params._meta"),
            ("prompts/list", [:], -32601, "prompts/list"), ("resources/read", ["uri": "a:b"], -32601, "resources/read"),
            ("resources/subscribe", ["uri": "a:b"], -32601, "resources/subscribe"),
            ("logging/setLevel", ["level": "info"], -32601, "logging/setLevel"),
            ("initialize", [:], -32602, "params.protocolVersion"), ("tasks/get", ["taskId": "t"], -32601, "tasks/get"),
            ("tools/Call", ["name": "echo"], -32601, "tools/Call"),
        ] as [(String, JSON, Int, String)])
    func errors(method: String, params: JSON, code: Int, named: String) async throws {
        let exchange = Exchange(echoServer())
        let session = try await exchange.open()
        let answer = await exchange.call(method, params, in: session)
        #expect(answer.status == 200)
        #expect(answer.code == code)
        #expect(answer.message.contains(named), "\(answer.message)")
        #expect(answer.id == 7)
        #expect(await exchange.call("ping", in: session).result == [:], "the session lives on")
    }

    @Test("a session belongs to its principal and its URL")
    func ownership() async throws {
        var exchange = Exchange(echoServer())
        let session = try await exchange.open()
        exchange.principal = Principal(id: "mallory")
        #expect(await exchange.call("tools/list", in: session).status == 404)
        #expect(await exchange.send("DELETE", [], ["Mcp-Session-Id": session]).status == 404)
        #expect(await exchange.send("GET", [], ["Mcp-Session-Id": session]).status == 404)
        let elsewhere = MCPEndpoint(id: "two", service: echoServer(), sessions: exchange.sessions)
        let request = MCPHTTPRequest(
            method: "DELETE", headers: MCPHTTPHeaders([("mcp-session-id", session)]), body: [],
            principal: Principal(id: "alice"), requestID: "r")
        #expect(await elsewhere.handle(request).status == 404)
        exchange.principal = Principal(id: "alice")
        #expect(await exchange.call("tools/list", in: session).status == 200)
    }

    @Test("DELETE ends a session; from then on it is unknown")
    func delete() async throws {
        let exchange = Exchange(echoServer())
        let session = try await exchange.open()
        let ended = await exchange.send("DELETE", [], ["Mcp-Session-Id": session])
        #expect(ended.status == 204)
        #expect(ended.text.isEmpty)
        #expect(await exchange.call("tools/list", in: session).status == 404)
        #expect(await exchange.send("DELETE", [], ["Mcp-Session-Id": session]).status == 404)
        #expect(await exchange.send("GET", [], ["Mcp-Session-Id": session]).status == 404)
    }

    @Test("an idle session is forgotten")
    func idle() async throws {
        let exchange = Exchange(echoServer(), limits: LegacySessionLimits(idle: .seconds(60)))
        let session = try await exchange.open()
        exchange.time.advance(by: .seconds(59))
        #expect(await exchange.call("ping", in: session).status == 200)
        exchange.time.advance(by: .seconds(60))
        #expect(await exchange.call("ping", in: session).status == 404)
        #expect(exchange.sessions.count == 0)
    }

    @Test("a version header other than the negotiated one changes nothing as long as it is served")
    func otherHeader() async throws {
        let exchange = Exchange(echoServer())
        let session = try await exchange.open(.june2025)
        let answer = await exchange.post(
            Exchange.request("tools/call", ["name": "echo", "arguments": [:]]),
            ["Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-11-25"])
        #expect(answer.code == -32602, "the form of 2025-06-18")
    }

    @Test("other notifications are received; a response that nobody waits for is refused")
    func notificationsAndResponses() async throws {
        let exchange = Exchange(echoServer())
        let session = try await exchange.open()
        let cancelled = await exchange.post(
            ["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": 7]], ["Mcp-Session-Id": session])
        #expect(cancelled.status == 202)
        #expect(cancelled.text.isEmpty)
        let response = await exchange.post(["jsonrpc": "2.0", "id": 1, "result": [:]], ["Mcp-Session-Id": session])
        #expect(response.status == 400)
    }

    @Test("the log level is kept where logging is declared, and told to the service")
    func logLevel() async throws {
        let service = ScriptedService(capabilities: ServerCapabilities(.tools, .logging)) { _, context in
            .complete(["content": [], "level": .string(context.client.logLevel?.rawValue ?? "none")])
        }
        let exchange = Exchange(service)
        let session = try await exchange.open()
        #expect(await exchange.call("tools/call", ["name": "x"], in: session).result?["level"] == "none")
        #expect(await exchange.call("logging/setLevel", ["level": "warning"], in: session).result == [:])
        #expect(await exchange.call("tools/call", ["name": "x"], in: session).result?["level"] == "warning")
        let bad = await exchange.call("logging/setLevel", ["level": "loud"], in: session)
        #expect(bad.code == -32602)
        #expect(bad.message.contains("params.level"))
    }

    @Test("what the service can do is declared, but for the tasks of 2025-11-25, whose methods are not served")
    func capabilities() async {
        let service = ScriptedService(
            capabilities: ServerCapabilities([
                "tools": ["listChanged": true], "resources": ["subscribe": true, "listChanged": true], "tasks": [:],
                "experimental": ["x": [:]],
            ]))
        let answer = await Exchange(service).post(Exchange.initialize("2025-11-25"))
        #expect(
            answer.result?["capabilities"] == [
                "tools": ["listChanged": true], "resources": ["subscribe": true, "listChanged": true],
                "experimental": ["x": [:]],
            ])
    }

    @Test("the service sees the parameters without the protocol's members, and absent arguments as absent")
    func strippedParameters() async throws {
        let service = ScriptedService { _, _ in .complete(["content": []]) }
        let exchange = Exchange(service)
        let session = try await exchange.open()
        _ = await exchange.call(
            "tools/call", ["name": "x", "vendor": 1.0, "_meta": ["progressToken": 1, "com.example/a": 2]], in: session)
        _ = await exchange.call("tools/call", ["name": "x", "_meta": ["progressToken": 1]], in: session)
        #expect(
            service.operations.map(\.params.object) == [
                ["name": "x", "vendor": 1.0, "_meta": ["com.example/a": 2]], ["name": "x"],
            ])
    }
}
