import Directory
import Ledger
import NIOHTTP1
import Testing
import Wire

@testable import Gateway

@Suite("Servers as the operator tries them")
struct TrialTests {
    private static func fixture() async throws -> HotFixture {
        try await HotFixture.make { policy in
            policy.adminKey = "admin"
            policy.adminOrigins = ["https://panel.example"]
            policy.toolOrigins = ["https://app.example"]
        } directory: { contents in
            let hash = try? HotFixture.keyHash()
            // Another key of the operator's, which opens what tokens open.
            contents.internalKeyHashes += [hash?.hash("program")].compactMap { $0 }
            var wiki = PublicServer(id: "wiki", kind: .proxyStreamable, createdAt: 1)
            wiki.status = .disabled
            wiki.proxyConfig = [
                "url": "https://wiki.example/mcp", "reusing": ["X-Team": ["name": "Team", "required": true, "type": "header"]],
            ]
            contents.publicServers.append(wiki)
        }
    }

    private static func call(_ hot: HotFixture, _ path: String, arguments: JSON = [:]) async throws -> Told? {
        let body: JSON = [
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": [
                "name": "get_current_time", "arguments": arguments,
                "_meta": [
                    "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": [:],
                ],
            ],
        ]
        return try await hot.send(
            .POST, path, key: "admin",
            [
                "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "get_current_time",
            ], body: body.serialized())
    }

    @Test("only the admin key opens them, in a header or in the query", arguments: [nil, "good", "sk-good", "program", "wrong"])
    func key(key: String?) async throws {
        let hot = try await Self.fixture()
        for path in ["/api/test-embedmcp/time", "/api/test-embedmcp/nonsense/x", "/api/test-publicmcp/acme/time/sse"] {
            #expect(try await hot.send(.POST, path, key: key)?.status == .unauthorized)
            #expect(try await hot.send(.POST, "\(path)?key=\(key ?? "")", key: nil)?.status == .unauthorized)
        }
        #expect(try await hot.send(.POST, "/api/test-embedmcp/time?key=sk-admin", key: nil)?.status == .unsupportedMediaType)
    }

    @Test("without an admin key nobody gets in")
    func noAdminKey() async throws {
        let hot = try await HotFixture.make()
        #expect(try await hot.send(.POST, "/api/test-embedmcp/time", key: "admin")?.status == .unauthorized)
    }

    @Test("a server that is built in answers with the values in the query, and is recorded as the operator's call")
    func values() async throws {
        let hot = try await Self.fixture()
        let path = "/api/test-embedmcp/time?config%5Blocal_timezone%5D=Asia/Tokyo"
        let told = try #require(try await Self.call(hot, path, arguments: ["timezone": "Asia/Tokyo"]))
        #expect(told.status == .ok && told.text.contains("Asia/Tokyo"), "\(told.text)")
        let record = try #require(hot.journal.all.last)
        #expect(record.groupID == Group.internalID && record.model == "mcp/time/get_current_time" && record.amount.used == .zero)
        #expect(record.endpoint == "/api/test-embedmcp/time")
    }

    @Test(
        "what can't be tried says why",
        arguments: [
            ("/api/test-embedmcp/nonsense", 404, "nonsense"),
            ("/api/test-embedmcp/time?config[local_timezone]=Moon", 400, "local_timezone"),
            ("/api/test-embedmcp/time?config[other]=1", 400, "other"), ("/api/test-embedmcp/time?config[x]=%zz", 400, "percent"),
            ("/api/test-publicmcp/nobody/time", 404, "group"), ("/api/test-publicmcp/acme/nonsense", 404, "public MCP server"),
            ("/api/test-publicmcp/acme/wiki", 403, "X-Team"), ("/api/test-publicmcp/acme", 404, "path"),
        ])
    func refusals(path: String, status: UInt, word: String) async throws {
        let told = try #require(try await Self.call(Self.fixture(), path))
        #expect(told.status.code == status && told.text.contains(word), "\(told.status) \(told.text)")
    }

    @Test("a public server answers with what the group saved, also before it is enabled")
    func group() async throws {
        let hot = try await Self.fixture()
        let told = try #require(try await Self.call(hot, "/api/test-publicmcp/acme/off", arguments: ["timezone": "UTC"]))
        // `off` is of no kind that the catalogue knows by that id; that it is disabled is no reason.
        #expect(told.status == .serviceUnavailable && told.text.contains("not configured"))
        let time = try #require(try await Self.call(hot, "/api/test-publicmcp/acme/time", arguments: ["timezone": "UTC"]))
        #expect(time.status == .ok && time.text.contains("UTC"))
    }

    @Test("a browser's page may be the admin API's, not one that may only call tools")
    func origins() async throws {
        let hot = try await Self.fixture()
        let path = "/api/test-embedmcp/time"
        for (origin, isAllowed) in [("https://panel.example", true), ("https://app.example", false)] {
            let told = try #require(try await hot.send(.POST, path, key: "admin", ["Origin": origin]))
            #expect((told.status == .forbidden) != isAllowed)
        }
    }
}
