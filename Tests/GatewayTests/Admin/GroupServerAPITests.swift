import Directory
import HTTPTypes
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: MCP servers of groups")
struct GroupServerAPITests {
    private static let proxy: JSON = [
        "id": "wiki", "type": "mcp_proxy_streamable", "name": "Wiki",
        "proxy_config": [
            "url": "https://wiki.example.com/mcp", "headers": ["Authorization": "Bearer secret-value-of-some-length"],
            "querys": ["key": "another-secret-of-some-length"],
        ],
    ]

    @Test("a server's life; secrets are masked, and stay when their masks come back", arguments: AdminEngine.available)
    func server(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            let created = try await admin.data(.post, "/api/mcp/group/g1", Self.proxy)
            #expect(created["group_id"] == "g1" && created["status"] == 1 && created["type"] == "mcp_proxy_streamable")
            #expect(
                created["proxy_config"] == [
                    "url": "https://wiki.example.com/mcp", "headers": ["Authorization": "Bear********ngth"],
                    "querys": ["key": "anot********ngth"],
                ])
            #expect(created["openapi_config"] == nil)
            #expect(
                created["endpoints"] == [
                    "host": "localhost", "sse": "/mcp/group/wiki/sse", "streamable_http": "/mcp/group/wiki",
                ])
            #expect(try await admin.failure(.post, "/api/mcp/group/g1", Self.proxy).hasPrefix("409 "))
            #expect(try await admin.failure(.post, "/api/mcp/group/none", Self.proxy) == "404 there is no group none")

            var changed = created
            changed["name"] = "Renamed"
            changed["proxy_config"]?["querys"]?["key"] = "new"
            #expect(try await admin.data(.put, "/api/mcp/group/g1/wiki", changed)["name"] == "Renamed")
            let stored = try #require(admin.directory.current.groupServer(id: "wiki", group: "g1"))
            #expect(stored.proxyConfig["headers"]?["Authorization"] == "Bearer secret-value-of-some-length")
            #expect(stored.proxyConfig["querys"]?["key"] == "new")

            try await admin.data(.post, "/api/mcp/group/g1/wiki/status", ["status": 2])
            #expect(try await admin.data(.get, "/api/mcp/group/g1/wiki")["status"] == 2)
            #expect(admin.directory.current.groupServer(id: "wiki", group: "g1")?.status == .disabled)
            try await admin.data(.delete, "/api/mcp/group/g1/wiki")
            #expect(admin.directory.current.groupServer(id: "wiki", group: "g1") == nil)
            for (method, path) in [
                (.get, ""), (.put, ""), (.delete, ""), (.post, "/status"),
            ] as [(HTTPRequest.Method, String)] {
                #expect(
                    try await admin.failure(method, "/api/mcp/group/g1/wiki" + path, ["status": 1])
                        == "404 there is no MCP server wiki")
            }
        }
    }

    @Test("each group's are listed for itself, and all together", arguments: AdminEngine.available)
    func lists(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            for group in ["g1", "g2"] {
                try await admin.data(.post, "/api/group/\(group)")
                try await admin.data(.post, "/api/mcp/group/\(group)", Self.proxy)
            }
            try await admin.data(
                .post, "/api/mcp/group/g1",
                ["id": "api", "type": "openapi", "status": 2, "openapi_config": ["openapi_spec": "https://h/doc.json"]])
            func ids(_ uri: String) async throws -> [JSON?]? {
                try await admin.data(.get, "/api/mcp/group/" + uri).arrayValue?.map { $0["id"] }
            }
            #expect(try await ids("g1") == ["api", "wiki"])
            #expect(try await ids("g2") == ["wiki"])
            #expect(try await ids("none") == [])
            #expect(try await ids("g1?type=mcp_openapi") == ["api"])
            #expect(try await ids("g1?type=proxy_streamable") == ["wiki"])
            #expect(try await ids("g1?type=unknown") == [])
            #expect(try await ids("g1?keyword=WIK&status=1&id=wiki") == ["wiki"])
            #expect(try await ids("g1?per_page=1&page=2") == ["wiki"])
            #expect(try await ids("all?status=2") == ["api"])
            #expect(
                try await admin.data(.get, "/api/mcp/group/all").arrayValue?.map { $0["group_id"] } == ["g1", "g1", "g2"])
        }
    }

    @Test("where groups' servers have host names of their own, endpoints name those")
    func hosts() async throws {
        try await withAdmin(setting: \.network.groupMCPHost, to: "own.example.com") { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            let created = try await admin.data(.post, "/api/mcp/group/g1", Self.proxy)
            #expect(created["endpoints"] == ["host": "wiki.own.example.com", "sse": "/sse", "streamable_http": "/mcp"])
        }
    }

    @Test(
        "what can't be a server is 400 with the member, and stores nothing",
        arguments: [
            ([:], "id"), (["id": "x"], "type"), (["id": "x", "type": "mcp_embed"], "type"),
            (["id": "x", "type": "proxy_sse"], "proxy_config.url"),
            (["id": "x", "type": "proxy_sse", "proxy_config": ["url": "h"]], "proxy_config.url"),
            (["id": "x", "type": "proxy_sse", "proxy_config": "u"], "proxy_config"),
            (
                ["id": "x", "type": "proxy_sse", "proxy_config": ["url": "https://h", "headers": ["A": "b\nc"]]],
                "proxy_config.headers.A"
            ),
            (
                ["id": "x", "type": "proxy_sse", "proxy_config": ["url": "https://h", "headers": ["Host": "h"]]],
                "proxy_config.headers.Host"
            ),
            (["id": "x", "type": "openapi", "openapi_config": [:]], "openapi_config.openapi_spec"),
            (["id": "x", "type": "openapi", "openapi_config": ["openapi_spec": "file:///x"]], "openapi_config.openapi_spec"),
            (
                ["id": "x", "type": "openapi", "openapi_config": ["openapi_content": "{}", "server_addr": "h"]],
                "openapi_config.server_addr"
            ),
            (
                ["id": "x", "type": "openapi", "openapi_config": ["openapi_content": "{}", "authorization": "a\r\nb"]],
                "openapi_config.authorization"
            ),
        ] as [(JSON, String)])
    func wrongServers(body: JSON, member: String) async throws {
        try await withAdmin { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            #expect(try await admin.failure(.post, "/api/mcp/group/g1", body).hasPrefix("400 \(member): expected "))
            #expect(try await admin.data(.get, "/api/mcp/group/g1") == [])
        }
    }
}
