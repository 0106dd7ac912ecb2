internal import Synchronization

/// Counts the failures of one upstream. It outlives the services that are made for it one after the other, so that it only grows.
public final class UpstreamFailures: Sendable {
    private let count = Atomic<Int>(0)

    /// None yet.
    public init() {}

    /// How many there were.
    public var total: Int { count.load(ordering: .relaxed) }

    func add() { count.add(1, ordering: .relaxed) }
}
