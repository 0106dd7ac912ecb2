internal import Synchronization

/// The responses that are being made here while nobody waits for them.
final class BackgroundResponses: Sendable {
    private struct Key: Hashable {
        var id: String
        var owner: ResponseOwner
    }

    private enum Run {
        case running(cancel: @Sendable () -> Void)
        /// Told to end; what it still brings isn't kept.
        case cancelled
    }

    private let maximumCount: Int
    private let runs = Mutex<[Key: Run]>([:])

    init(maximumCount: Int) { self.maximumCount = maximumCount }

    /// A run begins. `end` has to follow, however it ends.
    /// - Parameter cancel: is called once at most, from any thread.
    /// - Returns: false where too many run already.
    func begin(_ id: String, owner: ResponseOwner, cancel: @escaping @Sendable () -> Void) -> Bool {
        self.runs.withLock { runs in
            let key = Key(id: id, owner: owner)
            guard runs.count < self.maximumCount, runs[key] == nil else { return false }
            runs[key] = .running(cancel: cancel)
            return true
        }
    }

    /// A run has ended, and what it brought was given to the store.
    func end(_ id: String, owner: ResponseOwner) {
        self.runs.withLock { $0[Key(id: id, owner: owner)] = nil }
    }

    /// - Returns: false where nothing runs by that id.
    func cancel(_ id: String, owner: ResponseOwner) -> Bool {
        let cancel: (@Sendable () -> Void)? = self.runs.withLock { runs in
            let key = Key(id: id, owner: owner)
            guard case .running(let cancel)? = runs[key] else { return nil }
            runs[key] = .cancelled
            return cancel
        }
        cancel?()
        return cancel != nil
    }

    func wasCancelled(_ id: String, owner: ResponseOwner) -> Bool {
        self.runs.withLock { runs in
            if case .cancelled? = runs[Key(id: id, owner: owner)] { true } else { false }
        }
    }
}
