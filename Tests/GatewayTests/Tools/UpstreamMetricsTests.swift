import MCPServer
import Testing
import Wire

@testable import Gateway

@Suite("Upstream MCP servers in the metrics")
struct UpstreamMetricsTests {
    private static func health(
        _ era: Revision.Era? = nil, _ revision: Revision? = nil, sessions: Int = 0, failed: Int64? = nil, answered: Int64? = nil
    ) -> MCPServer.UpstreamHealth {
        var health = MCPServer.UpstreamHealth()
        (health.era, health.revision, health.sessions, health.calls) = (era, revision, sessions, sessions)
        (health.lastErrorMilliseconds, health.lastContactMilliseconds) = (failed, answered)
        health.lastError = failed.map { _ in "https://secret.example/?token=1 refused" }
        return health
    }

    private static func lines(
        _ upstreams: [(label: UpstreamLabel, health: MCPServer.UpstreamHealth)], failures: [UpstreamLabel: Int] = [:]
    ) -> [String] {
        let registry = MetricsRegistry()
        registry.addReadings { UpstreamMetrics.readings(of: upstreams, failures: failures) }
        return registry.exposition().split(separator: "\n").map(String.init).filter { $0.hasPrefix("portico_") }
    }

    @Test("a public server has its id; what belongs to groups counts together, without a name of a tenant's")
    func labels() {
        let wiki = UpstreamLabel(endpointID: "public/wiki")
        let own = UpstreamLabel(endpointID: "group/acme/secret-project")
        let lines = Self.lines(
            [
                (wiki, Self.health(.legacy, .november2025, sessions: 2, failed: 1_000, answered: 2_000)),
                (wiki, Self.health(.legacy, .november2025, sessions: 1, failed: 3_500, answered: 3_000)),
                (own, Self.health(.modern, .july2026, sessions: 0)), (own, Self.health(failed: 4_000)),
            ], failures: [wiki: 7, own: 1])
        #expect(
            lines == [
                #"portico_mcp_upstreams{era="legacy",revision="2025-11-25",scope="public",server="wiki"} 2"#,
                #"portico_mcp_upstreams{era="modern",revision="2026-07-28",scope="group",server=""} 1"#,
                #"portico_mcp_upstreams{era="unknown",revision="",scope="group",server=""} 1"#,
                #"portico_mcp_upstreams_down{scope="group",server=""} 1"#,
                #"portico_mcp_upstreams_down{scope="public",server="wiki"} 1"#,
                #"portico_mcp_upstream_sessions{scope="group",server=""} 0"#,
                #"portico_mcp_upstream_sessions{scope="public",server="wiki"} 3"#,
                #"portico_mcp_upstream_calls{scope="group",server=""} 0"#,
                #"portico_mcp_upstream_calls{scope="public",server="wiki"} 3"#,
                #"portico_mcp_upstream_last_error_timestamp_seconds{scope="group",server=""} 4"#,
                #"portico_mcp_upstream_last_error_timestamp_seconds{scope="public",server="wiki"} 3.5"#,
                #"portico_mcp_upstream_failures_total{scope="group",server=""} 1"#,
                #"portico_mcp_upstream_failures_total{scope="public",server="wiki"} 7"#,
            ])
        #expect(!lines.contains { $0.contains("secret") || $0.contains("https") })
    }

    @Test("where nothing was passed on nothing is told")
    func none() { #expect(Self.lines([]) == []) }

    @Test("servers beyond the bound are told as one, in gauges and in the count of failures")
    func bounds() {
        let labels = (0..<UpstreamLabel.maximumCount + 20).map { UpstreamLabel.offered(id: "server-\($0)") }
        let counts = FailureCounts()
        for label in labels { #expect(counts.count(of: label) === counts.count(of: label)) }
        #expect(counts.count(of: .own) !== counts.count(of: .others))
        #expect(counts.all.count == UpstreamLabel.maximumCount + 2)
        let lines = Self.lines(labels.map { ($0, Self.health(sessions: 1)) }, failures: counts.all)
        let sessions = lines.filter { $0.hasPrefix("portico_mcp_upstream_sessions") }
        #expect(sessions.count == UpstreamLabel.maximumCount + 1)
        #expect(sessions.contains(#"portico_mcp_upstream_sessions{scope="public",server="other"} 20"#))
    }
}
