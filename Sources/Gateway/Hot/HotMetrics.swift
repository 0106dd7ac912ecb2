internal import Metrics
internal import NIOCore

/// Counts and times of hot requests, by kind and class of status. Made once, so that a request costs two atomic additions.
struct HotMetrics: Sendable {
    enum Kind: Int, CaseIterable { case chat, models, tool, other }

    private let counters: [Counter]
    private let timers: [Timer]

    init() {
        var counters: [Counter] = []
        for kind in Kind.allCases {
            for statusClass in 1...5 {
                counters.append(
                    Counter(
                        label: "portico_requests_total", dimensions: [("kind", "\(kind)"), ("status", "\(statusClass)xx")]))
            }
        }
        self.counters = counters
        self.timers = Kind.allCases.map { Timer(label: "portico_request_duration_seconds", dimensions: [("kind", "\($0)")]) }
    }

    func record(_ kind: Kind, status: UInt, duration: TimeAmount) {
        self.counters[kind.rawValue * 5 + Int(min(max(status / 100, 1), 5)) - 1].increment()
        self.timers[kind.rawValue].recordNanoseconds(duration.nanoseconds)
    }
}
