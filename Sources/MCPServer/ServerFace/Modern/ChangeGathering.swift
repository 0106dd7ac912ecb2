import Synchronization

/// Tells changes in batches: the first one opens a short window, and what comes within it is told with it.
final class ChangeGathering: Sendable {
    /// How many different changes wait at most.
    static let maximumCount = 256

    private let queue = Mutex(PendingChanges(limit: maximumCount))
    private let window: Duration
    private let tell: @Sendable ([Change]) -> Void

    init(window: Duration, tell: @escaping @Sendable ([Change]) -> Void) {
        self.window = window
        self.tell = tell
    }

    func add(_ change: Change) {
        let (isFirst, isFull) = queue.withLock {
            let isFirst = $0.isEmpty
            $0.add(change)
            return (isFirst, $0.isFull)
        }
        if isFull {
            flush()
        } else if isFirst {
            // It ends by itself with the window; there is one at a time, and none while nothing changes.
            Task {
                try? await Task.sleep(for: window)
                flush()
            }
        }
    }

    /// Tells what waits, now.
    func flush() {
        let changes = queue.withLock { $0.takeAll() }
        if !changes.isEmpty { tell(changes) }
    }
}
