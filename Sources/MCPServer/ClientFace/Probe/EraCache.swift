import Synchronization

/// What upstreams were found to speak, by endpoint URL, for all services of a process.
///
/// By URL and not by origin: gateways put servers of both eras behind one origin. A legacy verdict ages, because a server
/// that has been upgraded still answers a handshake; a modern one stays until it is contradicted.
public final class EraCache: Sendable {
    private struct Entry {
        let verdict: EraVerdict
        let learnt: ContinuousClock.Instant
    }

    private let legacyLifetime: Duration
    private let maximumCount: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let entries = Mutex<[String: Entry]>([:])

    /// An empty cache of at most so many endpoints.
    /// - Parameter legacyLifetime: after which time a legacy upstream is asked again whether it is modern.
    public init(
        legacyLifetime: Duration = .seconds(3600), maximumCount: Int = 10_000,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.legacyLifetime = legacyLifetime
        self.maximumCount = maximumCount
        self.now = now
    }

    /// What was learnt of a place, unless it is too old.
    func verdict(for place: String) -> EraVerdict? {
        let now = now()
        return entries.withLock { entries in
            guard let entry = entries[place] else { return nil }
            if case .legacy = entry.verdict, entry.learnt.advanced(by: legacyLifetime) <= now {
                entries[place] = nil
                return nil
            }
            return entry.verdict
        }
    }

    /// Something was learnt.
    func record(_ verdict: EraVerdict, for place: String) {
        let entry = Entry(verdict: verdict, learnt: now())
        entries.withLock { entries in
            if entries[place] == nil, entries.count >= maximumCount,
                let oldest = entries.min(by: { $0.value.learnt < $1.value.learnt })?.key
            {
                entries[oldest] = nil
            }
            entries[place] = entry
        }
    }

    /// What was learnt has been contradicted.
    func forget(_ place: String) { entries.withLock { $0[place] = nil } }
}
