import Synchronization
import Testing
import Wire

@testable import MCPServer

@Suite("a modern upstream", .timeLimit(.minutes(1)))
struct ModernUpstreamTests {
    private let options = FakeHTTP.Options(isModern: true)

    @Test("headers are made from what is sent, and the client's own never travel")
    func headers() async throws {
        let tools: FakeServer.Handler = { _ in
            .result([
                "resultType": "complete", "ttlMs": 0, "cacheScope": "private",
                "tools": [
                    [
                        "name": "grüße",
                        "inputSchema": [
                            "type": "object",
                            "properties": [
                                "region": ["type": "string", "x-mcp-header": "Region"],
                                "size": ["type": "integer", "x-mcp-header": "Size"],
                                "in": ["type": "object", "properties": ["flag": ["type": "boolean", "x-mcp-header": "Flag"]]],
                                "absent": ["type": "string", "x-mcp-header": "Absent"],
                                "null": ["type": "string", "x-mcp-header": "Null"],
                            ],
                        ],
                    ]
                ],
            ])
        }
        let web = FakeHTTP(.modern(["tools/list": tools]), options).client()
        let service = UpstreamService.http(
            web, headers: [("Authorization", "Bearer upstream")], query: [("key", "a b&c")])
        _ = try await service.perform(
            .call("grüße", ["region": " x ", "size": 42, "in": ["flag": true], "null": nil]), TestCall(.july2026))
        let call = try #require(web.seen.last { $0.rpc == "tools/call" })
        #expect(call.url == "https://upstream.example/mcp?key=a%20b%26c")
        #expect(call.header("Authorization") == "Bearer upstream")
        #expect(call.header("MCP-Protocol-Version") == "2026-07-28")
        #expect(call.header("Mcp-Method") == "tools/call")
        #expect(call.header("Mcp-Name") == "=?base64?Z3LDvMOfZQ==?=")
        #expect(call.header("Mcp-Param-Region") == "=?base64?IHgg?=")
        #expect(call.header("Mcp-Param-Size") == "42")
        #expect(call.header("Mcp-Param-Flag") == "true")
        #expect(call.header("Mcp-Param-Absent") == nil)
        #expect(call.header("Mcp-Param-Null") == nil)
        #expect(call.header("Mcp-Session-Id") == nil)
        await service.close()
    }

    @Test("each request says what its own client can do, and never more")
    func capabilities() async throws {
        let server = FakeServer.modern()
        let service = UpstreamService.http(FakeHTTP(server, options).client())
        let modern: JSONObject = ["elicitation": [:], "vendor": ["x": 1], "extensions": ["a/b": [:]]]
        _ = try await service.perform(.call("x"), TestCall(.july2026, capabilities: modern))
        let legacy: JSONObject = ["roots": ["listChanged": true], "sampling": ["tools": [:]], "tasks": [:], "vendor": [:]]
        _ = try await service.perform(.call("x"), TestCall(capabilities: legacy))
        _ = try await service.perform(.call("x"), TestCall(capabilities: legacy, askForm: ClientProfile.AskForm.none))
        let declared = server.received("tools/call").map {
            $0["params"]?["_meta"]?["io.modelcontextprotocol/clientCapabilities"]
        }
        #expect(declared == [.object(modern), ["roots": [:], "sampling": ["tools": [:]]], [:]])
        let info = server.received("tools/call").first?["params"]?["_meta"]?["io.modelcontextprotocol/clientInfo"]
        #expect(info == ["name": "client", "version": "2"])
        await service.close()
    }

    @Test("questions by value go to the client and come back with the state, under a new id")
    func inputRequired() async throws {
        let server = FakeServer.modern([
            "tools/call": { port in
                guard port.params["requestState"] == "state=1\u{1F600}" else {
                    return .result([
                        "resultType": "input_required", "requestState": "state=1\u{1F600}",
                        "inputRequests": [
                            "name": ["method": "elicitation/create", "params": ["message": "?"]],
                            "where": ["method": "roots/list"],
                        ],
                    ])
                }
                return .result(["content": [], "got": port.params["inputResponses"] ?? .null])
            }
        ])
        let service = UpstreamService.http(FakeHTTP(server, options).client())
        let first = try await service.perform(.call("x", ["a": 1]), TestCall(.july2026))
        guard case .needs(let asks, let state) = first else {
            Issue.record("\(first)")
            return
        }
        #expect(asks.map(\.key.name) == ["name", "where"])
        #expect(asks.map(\.ask.method) == ["elicitation/create", "roots/list"])
        #expect(state == Continuation("state=1\u{1F600}"))
        var again = MCPServer.Operation.call("x", ["a": 1])
        again.resumption = Resumption(
            state: state, answers: ["name": .result(["action": "accept"]), "where": .result(["roots": []])])
        // An absent result type means complete.
        let second = try #require(try await service.perform(again, TestCall(.july2026)).result)
        #expect(second["got"] == ["name": ["action": "accept"], "where": ["roots": []]])
        let calls = server.received("tools/call")
        #expect(calls[0]["id"] != calls[1]["id"])
        #expect(calls[1]["params"]?["arguments"] == ["a": 1])
        again.resumption = Resumption(state: nil, answers: ["where": .refused(code: -1, message: "no")])
        await #expect(throws: MCPError.self) { try await service.perform(again, TestCall(.july2026)) }
        #expect(server.received("tools/call").count == 2)
        await service.close()
    }

    @Test(
        "results that break the protocol are refused",
        arguments: [
            #"{"resultType":"future"}"#, #"{"resultType":7}"#, #"{"resultType":"input_required"}"#,
            #"{"resultType":"input_required","inputRequests":[]}"#, #"{"resultType":"task"}"#,
            #"{"resultType":"input_required","requestState":1}"#, #"{"resultType":"complete","ResultType":"task"}"#,
        ])
    func badResults(text: String) async throws {
        let service = UpstreamService.http(FakeHTTP(.modern(["tools/call": { _ in .text(text) }]), options).client())
        let thrown = await #expect(throws: MCPError.self) { try await service.perform(.call("x"), TestCall(.july2026)) }
        guard case .upstreamUnavailable? = thrown?.kind else {
            Issue.record("\(String(describing: thrown))")
            return
        }
        await service.close()
    }

    @Test("a list can't ask")
    func askingList() async throws {
        let server = FakeServer.modern(["tools/list": { _ in .text(#"{"resultType":"input_required","requestState":"s"}"#) }])
        let service = UpstreamService.http(FakeHTTP(server, options).client())
        await #expect(throws: MCPError.self) { try await service.perform(Operation(.list(.tools)), TestCall(.july2026)) }
        await service.close()
    }

    @Test("a task goes through to a client that takes tasks")
    func tasks() async throws {
        let server = FakeServer.modern([
            "tools/call": { _ in .text(#"{"resultType":"task","taskId":"t"}"#) },
            "tasks/get": { .result(["resultType": "complete", "taskId": $0.params["taskId"] ?? .null]) },
        ])
        let web = FakeHTTP(server, options).client()
        let service = UpstreamService.http(web)
        let caller = TestCall(.july2026, capabilities: ["extensions": .object([ClientCapabilities.tasksExtension: [:]])])
        guard case .task(let task) = try await service.perform(.call("x"), caller) else {
            Issue.record("no task")
            return
        }
        #expect(task.id == "t")
        #expect(try await service.task(TaskOperation(.get, id: "t", params: RawObject()), caller)["taskId"] == "t")
        #expect(web.seen.last?.header("Mcp-Name") == "t")
        await service.close()
    }

    @Test("a header that the upstream finds wrong has the list of tools read again, once")
    func headerMismatch() async throws {
        let isNew = Mutex(false)
        let server = FakeServer.modern([
            "tools/list": { _ in
                let suffix: JSON = isNew.withLock { $0 } ? "New" : "Old"
                return .result([
                    "tools": [
                        [
                            "name": "x",
                            "inputSchema": ["type": "object", "properties": ["a": ["type": "string", "x-mcp-header": suffix]]],
                        ]
                    ]
                ])
            },
            "tools/call": { port in
                guard port.headers.contains(where: { $0.name == "Mcp-Param-New" && $0.value == "v" }) else {
                    return .error(["code": -32020, "message": "Mcp-Param-New header is missing"], status: 400)
                }
                return .result(["content": []])
            },
        ])
        let service = UpstreamService.http(FakeHTTP(server, options).client())
        // Wrong for good: an error that is not the client's to understand.
        let thrown = await #expect(throws: MCPError.self) {
            try await service.perform(.call("x", ["a": "v"]), TestCall(.july2026))
        }
        guard case .upstreamUnavailable? = thrown?.kind else {
            Issue.record("\(String(describing: thrown))")
            return
        }
        #expect(server.received("tools/call").count == 2)
        isNew.withLock { $0 = true }
        _ = try await service.perform(.call("x", ["a": "v"]), TestCall(.july2026))
        #expect(server.received("tools/call").count == 4)
        await service.close()
    }

    @Test("tools whose headers can't be made are left out over HTTP; other pages keep their bytes")
    func invalidTools() async throws {
        let valid =
            #"{ "tools":[{"name":"ok","inputSchema":{"type":"object","x":1.0}}],"nextCursor":"\u0041","ttlMs":7,"cacheScope":"public"}"#
        let invalid =
            #"{"tools":[{"name":"bad","inputSchema":{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}},{"name":"ok","inputSchema":{}}]}"#
        let server = FakeServer.modern([
            "tools/list": { .text($0.params["cursor"] == "second" ? invalid : valid) }
        ])
        let service = UpstreamService.http(FakeHTTP(server, options).client())
        let first = try await service.perform(Operation(.list(.tools)), TestCall(.july2026))
        guard case .complete(let page, let hint) = first else {
            Issue.record("\(first)")
            return
        }
        #expect(String(decoding: page.serializedBytes(), as: UTF8.self) == valid)
        #expect(hint == CacheHint(lifetime: .milliseconds(7), scope: .public))
        let second = try await service.perform(Operation(.list(.tools), params: ["cursor": "second"]), TestCall())
        #expect(second.result?["tools"]?.arrayValue?.map { $0["name"] } == ["ok"])
        await service.close()
    }

    @Test("what a tool's schema is, is known to who asks; the list is read once, page by page")
    func schemas() async throws {
        let server = FakeServer.modern([
            "tools/list": { port in
                let isSecond = port.params["cursor"] == "2"
                return .result([
                    "tools": [["name": isSecond ? "b" : "a", "inputSchema": ["type": "object", "n": isSecond ? 2 : 1]]],
                    "nextCursor": "2",
                ])
            }
        ])
        let service = UpstreamService.http(FakeHTTP(server, options).client())
        #expect(try await service.inputSchema(ofTool: "b", TestCall())?["n"] == 2)
        #expect(try await service.inputSchema(ofTool: "a", TestCall())?["n"] == 1)
        #expect(try await service.inputSchema(ofTool: "c", TestCall()) == nil)
        // The cursor comes again and again; it is followed once.
        #expect(server.received("tools/list").count == 2)
        await service.close()
    }

    @Test(
        "codes cross between eras as the error tables say",
        arguments: [
            (-32601, nil, Revision.july2026, -32601, nil), (-32002, ["uri": "a:b"], .july2026, -32602, ["uri": "a:b"]),
            (-32002, ["uri": "a:b", "x": 1], .june2025, -32002, ["uri": "a:b", "x": 1]),
            (-32050, ["x": 1], .july2026, -32603, ["code": -32050, "data": ["x": 1]]), (-32050, nil, .june2025, -32050, nil),
            (7, ["x": 1], .july2026, 7, ["x": 1]), (-32602, ["x": 1], .march2025, -32602, ["x": 1]),
        ] as [(Int, JSON?, Revision, Int, JSON?)])
    func crossing(code: Int, data: JSON?, client: Revision, expected: Int, expectedData: JSON?) throws {
        var object: JSONObject = ["code": .integer(code), "message": "m", "unknown": 1.0]
        if let data { object["data"] = data }
        let error = try RPCError(RawObject(object))
        let operation = Operation(.readResource, target: "a:b")
        let crossed = UpstreamAnswer.error(error, of: operation, upstream: .november2025, client: TestCall(client).client)
        let wire = crossed.wire(for: client)
        #expect(wire.code == expected)
        #expect(wire.data == expectedData)
        var written: [UInt8] = []
        wire.write(to: &written)
        // An error that says the same keeps what nobody here knows.
        #expect(((try? JSON.parse(written))?["unknown"] != nil) == (code == expected))
    }

    @Test("an error without a message gets one on its way", arguments: [nil, 7] as [JSON?])
    func missingMessage(message: JSON?) throws {
        var object: JSONObject = ["code": 7, "unknown": 1]
        if let message { object["message"] = message }
        let error = try RPCError(RawObject(object))
        for revision in Revision.allCases {
            let crossed = UpstreamAnswer.error(
                error, of: Operation(.callTool), upstream: .november2025, client: TestCall(revision).client)
            var written: [UInt8] = []
            crossed.wire(for: revision).write(to: &written)
            #expect(try JSON.parse(written) == ["code": 7, "message": ""])
        }
    }

    @Test("a missing resource is one for clients of either era")
    func missingResource() throws {
        let error = try RPCError(["code": -32602, "message": "m", "data": ["uri": "a:b"]])
        let operation = Operation(.readResource, target: "a:b")
        let legacy = UpstreamAnswer.error(error, of: operation, upstream: .july2026, client: TestCall().client)
        #expect(legacy.wire(for: .june2025).code == -32002)
        let modern = UpstreamAnswer.error(error, of: operation, upstream: .july2026, client: TestCall(.july2026).client)
        #expect(modern.wire(for: .july2026).code == -32602)
    }
}

@Suite("URLs that must be visited first", .timeLimit(.minutes(1)))
struct URLElicitationTests {
    private func server(_ isVisited: Flag) -> FakeServer {
        .legacy([
            "tools/call": { _ in
                if isVisited.isSet { return .result(["content": [], "ran": true]) }
                return .error([
                    "code": -32042, "message": "Visit.",
                    "data": [
                        "elicitations": [["mode": "url", "url": "https://a.example/", "elicitationId": "e1", "message": "m"]]
                    ],
                ])
            }
        ])
    }

    @Test("a client of the same revision gets the error as it is")
    func verbatim() async throws {
        let isVisited = Flag()
        let service = UpstreamService.http(FakeHTTP(server(isVisited)).client())
        let thrown = await #expect(throws: MCPError.self) { try await service.perform(.call("x"), TestCall()) }
        #expect(thrown?.wire(for: .november2025).code == -32042)
        #expect(thrown?.wire(for: .november2025).data?["elicitations"]?[0]?["elicitationId"] == "e1")
        await service.close()
    }

    @Test("a modern client is asked, and the call is made again once it has agreed")
    func byValue() async throws {
        let isVisited = Flag()
        let upstream = FakeHTTP(server(isVisited), FakeHTTP.Options(hasOwnStream: true))
        let service = UpstreamService.http(upstream.client())
        let caller = TestCall(.july2026, capabilities: ["elicitation": ["url": [:]]])
        guard case .needs(let asks, let state) = try await service.perform(.call("x"), caller) else {
            Issue.record("no questions")
            return
        }
        #expect(asks.map(\.ask.params?.object) == [["mode": "url", "url": "https://a.example/", "message": "m"]])
        var again = MCPServer.Operation.call("x")
        again.resumption = Resumption(state: state, answers: ["url-1": .result(["action": "decline"])])
        await #expect(throws: MCPError.self) { try await service.perform(again, caller) }
        isVisited.set()
        upstream.own.last?.event([
            "jsonrpc": "2.0", "method": "notifications/elicitation/complete", "params": ["elicitationId": "e1"],
        ])
        again.resumption = Resumption(state: state, answers: ["url-1": .result(["action": "accept"])])
        #expect(try await service.perform(again, caller).result?["ran"] == true)
        await service.close()
    }
}
