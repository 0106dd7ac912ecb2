import Directory
import HTTPTypes
import Ledger
import Storage
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: public MCP servers")
struct ServerAPITests {
    private static let proxy: JSON = [
        "id": "github", "type": "mcp_proxy_streamable", "name": "GitHub", "tags": ["code"],
        "price": ["default_tools_call_price": 0.01, "tools_call_prices": ["search": 0.5]],
        "proxy_config": [
            "url": "https://mcp.example.com", "headers": ["Authorization": "Bearer secret-value-of-some-length"], "querys": [:],
            "reusing": ["k": ["name": "K", "required": true]],
        ],
    ]

    @Test("a server's life; secrets are masked, and stay when their masks come back", arguments: AdminEngine.available)
    func server(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            let created = try await admin.data(.post, "/api/mcp/public/", Self.proxy)
            #expect(created["proxy_config"]?["headers"] == ["Authorization": "Bear********ngth"])
            #expect(created["proxy_config"]?["url"] == "https://mcp.example.com")
            #expect(created["openapi_config"] == nil)
            #expect(
                created["endpoints"] == [
                    "host": "localhost", "sse": "/mcp/public/github/sse", "streamable_http": "/mcp/public/github",
                ])
            #expect(created["price"]?["tools_call_prices"]?["search"]?.doubleValue == 0.5)
            #expect(try await admin.failure(.post, "/api/mcp/public/github", Self.proxy).hasPrefix("409 "))

            var changed = created
            changed["name"] = "Renamed"
            #expect(try await admin.data(.put, "/api/mcp/public/github", changed)["name"] == "Renamed")
            let stored = try #require(admin.directory.current.publicServer(id: "github"))
            #expect(stored.proxyConfig["headers"]?["Authorization"] == "Bearer secret-value-of-some-length")
            #expect(stored.price(ofTool: "search").nanos == 500_000_000)

            try await admin.data(.post, "/api/mcp/public/github/status", ["status": 2])
            #expect(try await admin.data(.get, "/api/mcp/public/github")["status"] == 2)
            try await admin.data(.delete, "/api/mcp/public/github")
            #expect(admin.directory.current.publicServer(id: "github") == nil)
            #expect(try await admin.failure(.get, "/api/mcp/public/github").hasPrefix("404 "))
            #expect(try await admin.failure(.put, "/api/mcp/public/github", changed).hasPrefix("404 "))
            #expect(try await admin.failure(.post, "/api/mcp/public/github/status", ["status": 1]).hasPrefix("404 "))
        }
    }

    @Test("several are saved and listed", arguments: AdminEngine.available)
    func lists(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            try await admin.data(
                .post, "/api/mcp/publics/",
                [Self.proxy, ["id": "time", "type": "mcp_embed"], ["id": "doc", "type": "mcp_docs", "status": 2]])
            // Sent again with its masks, the secret stays.
            try await admin.data(.post, "/api/mcp/publics/", [try await admin.data(.get, "/api/mcp/public/github")])
            #expect(
                admin.directory.current.publicServer(id: "github")?.proxyConfig["headers"]?["Authorization"]
                    == "Bearer secret-value-of-some-length")
            #expect(try await admin.data(.get, "/api/mcp/publics/?keyword=git").arrayValue?.map { $0["id"] } == ["github"])
            #expect(try await admin.data(.get, "/api/mcp/publics/?type=mcp_embed&id=time").arrayValue?.count == 1)
            #expect(try await admin.data(.get, "/api/mcp/publics/all?status=2").arrayValue?.map { $0["id"] } == ["doc"])
            let document = try await admin.data(.get, "/api/mcp/public/doc")
            #expect(document["endpoints"] == ["host": "", "sse": "", "streamable_http": ""])
        }
    }

    @Test("where servers have host names of their own, endpoints name those")
    func hosts() async throws {
        try await withAdmin(setting: \.network.publicMCPHost, to: "mcp.example.com") { admin async throws in
            let created = try await admin.data(.post, "/api/mcp/public/time", ["type": "mcp_embed"])
            #expect(created["endpoints"] == ["host": "time.mcp.example.com", "sse": "/sse", "streamable_http": "/mcp"])
        }
    }

    @Test(
        "what can't be a server is 400 with the member",
        arguments: [
            ([:], "400 id: expected a text"),
            (["id": "x"], "400 type: expected mcp_embed, mcp_proxy_sse, mcp_proxy_streamable, mcp_openapi, mcp_docs"),
            (
                ["id": "x", "type": "mcp_embed", "price": ["default_tools_call_price": "1"]],
                "400 price.default_tools_call_price: expected an amount of zero or more, at most 9223372036"
            ),
        ] as [(JSON, String)])
    func wrongServers(body: JSON, message: String) async throws {
        try await withAdmin { admin async throws in
            #expect(try await admin.failure(.post, "/api/mcp/public/", body) == message)
            #expect(try await admin.failure(.post, "/api/mcp/public/", ["id": "a b", "type": "mcp_embed"]).hasPrefix("400 id "))
        }
    }
}
