import Synchronization
import Wire

/// The way from a hub to one watcher.
final class ChangeQueue: Sendable {
    private struct State {
        var pending: PendingChanges
        var waiter: CheckedContinuation<Change?, Never>?
        var isClosed = false
    }

    private let state: Mutex<State>

    init(limit: Int) { state = Mutex(State(pending: PendingChanges(limit: limit))) }

    /// Hands a change to the watcher, or keeps it until it comes.
    func offer(_ change: Change) {
        let waiter = state.withLock { state -> CheckedContinuation<Change?, Never>? in
            guard !state.isClosed else { return nil }
            guard let waiter = state.waiter else {
                state.pending.add(change)
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume(returning: change)
    }

    /// The next change; nil once the queue is closed. One watcher waits at a time: a second one ends the first's wait.
    func next() async -> Change? {
        await withCheckedContinuation { continuation in
            let (waiter, change) = state.withLock { state -> (CheckedContinuation<Change?, Never>?, Change?) in
                if state.isClosed { return (continuation, nil) }
                if let change = state.pending.takeFirst() { return (continuation, change) }
                defer { state.waiter = continuation }
                return (state.waiter, nil)
            }
            waiter?.resume(returning: change)
        }
    }

    /// Ends the watcher's wait, now and for good.
    func close() {
        let waiter = state.withLock { state -> CheckedContinuation<Change?, Never>? in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }
}
