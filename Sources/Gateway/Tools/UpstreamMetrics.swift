internal import MCPServer
internal import Synchronization

/// What the metrics tell upstreams apart by. Public servers have names of the operator's; those of groups count together, since tenants
/// name and make them as they like.
enum UpstreamLabel: Sendable, Hashable {
    case offered(id: String)
    case own
    /// Public servers that are too many to be told apart.
    case others

    /// Public servers that the metrics tell apart.
    static let maximumCount = 500

    /// - Parameter endpointID: a hosted server's.
    init(endpointID: String) {
        let prefix = "public/"
        self = endpointID.hasPrefix(prefix) ? .offered(id: String(endpointID.dropFirst(prefix.count))) : .own
    }

    var pairs: [(String, String)] {
        switch self {
        case .offered(let id): [("scope", "public"), ("server", id)]
        case .own: [("scope", "group"), ("server", "")]
        case .others: [("scope", "public"), ("server", "other")]
        }
    }
}

/// The failures of all upstreams since the start, by label: a count goes on when a service is made anew.
final class FailureCounts: Sendable {
    private let counts = Mutex<[UpstreamLabel: UpstreamFailures]>([:])

    func count(of label: UpstreamLabel) -> UpstreamFailures {
        self.counts.withLock { counts in
            let isFull = counts.count >= UpstreamLabel.maximumCount && label != .own
            let label = counts[label] == nil && isFull ? .others : label
            if let known = counts[label] { return known }
            let new = UpstreamFailures()
            counts[label] = new
            return new
        }
    }

    var all: [UpstreamLabel: Int] { self.counts.withLock { $0.mapValues(\.total) } }
}

/// The health of upstreams as metrics: counts and moments under bounded labels, and no text that an upstream or a tenant chose.
enum UpstreamMetrics {
    /// What is known of the upstreams of one label.
    fileprivate struct Sum {
        var down = 0
        var sessions = 0
        var calls = 0
        var lastErrorMilliseconds: Int64?
    }

    private struct Form: Hashable {
        let label: UpstreamLabel
        let era: String
        let revision: String
    }

    static func readings(of tools: ToolHost) -> [MetricReading] {
        self.readings(
            of: tools.all.compactMap { _, server in
                server.upstream.map { (UpstreamLabel(endpointID: server.endpointID), $0.health) }
            }, failures: tools.upstreamFailures)
    }

    static func readings(
        of upstreams: [(label: UpstreamLabel, health: MCPServer.UpstreamHealth)], failures: [UpstreamLabel: Int]
    ) -> [MetricReading] {
        var forms: [Form: Int] = [:]
        var sums: [UpstreamLabel: Sum] = [:]
        // By name, so that the same ones are told apart each time.
        for (label, health) in upstreams.sorted(by: { $0.label.name < $1.label.name }) {
            let isFull = sums.count >= UpstreamLabel.maximumCount && label != .own
            let label = sums[label] == nil && isFull ? .others : label
            forms[Form(label: label, era: health.eraName, revision: health.revision?.rawValue ?? ""), default: 0] += 1
            sums[label, default: Sum()].add(health)
        }
        func gauge(_ name: String, _ help: String, _ value: (Sum) -> Double?) -> MetricReading {
            let samples = sums.compactMap { label, sum in value(sum).map { MetricReading.Sample(label.pairs, $0) } }
            return MetricReading(.gauge, name, help: help, samples: { samples })
        }
        let found = forms.map { form, count in
            MetricReading.Sample(form.label.pairs + [("era", form.era), ("revision", form.revision)], Double(count))
        }
        let failed = failures.map { MetricReading.Sample($0.key.pairs, Double($0.value)) }
        return [
            MetricReading(
                .gauge, "portico_mcp_upstreams", help: "MCP servers that calls were passed on to, by what they speak.",
                samples: { found }),
            gauge("portico_mcp_upstreams_down", "Those of them whose last contact failed.") { Double($0.down) },
            gauge("portico_mcp_upstream_sessions", "Sessions that are open with them.") { Double($0.sessions) },
            gauge("portico_mcp_upstream_calls", "Calls of theirs in progress.") { Double($0.calls) },
            gauge("portico_mcp_upstream_last_error_timestamp_seconds", "When one of them failed last.") {
                $0.lastErrorMilliseconds.map { Double($0) / 1000 }
            },
            MetricReading(
                .counter, "portico_mcp_upstream_failures_total", help: "Failures of contacts with them since the start.",
                samples: { failed }),
        ]
    }
}

extension UpstreamLabel {
    fileprivate var name: String { self.pairs.map(\.1).joined(separator: "/") }
}

extension UpstreamMetrics.Sum {
    fileprivate mutating func add(_ health: MCPServer.UpstreamHealth) {
        if let failure = health.lastErrorMilliseconds, failure >= health.lastContactMilliseconds ?? 0 { self.down += 1 }
        self.sessions += health.sessions
        self.calls += health.calls
        self.lastErrorMilliseconds = [self.lastErrorMilliseconds, health.lastErrorMilliseconds].compactMap { $0 }.max()
    }
}

extension MCPServer.UpstreamHealth {
    /// As the admin API names it, too.
    var eraName: String {
        switch self.era {
        case .legacy: "legacy"
        case .modern: "modern"
        case nil: "unknown"
        }
    }
}
