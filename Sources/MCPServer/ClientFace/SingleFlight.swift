import Synchronization

/// Something that is done once for all who want it at the same time.
///
/// It goes on when one of them is cancelled; each waits no longer than it wants to itself.
package final class SingleFlight<Value: Sendable>: Sendable {
    private struct State {
        var task: Task<Value, Never>?
        var number = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Joins what is under way, or begins it.
    @discardableResult
    package func run(_ body: @escaping @Sendable () async -> Value) async -> Value {
        let task = state.withLock { state in
            if let task = state.task { return task }
            state.number += 1
            let number = state.number
            // Ends with the body, which has its own deadlines.
            let task = Task { [weak self] in
                let value = await body()
                self?.finish(number)
                return value
            }
            state.task = task
            return task
        }
        return await task.value
    }

    private func finish(_ number: Int) { state.withLock { if $0.number == number { $0.task = nil } } }
}
