internal import Synchronization

/// The responses that are on their way into the store.
///
/// A client may go on from a response as soon as it has its last byte: whoever asks for one that is still being saved waits for it here.
final class SavingResponses: Sendable {
    private struct State {
        var saves: [String: (number: UInt64, task: Task<Void, Never>)] = [:]
        var byteCount = 0
        var number: UInt64 = 0
    }

    private let maximumBytes: Int
    private let state = Mutex(State())

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// Begins to save, behind what is being saved by the same key already.
    /// - Parameters:
    ///   - byteCount: what waits in memory until it is saved.
    ///   - isForced: whether it is saved even where too many bytes wait.
    /// - Returns: false where it isn't saved because too many bytes wait.
    func begin(
        _ key: String, byteCount: Int, isForced: Bool = false, _ save: @escaping @Sendable () async -> Void
    ) -> Bool {
        self.state.withLock { state in
            guard isForced || state.byteCount + byteCount <= self.maximumBytes else { return false }
            state.byteCount += byteCount
            state.number += 1
            let number = state.number
            let before = state.saves[key]?.task
            // Its lifetime is this table's: it takes itself out when it is done.
            let task = Task {
                await before?.value
                await save()
                self.end(key, number, byteCount: byteCount)
            }
            state.saves[key] = (number, task)
            return true
        }
    }

    /// Returns once what was being saved by that key is.
    func wait(for key: String) async {
        let task = self.state.withLock { $0.saves[key]?.task }
        await task?.value
    }

    private func end(_ key: String, _ number: UInt64, byteCount: Int) {
        self.state.withLock { state in
            state.byteCount -= byteCount
            if state.saves[key]?.number == number { state.saves[key] = nil }
        }
    }
}
