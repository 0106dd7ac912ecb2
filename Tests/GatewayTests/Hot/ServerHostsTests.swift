import Directory
import NIOHTTP1
import Testing

@testable import Gateway

@Suite("Host names that MCP servers have of their own")
struct ServerHostsTests {
    private static func name(_ host: String) -> String {
        let hosts = ServerHosts(
            offered: "mcp.example.com:8443", own: "own.mcp.example.com", gateway: ["Gateway.mcp.example.com:443"])
        return switch hosts?.server(ofHost: host) {
        case .offered(let id): "offered \(id)"
        case .own(let id): "own \(id)"
        case .all, .trial: "other"
        case nil: "none"
        }
    }

    @Test(
        "one label that can be an id, before the host, whatever its case and port",
        arguments: [
            ("time.mcp.example.com", "offered time"), ("time.mcp.example.com:8443", "offered time"),
            ("time.mcp.example.com:", "offered time"), ("TIME.MCP.Example.Com", "offered TIME"),
            ("a_b-1.mcp.example.com:1", "offered a_b-1"), ("wiki.own.mcp.example.com", "own wiki"),
            ("own.mcp.example.com", "offered own"), ("gateway.mcp.example.com", "none"), ("GATEWAY.mcp.example.com:99", "none"),
            ("mcp.example.com", "none"), (".mcp.example.com", "none"), ("a.b.mcp.example.com", "none"),
            ("time.mcp.example.com.", "none"), ("timemcp.example.com", "none"), ("time.mcp.example.com.evil.example", "none"),
            ("time.mcp.example.com:80x", "none"), ("time.mcp.example.com:99999", "none"), ("time.mcp.example.com:1:2", "none"),
            ("time.mcp.example.com:+1", "none"), ("t ime.mcp.example.com", "none"), ("t%69me.mcp.example.com", "none"),
            ("\u{212a}.mcp.example.com", "none"), ("", "none"), (":", "none"), ("[::1]:80", "none"),
            (String(repeating: "a", count: 65) + ".mcp.example.com", "none"),
        ])
    func names(host: String, expected: String) { #expect(Self.name(host) == expected) }

    @Test("where none is configured no host names a server")
    func none() { #expect(ServerHosts(offered: nil, own: nil, gateway: ["a.example"]) == nil) }

    private static func fixture() async throws -> HotFixture {
        try await HotFixture.make { policy in
            policy.serverHosts = ServerHosts(offered: "mcp.example.com", own: "own.example.com")
            policy.allowedHosts = ["localhost"]
        } directory: { contents in
            contents.publicServers.append(PublicServer(id: "Clock", kind: .docs, createdAt: 1))
            contents.groupServers = [GroupServer(id: "Wiki", groupID: "acme", kind: .openAPI, createdAt: 1)]
        }
    }

    @Test(
        "the host's server is at /mcp, /sse and /message; every other path is what it always is",
        arguments: [
            // A body of no type is looked at by the server's endpoint only.
            (.POST, "time.mcp.example.com", "/mcp", 415), (.POST, "TIME.mcp.example.com:80", "/mcp", 415),
            (.GET, "time.mcp.example.com", "/mcp", 405), (.POST, "time.mcp.example.com", "/sse", 405),
            (.GET, "time.mcp.example.com", "/message", 405), (.POST, "time.mcp.example.com", "/message?sessionId=x", 404),
            (.POST, "off.mcp.example.com", "/mcp", 404), (.POST, "none.mcp.example.com", "/mcp", 404),
            // A card answers no calls, however it is spelt; a group's server that is not configured says so.
            (.POST, "clock.mcp.example.com", "/mcp", 404), (.POST, "wiki.own.example.com", "/mcp", 503),
            (.POST, "time.own.example.com", "/mcp", 404), (.POST, "none.mcp.example.com", "/mcp/public/time", 415),
            (.GET, "none.mcp.example.com", "/v1/models", 200), (.POST, "elsewhere.example.com", "/mcp", 415),
        ] as [(HTTPMethod, String, String, UInt)])
    func routes(method: HTTPMethod, host: String, path: String, status: UInt) async throws {
        let told = try #require(try await Self.fixture().send(method, path, host: host))
        #expect(told.status.code == status, "\(told.text)")
    }

    @Test("paths that only a server's host has are Hummingbird's elsewhere", arguments: ["/sse", "/message"])
    func elsewhere(path: String) async throws {
        #expect(try await Self.fixture().send(.GET, path) == nil)
        #expect(try await Self.fixture().send(.GET, path + "/x", host: "time.mcp.example.com") == nil)
    }

    @Test("messages are posted to the same host")
    func messages() throws {
        let target = RequestPath("/sse?key=sk-a")
        let path = try #require(ToolPath(target, onHostOf: .offered(id: "time")))
        #expect(path.place == .eventStream && path.messages(query: target.query) == "/message?key=sk-a")
    }

    @Test("a key is needed as on every path, and a name that is allowed need not be listed")
    func access() async throws {
        let hot = try await Self.fixture()
        #expect(try await hot.send(.POST, "/mcp", key: nil, host: "time.mcp.example.com")?.status == .unauthorized)
        #expect(try await hot.refusal(host: "time.mcp.example.com:80") == nil)
        #expect(try await hot.refusal(host: "mcp.example.com") == .misdirectedRequest)
        #expect(try await hot.refusal(host: "a.b.mcp.example.com") == .misdirectedRequest)
    }
}
