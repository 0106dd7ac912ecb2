import Directory
import HTTPTypes
import Testing
import Wire

@testable import Gateway

/// Lists the keys that a server would be asked with as its tools.
struct ListerDouble: ToolLister {
    struct Refused: Error, CustomStringConvertible { let description: String }

    func tools(of server: UsableServer, target: ServerTarget) async throws -> [JSON] {
        guard case .upstream(let upstream) = target else { return [["name": "built-in"]] }
        if let secret = upstream.headers.first(where: { $0.value.hasPrefix("refused") }) {
            throw Refused(description: "the upstream said no to \(secret.value)")
        }
        return upstream.headers.map { ["name": .string($0.name), "inputSchema": ["type": "object"]] }
    }
}

@Suite("Admin API: public MCP servers as a group sees them")
struct OfferedServerAPITests {
    private static let keyed: JSON = [
        "id": "keyed", "type": "mcp_proxy_streamable", "name": "Keyed", "name_cn": "钥匙", "tags": ["code"],
        "proxy_config": [
            "url": "https://h/operators-path", "headers": ["X-Operator": "operators-secret"],
            "reusing": ["X-Key": ["name": "Key", "description": "yours", "required": true, "type": "header"]],
        ],
    ]

    private func withServers(
        _ engine: AdminEngine = .sqlite, _ body: @escaping @Sendable (AdminFixture) async throws -> Void
    ) async throws {
        try await withAdmin(engine, tools: ListerDouble()) { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            try await admin.data(
                .post, "/api/mcp/publics/",
                [
                    Self.keyed, ["id": "time", "type": "mcp_embed"], ["id": "card", "type": "mcp_docs", "readme": "Read me"],
                    ["id": "off", "type": "mcp_embed", "status": 2],
                ])
            try await body(admin)
        }
    }

    @Test("those that are enabled, filtered and in pages, without the operator's configuration", arguments: AdminEngine.available)
    func list(engine: AdminEngine) async throws {
        try await withServers(engine) { admin async throws in
            func ids(_ query: String) async throws -> [JSON?]? {
                try await admin.data(.get, "/api/group/g1/mcp" + query).arrayValue?.map { $0["id"] }
            }
            #expect(try await ids("") == ["card", "keyed", "time"])
            #expect(try await ids("?type=hosted") == ["keyed", "time"])
            #expect(try await ids("?type=local") == ["card"])
            #expect(try await ids("?type=mcp_embed") == ["time"])
            #expect(try await ids("?keyword=KEY") == ["keyed"])
            #expect(try await ids("?id=card&type=hosted") == [])
            #expect(try await ids("?per_page=2&page=2") == ["time"])
            #expect(try await ids("?per_page=2&page=9") == [])
            for path in ["/api/group/g1/mcp", "/api/group/g1/mcp/keyed"] {
                let text = try await admin.data(.get, path).serialized()
                for secret in ["operators-path", "operators-secret", "proxy_config", "embed_config"] {
                    #expect(!text.contains(secret))
                }
            }
        }
    }

    @Test("endpoints and tools are there once every required parameter is saved", arguments: AdminEngine.available)
    func detail(engine: AdminEngine) async throws {
        try await withServers(engine) { admin async throws in
            let before = try await admin.data(.get, "/api/group/g1/mcp/keyed")
            #expect(before["endpoints"] == ["host": "", "sse": "", "streamable_http": ""])
            #expect(before["tools"] == [] && before["params"] == [:] && before["missing_params"] == ["X-Key"])
            #expect(
                before["reusing"] == ["X-Key": ["name": "Key", "description": "yours", "required": true, "type": "header"]])
            #expect(before["hosted"] == true && before["tools_error"] == nil)

            let place = "/api/mcp/public/keyed/group/g1/params"
            try await admin.data(.post, place, ["params": ["X-Key": "groups-secret-of-some-length"]])
            let after = try await admin.data(.get, "/api/group/g1/mcp/keyed")
            #expect(after["endpoints"]?["streamable_http"] == "/mcp/public/keyed")
            #expect(after["params"] == ["X-Key": "grou********ngth"])
            #expect(after["missing_params"] == [])
            #expect(after["tools"]?.arrayValue?.map { $0["name"] } == ["X-Operator", "X-Key"])
            // What one group saved is nothing to another.
            #expect(try await admin.data(.get, "/api/group/g2/mcp/keyed")["params"] == [:])
        }
    }

    @Test("tools that can't be listed leave a reason without secrets; the rest is shown all the same")
    func failing() async throws {
        try await withServers { admin async throws in
            try await admin.data(.post, "/api/mcp/public/keyed/group/g1/params", ["params": ["X-Key": "refused-secret"]])
            let shown = try await admin.data(.get, "/api/group/g1/mcp/keyed")
            #expect(shown["tools"] == [])
            #expect(shown["tools_error"] == "the upstream said no to ********")
            #expect(shown["endpoints"]?["streamable_http"] == "/mcp/public/keyed")
        }
    }

    @Test("a group that saved nothing sees the tools that the operator's values for tests give")
    func testValues() async throws {
        try await withServers { admin async throws in
            var server = Self.keyed
            server["test_config"] = ["enabled": true, "params": ["X-Key": "operators-test-key"]]
            try await admin.data(.put, "/api/mcp/public/keyed", server)
            let shown = try await admin.data(.get, "/api/group/g1/mcp/keyed")
            #expect(shown["tools"]?.arrayValue?.count == 2)
            #expect(shown["endpoints"]?["streamable_http"] == "")
        }
    }

    @Test("a card has its README, no endpoint and no tools; what is disabled or unknown is 404")
    func others() async throws {
        try await withServers { admin async throws in
            let card = try await admin.data(.get, "/api/group/g1/mcp/card")
            #expect(card["readme"] == "Read me" && card["hosted"] == false && card["tools"] == [])
            #expect(card["endpoints"]?["streamable_http"] == "")
            #expect(try await admin.data(.get, "/api/group/g1/mcp/time")["tools"] == [["name": "built-in"]])
            for id in ["off", "none"] {
                #expect(try await admin.failure(.get, "/api/group/g1/mcp/\(id)").hasPrefix("404 "))
            }
        }
    }
}
