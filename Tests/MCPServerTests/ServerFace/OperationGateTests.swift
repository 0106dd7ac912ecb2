import Synchronization
import Testing
import Wire

@testable import MCPServer

/// What a gateway puts before a service, in small: it counts tool calls, refuses from the third on and for tools that are not
/// allowed, takes tools that are not allowed out of lists, and remembers what it would charge.
private final class CountingGate: OperationGate {
    private let calls = Mutex(0)
    private let settled = Mutex<[String]>([])

    var charges: [String] { settled.withLock { $0 } }

    func perform(
        _ operation: Operation, _ context: any CallContext, on service: any MCPService
    ) async throws -> Outcome {
        switch operation.kind {
        case .callTool:
            guard operation.target != "region" else {
                throw MCPError.refused(.notPermitted, "This token may not use region")
            }
            // A call that goes on after questions was counted when it began.
            if !context.isContinued {
                let count = calls.withLock {
                    $0 += 1
                    return $0
                }
                guard count <= 2 else {
                    throw MCPError.refused(.rateLimited(retryAfter: .seconds(30)), "2 calls a minute are allowed")
                }
            }
            let outcome = try await service.perform(operation, context)
            if case .complete = outcome { settled.withLock { $0.append(context.chain) } }
            return outcome
        case .list(.tools):
            guard case .complete(var result, _) = try await service.perform(operation, context) else {
                throw MCPError.internalError()
            }
            let tools = result["tools"]?.arrayValue ?? []
            result["tools"] = .array(tools.filter { $0["name"] != "region" })
            // What depends on the token is no longer for everybody.
            return .complete(result, CacheHint(lifetime: .seconds(60), scope: .private))
        default:
            return try await service.perform(operation, context)
        }
    }
}

@Suite("a gate before a service")
struct OperationGateTests {
    private let echo: JSON = ["name": "echo", "arguments": ["text": "hi"]]

    @Test("lets calls through, settles each once, and refuses with a reason when they are too many")
    func rateLimit() async throws {
        let gate = CountingGate()
        let exchange = Exchange(echoServer())
        let session = try await exchange.open()
        #expect(await exchange.call("tools/call", echo, in: session, gate: gate).status == 200)
        let params = try #require(echo.objectValue)
        #expect(await exchange.modern("tools/call", params, gate: gate).status == 200)
        #expect(gate.charges.count == 2)
        let legacy = await exchange.call("tools/call", echo, in: session, gate: gate)
        // A status of 4xx would end the connection of a legacy client, with all its other calls.
        #expect(legacy.status == 200)
        let modern = await exchange.modern("tools/call", params, gate: gate)
        #expect(modern.status == 429)
        #expect(modern.header("retry-after") == "30")
        for refused in [legacy, modern] {
            #expect(refused.code == 429)
            #expect(refused.id == 7)
            #expect(refused.data == ["reason": "rate_limited", "retryAfterSeconds": 30])
        }
        #expect(gate.charges.count == 2)
    }

    @Test("refuses what is not permitted with 403, and takes it out of lists")
    func permission() async {
        let exchange = Exchange(echoServer())
        let refused = await exchange.modern("tools/call", ["name": "region"], gate: CountingGate())
        #expect(refused.status == 403)
        #expect(refused.code == 403)
        let list = await exchange.modern("tools/list", gate: CountingGate())
        #expect(list.result?["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["echo"])
        #expect(list.result?["cacheScope"] == "private")
        #expect(list.result?["ttlMs"] == 60_000)
    }

    @Test("within a batch a refusal is that call's alone")
    func batch() async throws {
        let gate = CountingGate()
        let exchange = Exchange(echoServer())
        let session = try await exchange.open(.march2025)
        let call: JSON = ["jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": echo]
        let answer = await exchange.post([call, call, call], ["Mcp-Session-Id": session], gate: gate)
        #expect(answer.status == 200)
        #expect(answer.json?.arrayValue?.map { $0["error"]?["code"] } == [nil, nil, 429])
        #expect(Set(gate.charges).count == 2)
    }

    @Test("is not asked about what the protocol refuses")
    func malformed() async throws {
        let gate = CountingGate()
        let exchange = Exchange(echoServer())
        let session = try await exchange.open()
        for _ in 0..<5 {
            #expect(await exchange.modern("tools/call", ["name": "echo"], headers: ["Mcp-Name": "x"], gate: gate).status == 400)
            #expect(await exchange.call("tools/call", ["name": 7], in: session, gate: gate).code == -32602)
        }
        #expect(await exchange.call("tools/call", echo, in: session, gate: gate).status == 200)
    }
}
