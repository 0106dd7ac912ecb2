import Synchronization

/// What virtual servers remember from one request to the next: members' lists, pages, URIs and whose they are.
///
/// Virtual servers are made for one request and share one memory. All of it is bounded and expires; what is forgotten is
/// fetched again, except for cursors, which then are unknown.
public final class FederationMemory: Sendable {
    /// How much is kept.
    public struct Bounds: Sendable, Hashable {
        /// Lists of members.
        public var listings = 4096
        /// What these may take, in bytes of memory (estimated).
        public var listingBytes = 256 << 20
        /// Lists that somebody pages through.
        public var snapshots = 1024
        /// What these may take, in bytes of memory (estimated). Entries that a list has in common with `listings` count twice.
        public var snapshotBytes = 256 << 20
        /// Callers whose URIs are remembered.
        public var callers = 4096
        /// URIs of one caller.
        public var learntPerCaller = 1024
        /// Members of which something is known.
        public var members = 8192

        /// The usual bounds.
        public init() {}
    }

    private let records: Mutex<FederationRecords>
    let now: @Sendable () -> ContinuousClock.Instant
    let sleep: Sleeper

    /// An empty memory.
    public convenience init(bounds: Bounds = Bounds()) {
        self.init(bounds: bounds, now: { .now }, sleep: { try await Task.sleep(for: $0) })
    }

    /// A memory whose clock a test moves.
    package init(
        bounds: Bounds = Bounds(), now: @escaping @Sendable () -> ContinuousClock.Instant, sleep: @escaping Sleeper
    ) {
        records = Mutex(FederationRecords(bounds: bounds))
        self.now = now
        self.sleep = sleep
    }

    /// Reads or changes the records at the time it is.
    func with<Value: Sendable>(
        _ body: (inout FederationRecords, ContinuousClock.Instant) -> Value
    ) -> Value {
        let now = now()
        return records.withLock { body(&$0, now) }
    }
}
