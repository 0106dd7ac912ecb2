import Directory
import HTTPTypes
import Storage
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: MCP servers of the configuration file")
struct ConfiguredServerAPITests {
    private static var servers: [StandardIOServer] {
        var files = StandardIOServer(id: "files", command: "/usr/bin/files-server")
        files.arguments = ["--root", "secret-folder"]
        files.environment = ["KEY": "secret-value"]
        return [StandardIOServer(id: "shell", command: "/bin/shell-server"), files]
    }

    private func withServers(
        _ engine: AdminEngine = .sqlite, _ body: @escaping @Sendable (AdminFixture) async throws -> Void
    ) async throws {
        try await withAdmin(engine, setting: \.standardIOServers, to: Self.servers) { admin async throws in
            for id in ["a", "b", "c"] {
                try await admin.data(.post, "/api/mcp/public/", ["id": .string(id), "type": "mcp_docs"])
            }
            // Stored before the file had a server of this id, and hidden by it since.
            _ = try await admin.store.publicServers.create(PublicServer(id: "shell", kind: .docs, createdAt: 0))
            try await body(admin)
        }
    }

    @Test("they stand in each list before the stored ones, and page by page each comes once", arguments: AdminEngine.available)
    func lists(engine: AdminEngine) async throws {
        try await withServers(engine) { admin async throws in
            func ids(_ path: String) async throws -> [String] {
                try await admin.data(.get, "/api/mcp/publics/" + path).arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
            }
            let all = ["files", "shell", "a", "b", "c"]
            #expect(try await ids("") == all)
            #expect(try await ids("all") == all)
            for size in 1...6 {
                var seen: [String] = []
                for page in 1...6 { seen += try await ids("?per_page=\(size)&page=\(page)") }
                #expect(seen == all, "pages of \(size)")
            }
            #expect(try await ids("?type=mcp_stdio") == ["files", "shell"])
            #expect(try await ids("?type=mcp_docs&per_page=1") == ["a"])
            #expect(try await ids("?keyword=FILE") == ["files"])
            #expect(try await ids("?id=shell&status=1") == ["shell"])
            #expect(try await ids("all?status=2") == [])
        }
    }

    @Test("one is shown without its command, arguments and environment")
    func shown() async throws {
        try await withServers { admin async throws in
            let server = try await admin.data(.get, "/api/mcp/public/files")
            #expect(server["type"] == "mcp_stdio" && server["status"] == 1)
            #expect(server["endpoints"]?["streamable_http"] == "/mcp/public/files")
            for secret in ["files-server", "secret-folder", "secret-value"] { #expect(!server.serialized().contains(secret)) }
        }
    }

    @Test(
        "no operation changes one, and each says where it comes from",
        arguments: [
            (.put, "public/files", ["type": "mcp_docs"]), (.delete, "public/files", nil),
            (.post, "public/files/status", ["status": 2]), (.post, "public/files", ["type": "mcp_docs"]),
            (.post, "public/", ["id": "files", "type": "mcp_docs"]), (.post, "publics/", [["id": "files", "type": "mcp_docs"]]),
            (.post, "public/files/group/g1/params", ["params": [:]]),
        ] as [(HTTPRequest.Method, String, JSON?)])
    func readOnly(method: HTTPRequest.Method, path: String, body: JSON?) async throws {
        try await withServers { admin async throws in
            #expect(
                try await admin.failure(method, "/api/mcp/" + path, body)
                    == "409 id: the MCP server files comes from the configuration file (stdio.files) and can only be changed there"
            )
            #expect(try await admin.data(.get, "/api/mcp/public/files")["status"] == 1)
        }
    }

    @Test(
        "no operation makes one",
        arguments: [
            (.post, "public/", ["id": "x", "type": "mcp_stdio"]), (.post, "public/x", ["type": "mcp_stdio"]),
            (.post, "publics/", [["id": "x", "type": "mcp_stdio"]]), (.put, "public/a", ["type": "mcp_stdio"]),
            (.post, "group/g1", ["id": "x", "type": "mcp_stdio"]),
        ] as [(HTTPRequest.Method, String, JSON?)])
    func notMade(method: HTTPRequest.Method, path: String, body: JSON?) async throws {
        try await withServers { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            let failure = try await admin.failure(method, "/api/mcp/" + path, body)
            #expect(failure.hasPrefix("400 ") && failure.contains("type: expected "))
            #expect(failure.hasSuffix("; servers of the kind mcp_stdio come from the configuration file only"))
            #expect(admin.directory.current.publicServer(id: "x") == nil)
            #expect(admin.directory.current.publicServer(id: "a")?.kind == .docs)
        }
    }
}
