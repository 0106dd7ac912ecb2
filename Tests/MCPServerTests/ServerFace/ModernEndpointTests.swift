import Testing
import Wire

@testable import MCPServer

@Suite("a modern client at an endpoint")
struct ModernEndpointTests {
    private let exchange = Exchange(echoServer())

    @Test("discovers versions, capabilities and identity")
    func discover() async {
        let answer = await exchange.modern("server/discover")
        #expect(answer.status == 200)
        #expect(
            answer.result == [
                "supportedVersions": ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"],
                "capabilities": ["tools": [:]], "instructions": "Say something.", "resultType": "complete",
                "ttlMs": 300_000, "cacheScope": "public",
                "_meta": ["io.modelcontextprotocol/serverInfo": ["name": "echo", "version": "1"]],
            ])
        #expect(answer.header("mcp-session-id") == nil)
    }

    @Test("lists and calls; every result has its type and who says it")
    func tools() async {
        let list = await exchange.modern("tools/list")
        #expect(list.result?["tools"]?.arrayValue?.count == 2)
        #expect(list.result?["ttlMs"] == 300_000)
        #expect(list.result?["cacheScope"] == "public")
        let call = await exchange.modern("tools/call", ["name": "echo", "arguments": ["text": "hi"]], id: "c")
        #expect(call.status == 200)
        #expect(
            call.json == [
                "jsonrpc": "2.0", "id": "c",
                "result": [
                    "content": [["type": "text", "text": "hi"]], "resultType": "complete",
                    "_meta": ["io.modelcontextprotocol/serverInfo": ["name": "echo", "version": "1"]],
                ],
            ])
    }

    @Test("needs no client identity")
    func withoutClientInfo() async {
        let answer = await exchange.modern("tools/list", meta: [ProtocolKey.clientInfo: ["name": "n", "version": "1"]])
        #expect(answer.status == 200)
    }

    @Test(
        "a bad _meta member is named",
        arguments: [
            ([ProtocolKey.protocolVersion: 7], "protocolVersion"),
            ([ProtocolKey.clientCapabilities: nil], "clientCapabilities"),
            ([ProtocolKey.clientCapabilities: 7], "clientCapabilities"), ([ProtocolKey.clientInfo: "me"], "clientInfo"),
            ([ProtocolKey.logLevel: "loud"], "logLevel"), (["progressToken": 1.5], "progressToken"),
        ] as [(JSONObject, String)])
    func badMeta(meta: JSONObject, member: String) async {
        let answer = await exchange.modern("tools/list", meta: meta)
        #expect(answer.status == 400)
        #expect(answer.code == -32602)
        #expect(answer.message.contains(member))
        #expect(answer.id == 7)
    }

    @Test(
        "headers and body say the same",
        arguments: [
            (["MCP-Protocol-Version": nil], 400, -32020), (["MCP-Protocol-Version": "2025-11-25"], 400, -32020),
            (["Mcp-Method": nil], 400, -32020), (["Mcp-Method": "tools/list"], 400, -32020),
            (["Mcp-Method": "TOOLS/CALL"], 400, -32020), (["Mcp-Name": nil], 400, -32020),
            (["Mcp-Name": "other"], 400, -32020), (["Mcp-Name": "Echo"], 400, -32020),
            (["Mcp-Name": "=?base64?ZWNobw?="], 400, -32020), (["Mcp-Name": "=?base64?ZWNobw==?="], 200, nil),
            (["Mcp-Name": "  echo\t"], 200, nil), (["Mcp-Name": nil, "mCP-nAME": "echo"], 200, nil),
        ] as [([String: String?], Int, Int?)])
    func headers(changes: [String: String?], status: Int, code: Int?) async {
        let answer = await exchange.modern(
            "tools/call", ["name": "echo", "arguments": ["text": "hi"]], headers: changes)
        #expect(answer.status == status)
        #expect(answer.code == code)
    }

    @Test("a name beyond ASCII travels in base64")
    func namesInBase64() async {
        let answer = await exchange.modern(
            "tools/call", ["name": "é"], headers: ["Mcp-Name": SentinelText.encoded("é")])
        #expect(answer.code == -32602, "found to agree, and then unknown")
        let decomposed = await exchange.modern(
            "tools/call", ["name": "é"], headers: ["Mcp-Name": SentinelText.encoded("e\u{301}")])
        #expect(decomposed.code == -32020, "agreement is byte for byte")
    }

    @Test(
        "a mismatch wins over an unsupported version, which wins over an unknown method",
        arguments: [("v9", "2026-07-28", -32020), ("v9", "v9", -32022), ("2025-11-25", "2025-11-25", -32022)])
    func versions(claimed: String, header: String, code: Int) async {
        let answer = await exchange.modern(
            "nope", headers: ["MCP-Protocol-Version": header], meta: [ProtocolKey.protocolVersion: .string(claimed)])
        #expect(answer.status == 400)
        #expect(answer.code == code)
        if code == -32022 { #expect(answer.data?["requested"] == .string(claimed)) }
    }

    @Test(
        "methods that the era or the server has not are 404",
        arguments: [
            "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "unknown/method",
            "prompts/list", "resources/read", "completion/complete", "tasks/get", "tasks/result",
        ])
    func unknownMethods(method: String) async {
        let answer = await exchange.modern(method, ["uri": "a:b", "taskId": "t"])
        #expect(answer.status == 404)
        #expect(answer.code == -32601)
    }

    @Test(
        "parameters of the wrong shape are the request's fault: 400; what the server does not know is an answer: 200",
        arguments: [
            ("tools/call", [:], 400, "params.name"), ("tools/call", ["name": 7], 400, "params.name"),
            ("tools/call", ["name": "echo", "arguments": 7], 400, "params.arguments"),
            ("tools/list", ["cursor": 7], 400, "params.cursor"), ("tools/list", ["cursor": "x"], 200, "cursor"),
            ("tools/call", ["name": "nope"], 200, "nope"),
        ] as [(String, JSONObject, Int, String)])
    func badParameters(method: String, params: JSONObject, status: Int, named: String) async {
        let answer = await exchange.modern(method, params)
        #expect(answer.status == status)
        #expect(answer.code == -32602)
        #expect(answer.message.contains(named))
    }

    @Test("bad arguments are a result that the model can read")
    func badArguments() async {
        let answer = await exchange.modern("tools/call", ["name": "echo"])
        #expect(answer.status == 200)
        #expect(answer.result?["isError"] == true)
        #expect(answer.result?["resultType"] == "complete")
        #expect(answer.result?["content"]?[0]?["text"]?.stringValue?.contains("arguments.text is missing") == true)
    }

    @Test(
        "headers that repeat arguments are compared with them",
        arguments: [
            (["region": "eu"], ["Mcp-Param-Region": "eu"], nil), (["region": "eu"], [:], -32020),
            (["region": "eu"], ["Mcp-Param-Region": "us"], -32020), ([:], ["Mcp-Param-Region": "eu"], -32020),
            (["region": "Hello"], ["Mcp-Param-Region": "=?base64?SGVsbG8=?="], nil),
            (["region": "Hello"], ["Mcp-Param-Region": "=?base64?SGVsbG8?="], -32020),
            (["region": "SGVsbG8="], ["Mcp-Param-Region": "SGVsbG8="], nil),
            (["region": "=?base64?SGVsbG8="], ["Mcp-Param-Region": "=?base64?SGVsbG8="], nil),
            ([:], [:], nil), (["size": 42], ["mcp-param-size": "42"], nil), (["size": 42], ["mcp-param-size": "42.0"], nil),
            (["size": 42], ["mcp-param-size": "43"], -32020),
            (["inner": ["flag": true]], ["Mcp-Param-Flag": "true"], nil),
            (["inner": ["flag": true]], [:], -32020),
        ] as [(JSONObject, [String: String?], Int?)])
    func parameterHeaders(arguments: JSONObject, headers: [String: String?], code: Int?) async {
        let answer = await exchange.modern(
            "tools/call", ["name": "region", "arguments": .object(arguments)], headers: headers)
        #expect(answer.code == code, "\(answer.text)")
        #expect(answer.status == (code == nil ? 200 : 400))
    }

    @Test("a capability that the client lacks is named")
    func missingCapability() async {
        let service = ScriptedService { _, context in
            _ = try await context.ask([PendingAsk("q", .sample(RawObject()))])
            return .complete(RawObject())
        }
        let answer = await Exchange(service).modern("tools/call", ["name": "x"])
        #expect(answer.status == 400)
        #expect(answer.code == -32021)
        #expect(answer.data == ["requiredCapabilities": ["sampling": [:]]])
    }

    @Test("an extension's method is served where the service declares it")
    func extensionMethods() async {
        let service = ScriptedService(extensionMethods: ["com.example/do"]) { operation, _ in
            .complete(["kind": .string("\(operation.kind)")])
        }
        let answer = await Exchange(service).modern("com.example/do", ["a": 1])
        #expect(answer.status == 200)
        #expect(service.operations.first?.params.object == ["a": 1])
    }

    @Test("a task is handed on only to clients that declare them")
    func tasks() async {
        let service = ScriptedService { _, _ in .task(TaskReference(["taskId": "t", "status": "working"])) }
        let exchange = Exchange(service)
        let declared: JSON = ["extensions": ["io.modelcontextprotocol/tasks": [:]]]
        let task = await exchange.modern("tools/call", ["name": "x"], capabilities: declared)
        #expect(task.result?["resultType"] == "task")
        #expect(task.result?["taskId"] == "t")
        #expect(await exchange.modern("tools/call", ["name": "x"]).code == -32021)
    }
}
