import Directory
import Embedded
import HTTPTypes
import Ledger
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: MCP servers that are built in")
struct EmbeddedServerAPITests {
    private func time(_ admin: AdminFixture) async throws -> JSON? {
        try await admin.data(.get, "/api/embedmcp/").arrayValue?.first { $0["id"] == "time" }
    }

    @Test("each is listed with what it takes; enabling one makes a public server", arguments: AdminEngine.available)
    func enable(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            let all = try await admin.data(.get, "/api/embedmcp/").arrayValue ?? []
            #expect(all.count == EmbeddedServer.allCases.count)
            let before = try #require(try await time(admin))
            #expect(before["enabled"] == false && before["embed_config"] == nil)
            #expect(before["config_templates"]?["local_timezone"]?["required"] == false)
            #expect(before["config_templates"]?["local_timezone"]?["example"] == "Europe/Berlin")

            try await admin.data(
                .post, "/api/embedmcp/", ["id": "time", "enabled": true, "init_config": ["local_timezone": "Asia/Tokyo"]])
            let stored = try #require(admin.directory.current.publicServer(id: "time"))
            #expect(stored.kind == .embedded && stored.status == .enabled && stored.name == "Time")
            #expect(stored.initialValues == ["local_timezone": "Asia/Tokyo"])
            let after = try #require(try await time(admin))
            #expect(after["enabled"] == true)
            #expect(after["embed_config"]?["init"] == ["local_timezone": "********"])
        }
    }

    @Test("enabling again keeps what was changed of the server, its values where none or their masks are sent")
    func again() async throws {
        try await withAdmin { admin async throws in
            try await admin.data(
                .post, "/api/embedmcp/", ["id": "time", "enabled": true, "init_config": ["local_timezone": "Asia/Tokyo"]])
            var server = try await admin.data(.get, "/api/mcp/public/time")
            server["name"] = "Clock"
            server["price"] = ["default_tools_call_price": 0.5]
            try await admin.data(.put, "/api/mcp/public/time", server)
            for body in [
                ["id": "time", "enabled": false], ["id": "time", "enabled": true, "init_config": ["local_timezone": "********"]],
            ] as [JSON] {
                try await admin.data(.post, "/api/embedmcp/", body)
                let stored = try #require(admin.directory.current.publicServer(id: "time"))
                #expect(stored.name == "Clock" && stored.defaultToolCallPrice.nanos == 500_000_000)
                #expect(stored.initialValues == ["local_timezone": "Asia/Tokyo"])
                #expect(stored.status == (body["enabled"] == true ? .enabled : .disabled))
            }
            try await admin.data(.post, "/api/embedmcp/", ["id": "time", "enabled": true, "init_config": [:]])
            #expect(admin.directory.current.publicServer(id: "time")?.initialValues == [:])
        }
    }

    @Test(
        "values are checked against the templates, here and where the public server is written",
        arguments: [
            (["local_timezone": "Nowhere"], "local_timezone", "the name of an IANA time zone"),
            (["unknown": "x"], "unknown", "takes local_timezone"),
        ])
    func wrongValues(values: [String: String], key: String, expected: String) async throws {
        try await withAdmin { admin async throws in
            let initial = JSON.object(JSONObject(values.map { ($0.key, .string($0.value)) }))
            let enabling = try await admin.failure(
                .post, "/api/embedmcp/", ["id": "time", "enabled": true, "init_config": initial])
            #expect(enabling.hasPrefix("400 init_config.\(key): ") && enabling.contains(expected))
            let writing = try await admin.failure(
                .post, "/api/mcp/public/", ["id": "time", "type": "mcp_embed", "embed_config": ["init": initial]])
            #expect(writing.hasPrefix("400 embed_config.init.\(key): ") && writing.contains(expected))
            #expect(admin.directory.current.publicServer(id: "time") == nil)
        }
    }

    @Test("an id that is none, or another server's, is refused")
    func wrongServers() async throws {
        try await withAdmin { admin async throws in
            #expect(try await admin.failure(.post, "/api/embedmcp/", [:]) == "400 id: expected a text")
            #expect(try await admin.failure(.post, "/api/embedmcp/", ["id": "none"]).hasPrefix("404 id: "))
            try await admin.data(.post, "/api/mcp/public/", ["id": "time", "type": "mcp_docs"])
            #expect(
                try await admin.failure(.post, "/api/embedmcp/", ["id": "time", "enabled": true])
                    == "409 id: there is a public MCP server time of the kind mcp_docs already")
            #expect(try await time(admin)?["enabled"] == false)
        }
    }
}
