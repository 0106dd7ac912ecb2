import MCPServer
import Synchronization

/// What the server counts for each principal. Nothing of one is seen by another.
final class EverythingMemory: Sendable {
    private let counts = Mutex(PrincipalCounts(limit: 1024))

    /// The counts of a principal; zeros for one that is not known.
    subscript(principal: Principal) -> PrincipalCounts.Counts { counts.withLock { $0[principal.id] } }

    /// Changes the counts of a principal and gives them.
    @discardableResult
    func update(_ principal: Principal, _ change: (inout PrincipalCounts.Counts) -> Void) -> PrincipalCounts.Counts {
        counts.withLock { $0.update(principal.id, change) }
    }
}

/// Counts of a bounded number of principals: for a new one beyond the limit, the one that came first is forgotten.
struct PrincipalCounts: Sendable {
    /// What is counted.
    struct Counts: Sendable, Hashable {
        /// How often the watched resource was touched.
        var touches = 0
        /// How often `count_up` ran.
        var executions = 0
        /// How many calls of `wait_for_cancellation` were cancelled.
        var cancellations = 0
    }

    private let limit: Int
    private var counts: [String: Counts] = [:]
    /// The principals in the order in which they came, from `oldest` on.
    private var order: [String] = []
    private var oldest = 0

    /// None known; so many at most.
    init(limit: Int) { self.limit = max(1, limit) }

    subscript(id: String) -> Counts { counts[id] ?? Counts() }

    mutating func update(_ id: String, _ change: (inout Counts) -> Void) -> Counts {
        if counts[id] == nil { admit(id) }
        change(&counts[id, default: Counts()])
        return self[id]
    }

    private mutating func admit(_ id: String) {
        guard order.count == limit else {
            order.append(id)
            return
        }
        counts[order[oldest]] = nil
        order[oldest] = id
        oldest = (oldest + 1) % limit
    }
}
