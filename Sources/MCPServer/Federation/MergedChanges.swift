import Synchronization

/// The changes of several members as one sequence. It ends when the last member's does, or nobody listens any more.
final class MergedChanges: Sendable {
    private struct State {
        var queue = PendingChanges(limit: 1024)
        var waiter: CheckedContinuation<Change?, Never>?
        var sources: Int
    }

    private let state: Mutex<State>

    init(sources: Int) { state = Mutex(State(sources: sources)) }

    /// A member's change.
    func offer(_ change: Change) {
        let told = state.withLock { state -> (CheckedContinuation<Change?, Never>, Change?)? in
            guard state.sources > 0 else { return nil }
            state.queue.add(change)
            guard let waiter = state.waiter.take() else { return nil }
            return (waiter, state.queue.takeFirst())
        }
        if let (waiter, change) = told { waiter.resume(returning: change) }
    }

    /// A member has no more changes; the others go on.
    func sourceEnded() { end { $0 - 1 } }

    /// Nobody listens any more.
    func close() { end { _ in 0 } }

    private func end(_ change: (Int) -> Int) {
        let waiter = state.withLock { state in
            state.sources = max(0, change(state.sources))
            return state.sources == 0 ? state.waiter.take() : nil
        }
        waiter?.resume(returning: nil)
    }

    /// The next change; nil at the end. For one caller at a time.
    func next() async -> Change? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let told = state.withLock { state -> Change?? in
                    if let change = state.queue.takeFirst() { return .some(change) }
                    guard state.sources > 0, state.waiter == nil else { return .some(nil) }
                    state.waiter = continuation
                    return nil
                }
                if let told { continuation.resume(returning: told) }
            }
        } onCancel: {
            close()
        }
    }

    /// The sequence. When it is dropped the pumps are cancelled: they hold this object, but not the sequence.
    func changes(pumps: [Task<Void, Never>]) -> AsyncStream<Change> {
        let owner = PumpOwner(changes: self, pumps: pumps)
        return AsyncStream(unfolding: { await owner.changes.next() })
    }
}

/// Ends the pumps of a sequence with the sequence.
private final class PumpOwner: Sendable {
    let changes: MergedChanges
    private let pumps: [Task<Void, Never>]

    init(changes: MergedChanges, pumps: [Task<Void, Never>]) {
        self.changes = changes
        self.pumps = pumps
    }

    deinit {
        for pump in pumps { pump.cancel() }
        changes.close()
    }
}
