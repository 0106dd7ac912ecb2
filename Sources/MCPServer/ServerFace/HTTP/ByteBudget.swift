import Synchronization

/// How many bytes a node keeps for clients whose streams broke, over all sessions.
///
/// Where it is used up, streams go on but can't be resumed: nobody is refused for what others left behind.
final class ByteBudget: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    /// 256 MiB, unless said otherwise.
    init(limit: Int = 256 << 20) { self.limit = limit }

    /// Counts bytes that were kept, or let go where there are fewer than none.
    /// - Returns: whether there is room for them.
    func count(_ bytes: Int) -> Bool { used.add(bytes, ordering: .relaxed).newValue <= limit }
}
