internal import NIOCore

/// Watches whether a client reads what waits for it: a slow one is waited for, one that stands still isn't.
struct UnreadAnswer {
    /// Bytes by which what waits must shrink for the client to count as reading. The kernel takes some in any case.
    static let progress = 16 << 10

    private var since: NIODeadline
    private var waiting: Int

    init(waiting: Int, now: NIODeadline) {
        self.waiting = waiting
        self.since = now
    }

    /// Whether nothing was read for `limit`.
    mutating func isStuck(waiting: Int, now: NIODeadline, limit: TimeAmount) -> Bool {
        if waiting <= self.waiting - Self.progress {
            self.waiting = waiting
            self.since = now
            return false
        }
        self.waiting = max(self.waiting, waiting)
        return now >= self.since + limit
    }
}
