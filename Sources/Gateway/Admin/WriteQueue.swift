internal import HTTPTypes

/// Lets one change of the directory run at a time, in the order in which they came.
///
/// Without it two changes of one token could be stored in one order and taken over into the directory in the other, and a change
/// that is read, modified and written back could undo one that happened in between.
actor WriteQueue {
    /// How many changes may wait; more are refused.
    static let limit = 1000

    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Runs `work` when those before it have ended.
    func run<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        if isBusy {
            guard waiting.count < Self.limit else {
                throw AdminFailure(.serviceUnavailable, "too many changes are waiting: try again later")
            }
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isBusy = true
        }
        defer { leave() }
        return try await work()
    }

    /// Hands on to the next that waits, so that nobody who comes in between goes first.
    private func leave() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }
}
