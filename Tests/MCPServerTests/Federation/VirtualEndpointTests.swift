import Testing
import Wire

@testable import MCPServer

@Suite("an endpoint made of several servers, from the client's side")
struct VirtualEndpointTests {
    @Test("a modern client lists, calls, answers a question with the sealed state, and the member that asked goes on")
    func modern() async throws {
        let docs = FakeMember(tools: ["ask"]) { operation, _ in
            guard operation.resumption?.state == Continuation("inner") else {
                return .needs([PendingAsk("name", .elicit(["message": "Who?"]))], Continuation("inner"))
            }
            return .complete(["content": [["type": "text", "text": "done"]]])
        }
        let federation = Federation([("docs", docs), ("db", FakeMember(tools: ["ask"]))])
        let key = try #require(SealingKey(id: 1, bytes: Array(repeating: 7, count: 32)))
        let tokens = try #require(SealedTokens(keys: [key], current: 1))
        let exchange = Exchange(federation.service, id: "mcp", seal: ContinuationSeal(tokens: tokens))
        let discovered = await exchange.modern("server/discover")
        #expect(discovered.result?["capabilities"]?["completions"] != nil)
        let list = await exchange.modern("tools/list")
        #expect(list.result?["tools"]?.arrayValue?.map { $0["name"] } == ["docs__ask", "db__ask"])
        let asked = await exchange.modern("tools/call", ["name": "docs__ask"], capabilities: ["elicitation": [:]])
        #expect(asked.result?["resultType"] == "input_required")
        #expect(asked.result?["inputRequests"]?["name"]?["params"]?["message"] == "[DOCS] Who?")
        let state = try #require(asked.result?["requestState"])
        let answer: JSON = ["name": ["action": "accept", "content": [:]]]
        let done = await exchange.modern(
            "tools/call", ["name": "docs__ask", "inputResponses": answer, "requestState": state],
            capabilities: ["elicitation": [:]])
        #expect(done.result?["content"]?[0]?["text"] == "done")
        let foreign = await exchange.modern(
            "tools/call", ["name": "db__ask", "inputResponses": answer, "requestState": state],
            capabilities: ["elicitation": [:]])
        #expect(foreign.code == -32602)
    }

    @Test("a legacy client pages through the whole, and a cursor of nobody's is -32602")
    func legacy() async throws {
        var federation = Federation([("docs", FakeMember(tools: ["a", "b"])), ("db", FakeMember(tools: ["a"]))])
        federation.limits.pageSize = 2
        let exchange = Exchange(federation.service, id: "mcp")
        let session = try await exchange.open()
        let first = await exchange.call("tools/list", in: session)
        let cursor = try #require(first.result?["nextCursor"])
        let second = await exchange.call("tools/list", ["cursor": cursor], in: session)
        #expect(second.result?["tools"]?.arrayValue?.map { $0["name"] } == ["db__a"])
        #expect(second.result?["nextCursor"] == nil)
        #expect(await exchange.call("tools/list", ["cursor": "2.x"], in: session).code == -32602)
        #expect(await exchange.call("tools/call", ["name": "a"], in: session).code == -32602)
    }
}
