import Directory
import Logging
import MCPServer
import NIOHTTP1
import NIOPosix
import Outbound
import Testing
import Wire

@testable import Gateway

@Suite("Services behind MCP servers are made once")
struct ToolHostTests {
    private func snapshot(
        _ servers: [PublicServer], own: [GroupServer] = [], saved: [ServerParameters] = []
    ) throws -> (Snapshot, Caller) {
        let hash = try HotFixture.keyHash()
        var contents = try HotFixture.contents(hash)
        contents.publicServers = servers
        contents.groupServers = own
        contents.serverParameters = saved
        let snapshot = Snapshot(contents)
        return (snapshot, try snapshot.caller(forKeyHash: hash.hash("good")))
    }

    private func time(updatedAt: Int64, _ initial: JSON? = nil) -> PublicServer {
        var server = PublicServer(id: "time", kind: .embedded, createdAt: 1)
        if let initial { server.embedConfig = ["init": initial] }
        server.updatedAt = updatedAt
        return server
    }

    @Test("the same configuration has the same service; a changed one is made anew")
    func cache() throws {
        let host = ToolHost(ToolHost.Parts())
        let (first, caller) = try self.snapshot([self.time(updatedAt: 1)])
        let server = UsableServer.offered(try first.publicServer(id: "time", for: caller))
        #expect(try host.hosted(server, for: caller, in: first).endpointID == "public/time")
        // Not looked at: nothing says that it has changed.
        let (silent, _) = try self.snapshot([self.time(updatedAt: 1, ["nonsense": "x"])])
        _ = try host.hosted(.offered(try silent.publicServer(id: "time", for: caller)), for: caller, in: silent)
        let (broken, _) = try self.snapshot([self.time(updatedAt: 2, ["nonsense": "x"])])
        #expect(throws: ToolHost.Unavailable.self) {
            try host.hosted(.offered(try broken.publicServer(id: "time", for: caller)), for: caller, in: broken)
        }
        #expect(host.all.count == 1)
    }

    @Test(
        "what can't be served says why",
        arguments: [("time", PublicServer.Kind.proxySSE, 503), ("time", .openAPI, 503), ("nonsense", .embedded, 503)]
            as [(String, PublicServer.Kind, UInt)])
    func unavailable(id: String, kind: PublicServer.Kind, status: UInt) throws {
        let host = ToolHost(ToolHost.Parts())
        let (snapshot, caller) = try self.snapshot([])
        let error = #expect(throws: ToolHost.Unavailable.self) {
            try host.hosted(.offered(PublicServer(id: id, kind: kind, createdAt: 1)), for: caller, in: snapshot)
        }
        #expect(error?.status.code == status)
    }

    @Test("values that a group saved make a service of its own, and one that is kept no longer is closed")
    func parameters() async throws {
        var parts = ToolHost.Parts()
        let logger = Logger(label: "test")
        let children = ChildSupervisor(on: MultiThreadedEventLoopGroup.singleton, logger: logger)
        parts.upstreams = UpstreamFactory(operatorClient: NoWeb(), tenantClient: NoWeb(), children: children)
        let host = ToolHost(parts)
        var server = PublicServer(id: "wiki", kind: .proxyStreamable, createdAt: 1)
        server.proxyConfig = [
            "url": "https://wiki.example/mcp",
            "reusing": ["X-Team": ["name": "Team", "required": false, "type": "header"]],
        ]
        let (without, caller) = try self.snapshot([server])
        let shared = try host.hosted(.offered(server), for: caller, in: without)
        var saved = ServerParameters(serverID: "wiki", groupID: caller.group.id, values: ["X-Team": "blue"], createdAt: 5)
        let (with, _) = try self.snapshot([server], saved: [saved])
        let own = try host.hosted(.offered(server), for: caller, in: with)
        #expect(shared.upstream !== own.upstream)
        #expect(own.target?.headers.map(\.value) == ["blue"])
        #expect(host.upstreams().map(\.groupID).contains(caller.group.id))
        saved.updatedAt = 6
        let (changed, _) = try self.snapshot([server], saved: [saved])
        let next = try host.hosted(.offered(server), for: caller, in: changed)
        #expect(next.upstream !== own.upstream)
        #expect(host.all.count == 2)
        await host.shutDown()
        #expect(host.all.isEmpty)
    }
}

@Suite("Which server a path names")
struct ToolPathTests {
    @Test(
        "server and place",
        arguments: [
            ("/mcp", "all endpoint"), ("/mcp/sse", "all eventStream"), ("/mcp/message", "all messages"),
            ("/mcp/public/time", "offered time endpoint"), ("/mcp/public/time/sse", "offered time eventStream"),
            ("/mcp/group/mine/message", "own mine messages"), ("/mcp/group/mine", "own mine endpoint"),
            ("/api/test-embedmcp/time", "trial of time endpoint"), ("/api/test-embedmcp/time/sse", "trial of time eventStream"),
            ("/api/test-publicmcp/a%20b/wiki/message", "trial of wiki for a b messages"),
        ])
    func served(path: String, expected: String) throws {
        let found = try #require(ToolPath(RequestPath(path)))
        let server =
            switch found.server {
            case .all: "all"
            case .offered(let id): "offered \(id)"
            case .own(let id): "own \(id)"
            case .trial(.embedded(let id)): "trial of \(id)"
            case .trial(.offered(let id, let group)): "trial of \(id) for \(group)"
            }
        #expect("\(server) \(found.place)" == expected)
    }

    @Test(
        "nothing is served there",
        arguments: [
            "/mcp/", "/mcp/public", "/mcp/public/a/b", "/mcp/public/a/sse/x", "/mcp/other/a", "/mcpx", "/mcp/group//sse/",
            "/mcp/public/sse",
            "/api/test-embedmcp", "/api/test-embedmcp/sse", "/api/test-publicmcp/g", "/api/test-publicmcp/%zz/wiki",
            "/api/other/a",
            "/api/mcp/public/a",
        ])
    func unknown(path: String) { #expect(ToolPath(RequestPath(path)) == nil) }

    @Test(
        "where messages are posted: the client's own key goes with it, and what a server is tried with",
        arguments: [
            ("/mcp/public/time/sse", "/mcp/public/time/message"), ("/mcp/sse?x=1&key=sk-a&key=b", "/mcp/message?key=sk-a"),
            ("/mcp/group/mine/sse?keys=1", "/mcp/group/mine/message"),
            (
                "/api/test-embedmcp/time/sse?config[a]=1&sessionId=x&key=k&reusing%5Bb%5D=2",
                "/api/test-embedmcp/time/message?config[a]=1&key=k&reusing%5Bb%5D=2"
            ),
        ])
    func messages(target: String, messages: String) throws {
        let target = RequestPath(target)
        #expect(try #require(ToolPath(target)).messages(query: target.query) == messages)
    }
}
