import HTTPTypes
import Testing
import Wire

@testable import Gateway

/// Knows three upstreams.
struct UpstreamsDouble: UpstreamHealthSource {
    func upstreams() -> [UpstreamHealth] {
        var wiki = UpstreamHealth(serverID: "wiki", groupID: "g1", kind: "mcp_proxy_sse")
        wiki.transport = "sse"
        wiki.era = .legacy
        wiki.revision = "2025-11-25"
        wiki.sessions = 2
        wiki.calls = 1
        wiki.lastError = String(repeating: "x", count: 1000)
        wiki.lastErrorAt = AdminFixture.now
        return [
            wiki, UpstreamHealth(serverID: "wiki", kind: "mcp_proxy_streamable"),
            UpstreamHealth(serverID: "files", kind: "mcp_stdio"),
        ]
    }
}

@Suite("Admin API: upstream MCP servers")
struct UpstreamAPITests {
    @Test("what is known of each is shown, in the same order each time, filtered and in pages")
    func shown() async throws {
        try await withAdmin(upstreams: UpstreamsDouble()) { admin async throws in
            let all = try await admin.data(.get, "/api/mcp/upstreams")
            #expect(all["total"] == 3)
            #expect(all["upstreams"]?.arrayValue?.map { $0["id"] } == ["files", "wiki", "wiki"])
            #expect(
                all["upstreams"]?[0] == [
                    "id": "files", "group_id": "", "type": "mcp_stdio", "transport": "", "era": "unknown", "revision": "",
                    "sessions": 0, "calls": 0, "last_error": "", "last_error_at": "0001-01-01T00:00:00Z",
                    "last_success_at": "0001-01-01T00:00:00Z",
                ])
            let own = try await admin.data(.get, "/api/mcp/upstreams?group=g1&id=wiki")
            #expect(own["total"] == 1)
            #expect(own["upstreams"]?[0]?["era"] == "legacy" && own["upstreams"]?[0]?["revision"] == "2025-11-25")
            #expect(own["upstreams"]?[0]?["last_error"]?.stringValue?.count == 500)
            #expect(own["upstreams"]?[0]?["last_error_at"] == "2026-11-22T00:00:00.000Z")
            let page = try await admin.data(.get, "/api/mcp/upstreams?per_page=2&page=2")
            #expect(page["upstreams"]?.arrayValue?.count == 1 && page["total"] == 3)
        }
    }

    @Test("where nothing is passed on there are none")
    func none() async throws {
        try await withAdmin { admin async throws in
            #expect(try await admin.data(.get, "/api/mcp/upstreams") == ["upstreams": [], "total": 0])
        }
    }
}
