import Testing
import Wire

@testable import MCPServer

private let visits: JSONObject = ["elicitation": ["url": [:]]]
private let roots: JSONObject = ["roots": ["listChanged": true]]

private func complete(_ id: JSON) -> JSON {
    ["jsonrpc": "2.0", "method": "notifications/elicitation/complete", "params": ["elicitationId": id]]
}

@Suite("a legacy upstream that says when a visit is over", .timeLimit(.minutes(1)))
struct UpstreamElicitationTests {
    @Test("the client that was asked is told, also after the call, and once")
    func asked() async throws {
        let server = FakeServer.legacy([
            "tools/call": { port in
                guard port.params["name"] == "ask" else { return .result(["content": []]) }
                let params: JSON = ["mode": "url", "url": "https://a.example/", "elicitationId": "e1", "message": "m"]
                _ = await port.ask("elicitation/create", params, id: "q1")
                return .result(["content": []])
            }
        ])
        let upstream = FakeHTTP(server, FakeHTTP.Options(streams: true, hasOwnStream: true))
        let service = UpstreamService.http(upstream.client())
        let caller = TestCall(capabilities: visits) { _ in .result(["action": "accept"]) }
        let other = TestCall(affinity: "other", capabilities: visits)
        _ = try await service.perform(.call("x"), other)
        _ = try await service.perform(.call("ask"), caller)
        for stream in upstream.own { for id: JSON in ["unknown", 7, "e1", "e1"] { stream.event(complete(id)) } }
        try await eventually { caller.ended == ["e1"] }
        #expect(other.ended.isEmpty)
        await service.close()
    }

    @Test("so is one that got the error that names the page")
    func error() async throws {
        let elicitations: JSON = [["mode": "url", "url": "https://a.example/", "elicitationId": "e1", "message": "m"]]
        let server = FakeServer.legacy([
            "tools/call": { _ in .error(["code": -32042, "message": "Visit.", "data": ["elicitations": elicitations]]) }
        ])
        let upstream = FakeHTTP(server, FakeHTTP.Options(hasOwnStream: true))
        let service = UpstreamService.http(upstream.client())
        let caller = TestCall(capabilities: visits)
        await #expect(throws: MCPError.self) { try await service.perform(.call("x"), caller) }
        let stream = try #require(upstream.own.last)
        stream.event(complete("e1"))
        try await eventually { caller.ended == ["e1"] }
        // A visit that was over before the error came is told at once.
        await #expect(throws: MCPError.self) { try await service.perform(.call("x"), caller) }
        #expect(caller.ended == ["e1", "e1"])
        await service.close()
    }
}

@Suite("a client whose roots change, and its upstreams", .timeLimit(.minutes(1)))
struct UpstreamRootsTests {
    private static let news = "notifications/roots/list_changed"

    @Test("the session of this client is told, which declared that it would be, and asks outside of calls")
    func told() async throws {
        let upstream = FakeHTTP(.legacy(), FakeHTTP.Options(hasOwnStream: true))
        let service = UpstreamService.http(upstream.client())
        let caller = TestCall(capabilities: roots) { _ in .result(["roots": [["uri": "file:///new"]]]) }
        // Without a session there is nobody who could know old ones.
        await service.rootsChanged(caller)
        #expect(upstream.server.received.isEmpty)
        _ = try await service.perform(.call("x"), caller)
        #expect(upstream.server.received("initialize").map { $0["params"]?["capabilities"] } == [.object(roots)])
        await service.rootsChanged(caller)
        #expect(upstream.server.received(Self.news) == [["jsonrpc": "2.0", "method": .string(Self.news)]])
        let own = try #require(upstream.own.last)
        own.event(["jsonrpc": "2.0", "id": "r1", "method": "roots/list"])
        try await eventually { upstream.server.received.contains { $0["id"] == "r1" && $0["result"] != nil } }
        #expect(caller.asks.count == 1)
        await service.close()
    }

    @Test("sessions of others are not: another client session's, and one that several share as the upstream keeps nothing")
    func others() async throws {
        let upstream = FakeHTTP(.legacy())
        let service = UpstreamService.http(upstream.client())
        _ = try await service.perform(.call("x"), TestCall(affinity: "one", capabilities: roots))
        await service.rootsChanged(TestCall(affinity: "two", capabilities: roots))
        #expect(upstream.server.received(Self.news).isEmpty)
        await service.close()

        let stateless = FakeHTTP(.legacy())
        let shared = UpstreamService.http(stateless.client(), isStateless: true)
        let caller = TestCall(capabilities: roots)
        _ = try await shared.perform(.call("x"), caller)
        await shared.rootsChanged(caller)
        #expect(stateless.server.received("initialize").map { $0["params"]?["capabilities"] } == [["roots": [:]]])
        #expect(stateless.server.received(Self.news).isEmpty)
        await shared.close()
    }

    @Test("an upstream of 2026-07-28 is told neither that they may change nor that they have")
    func modern() async throws {
        let upstream = FakeHTTP(.modern(), FakeHTTP.Options(isModern: true))
        let service = UpstreamService.http(upstream.client())
        let caller = TestCall(capabilities: roots)
        _ = try await service.perform(.call("x"), caller)
        await service.rootsChanged(caller)
        let meta = upstream.server.received("tools/call").map { $0["params"]?["_meta"]?[ProtocolKey.clientCapabilities] }
        #expect(meta == [["roots": [:]]])
        #expect(upstream.server.received(Self.news).isEmpty)
        await service.close()
    }
}
