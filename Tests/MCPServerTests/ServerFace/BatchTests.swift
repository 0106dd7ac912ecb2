import Testing
import Wire

@testable import MCPServer

@Suite("batches")
struct BatchTests {
    private let batch: JSON = [
        ["jsonrpc": "2.0", "id": 1, "method": "ping"], ["jsonrpc": "2.0", "method": "notifications/cancelled"],
        ["jsonrpc": "2.0", "id": "b", "method": "tools/call", "params": ["name": "echo", "arguments": ["text": "hi"]]],
        ["jsonrpc": "2.0", "id": 3, "method": "nope"],
    ]

    @Test("each request of a batch is answered in one array", arguments: [Revision.november2024, .march2025])
    func answers(revision: Revision) async throws {
        let exchange = Exchange(echoServer())
        let session = try await exchange.open(revision)
        let answer = await exchange.post(batch, ["Mcp-Session-Id": session])
        #expect(answer.status == 200)
        let replies = try #require(answer.json?.arrayValue)
        #expect(replies.map { $0["id"] } == [1, "b", 3])
        #expect(replies[0]["result"] == [:])
        #expect(replies[1]["result"]?["content"]?[0]?["text"] == "hi")
        #expect(replies[2]["error"]?["code"] == -32601)
    }

    @Test("from 2025-06-18 on there are none, and nothing in one runs", arguments: [Revision.june2025, .november2025])
    func refused(revision: Revision) async throws {
        let service = ScriptedService()
        let exchange = Exchange(service)
        let session = try await exchange.open(revision)
        let answer = await exchange.post(batch, ["Mcp-Session-Id": session])
        #expect(answer.status == 400)
        #expect(answer.message.contains("batches"))
        #expect(service.operations.isEmpty)
        // An error without an id is a message from 2025-11-25 on only.
        #expect((answer.json != nil) == (revision == .november2025))
    }

    @Test("a batch of notifications alone is received")
    func notifications() async throws {
        let exchange = Exchange(echoServer())
        let session = try await exchange.open(.march2025)
        let answer = await exchange.post(
            [["jsonrpc": "2.0", "method": "notifications/cancelled"]], ["Mcp-Session-Id": session])
        #expect(answer.status == 202)
        #expect(answer.text.isEmpty)
    }

    @Test("a batch is bounded")
    func bound() async throws {
        let exchange = Exchange(echoServer())
        let session = try await exchange.open(.march2025)
        let ping: JSON = ["jsonrpc": "2.0", "id": 1, "method": "ping"]
        let full = await exchange.post(
            .array(Array(repeating: ping, count: Ladder.maximumBatch)), ["Mcp-Session-Id": session])
        #expect(full.status == 200)
        let tooLong = await exchange.post(
            .array(Array(repeating: ping, count: Ladder.maximumBatch + 1)), ["Mcp-Session-Id": session])
        #expect(tooLong.status == 400)
    }

    @Test("each call of a batch is a chain of its own")
    func chains() async throws {
        let service = ScriptedService { _, context in .complete(["content": [], "chain": .string(context.chain)]) }
        let exchange = Exchange(service)
        let session = try await exchange.open(.march2025)
        let call: JSON = ["jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": ["name": "x"]]
        let answer = await exchange.post([call, call], ["Mcp-Session-Id": session])
        let chains = answer.json?.arrayValue?.compactMap { $0["result"]?["chain"]?.stringValue } ?? []
        #expect(Set(chains).count == 2)
    }
}
