import Testing
import Wire

@testable import MCPServer

private let legacy = Revision.allCases.filter { $0.era == .legacy }

/// A client of HTTP+SSE.
private struct EventStreamClient {
    let exchange: Exchange
    let stream: LiveAnswer
    let session: String

    init(_ exchange: Exchange, place: MCPHTTPRequest.Place = .eventStream) async throws {
        self.exchange = exchange
        stream = exchange.begin("GET", nil, ["Accept": "text/event-stream"], place: place)
        let endpoint = try #require(try await stream.wait { !$0.events.isEmpty }.events.first)
        #expect(endpoint.type == "endpoint")
        let prefix = "/mcp/public/one/message?sessionId="
        #expect(endpoint.data.hasPrefix(prefix), "relative, so of the same origin")
        session = String(endpoint.data.dropFirst(prefix.count))
    }

    func post(_ message: JSON) async throws -> LiveAnswer.Arrived {
        try await exchange.begin("POST", message, place: .messages(session: session)).ended()
    }

    func initialize(_ revision: Revision, capabilities: JSON = [:]) async throws {
        #expect(try await post(Exchange.initialize(revision.rawValue, capabilities: capabilities)).status == 202)
        let answer = try await next(1)
        #expect(answer["result"]?["protocolVersion"] == .string(revision.rawValue))
        #expect(try await post(["jsonrpc": "2.0", "method": "notifications/initialized"]).status == 202)
    }

    /// The message of that number, the endpoint not counted.
    func next(_ number: Int) async throws -> JSON {
        let events = try await stream.wait("event \(number)") { $0.events.count > number }.events
        #expect(events[number].type == "message")
        return try JSON.parse(events[number].data)
    }
}

@Suite("HTTP+SSE")
struct EventStreamTests {
    @Test("carries any legacy revision: answers, notifications and questions on the one stream", arguments: legacy)
    func conversation(revision: Revision) async throws {
        let service = ScriptedService { _, context in
            context.progress(Progress(1))
            _ = try await context.ask([PendingAsk("r", .roots)])
            return .complete(["content": []])
        }
        let client = try await EventStreamClient(Exchange(service))
        try await client.initialize(revision, capabilities: ["roots": [:]])
        let call = Exchange.request("tools/call", ["name": "x", "_meta": ["progressToken": 1]], id: "c")
        let accepted = try await client.post(call)
        #expect(accepted.status == 202 && accepted.body.isEmpty)
        #expect(try await client.next(2)["method"] == "notifications/progress")
        let question = try await client.next(3)
        #expect(question["method"] == "roots/list")
        let id = question["id"] ?? 0
        #expect(try await client.post(["jsonrpc": "2.0", "id": id, "result": ["roots": []]]).status == 202)
        #expect(try await client.next(4) == ["jsonrpc": "2.0", "id": "c", "result": ["content": []]])
        #expect(client.stream.now.events.allSatisfy { $0.id == nil })
    }

    @Test("a GET without session or version header on the endpoint's own URL can only be such a client")
    func onTheSameURL() async throws {
        let client = try await EventStreamClient(Exchange(echoServer()), place: .endpoint)
        try await client.initialize(.november2024)
        #expect(try await client.post(Exchange.request("tools/list")).status == 202)
        #expect(try await client.next(2)["result"]?["tools"]?.arrayValue?.count == 2)
    }

    @Test("the session ends with its stream, and its calls with the session")
    func end() async throws {
        let cancelled = Gate()
        let service = ScriptedService { _, _ in
            do { try await Gate().passed() } catch { cancelled.open() }
            return .complete(["content": []])
        }
        let exchange = Exchange(service)
        let client = try await EventStreamClient(exchange)
        try await client.initialize(.november2025)
        _ = try await client.post(Exchange.request("tools/call", ["name": "x"]))
        try await eventually { !service.operations.isEmpty }
        await client.stream.hangUp()
        try await cancelled.passed()
        #expect(exchange.sessions.count == 0)
        #expect(try await client.post(Exchange.request("ping")).status == 404)
    }

    @Test("messages are taken from the session's owner only, at its own endpoint and transport")
    func ownership() async throws {
        var exchange = Exchange(echoServer())
        let client = try await EventStreamClient(exchange)
        exchange.principal = Principal(id: "mallory")
        let ping = Exchange.request("ping")
        #expect(try await exchange.begin("POST", ping, place: .messages(session: client.session)).ended().status == 404)
        exchange.principal = Principal(id: "alice")
        #expect(try await exchange.begin("POST", ping, place: .messages(session: "nobody's")).ended().status == 404)
        #expect(try await exchange.begin("POST", ping, place: .messages(session: nil)).ended().status == 404)
        #expect(await exchange.call("ping", in: client.session).status == 404)
        #expect(await exchange.send("DELETE", [], ["Mcp-Session-Id": client.session]).status == 404)
        let streamable = try await exchange.open()
        #expect(try await exchange.begin("POST", ping, place: .messages(session: streamable)).ended().status == 404)
        #expect(try await client.post(ping).status == 202)
        #expect(try await client.next(1)["result"] == [:])
    }

    @Test("what is no message is refused at once, and the session lives on")
    func garbage() async throws {
        let exchange = Exchange(echoServer())
        let client = try await EventStreamClient(exchange)
        try await client.initialize(.november2025)
        let claim: JSON = ["_meta": ["io.modelcontextprotocol/protocolVersion": "2026-07-28"]]
        for message: JSON in [7, [], ["jsonrpc": "1.0"], [Exchange.request("ping")], Exchange.request("tools/list", claim)] {
            let refused = try await client.post(message)
            #expect(refused.status == 400)
            #expect(refused.json?["error"]?["code"] == -32600)
        }
        #expect(try await client.post(["jsonrpc": "2.0", "id": 5, "result": [:]]).status == 400)
        let type = ["Content-Type": "text/plain"]
        let place = MCPHTTPRequest.Place.messages(session: client.session)
        #expect(try await exchange.begin("POST", Exchange.request("ping"), type, place: place).ended().status == 415)
        #expect(try await exchange.begin("GET", nil, place: place).ended().status == 405)
        #expect(try await exchange.begin("POST", Exchange.request("ping"), place: .eventStream).ended().status == 405)
        _ = try await client.post(Exchange.request("ping"))
        #expect(try await client.next(2)["result"] == [:])
    }

    @Test("a batch of 2025-03-26 is answered message by message")
    func batch() async throws {
        let client = try await EventStreamClient(Exchange(echoServer()))
        try await client.initialize(.march2025)
        let batch: JSON = [Exchange.request("ping", id: 1), Exchange.request("nope", id: 2)]
        #expect(try await client.post(batch).status == 202)
        let answers = [try await client.next(2), try await client.next(3)]
        #expect(Set(answers.compactMap { $0["id"] }) == [1, 2])
    }

    @Test("a quiet stream shows that it is alive, and before the handshake only ping is served")
    func quiet() async throws {
        let exchange = Exchange(echoServer())
        let client = try await EventStreamClient(exchange)
        exchange.pass(.seconds(15))
        #expect(client.stream.now.text.hasSuffix(": \n\n"))
        _ = try await client.post(Exchange.request("tools/list"))
        #expect(try await client.next(1)["error"]?["code"] == -32600)
    }
}
