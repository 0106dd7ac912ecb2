import Synchronization

/// A value that comes once and is waited for once: the first one counts, later ones are dropped.
final class CallSlot<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Value, Never>)
        case filled(Value)
        case taken
    }

    private let state = Mutex(State.empty)

    /// Brings the value. False where there was one.
    @discardableResult
    func fill(_ value: Value) -> Bool {
        let (isFirst, waiter): (Bool, CheckedContinuation<Value, Never>?) = state.withLock {
            switch $0 {
            case .empty:
                $0 = .filled(value)
                return (true, nil)
            case .awaited(let continuation):
                $0 = .taken
                return (true, continuation)
            case .filled, .taken: return (false, nil)
            }
        }
        waiter?.resume(returning: value)
        return isFirst
    }

    /// Waits for the value; for one waiter. It does not watch for cancellation: whoever is cancelled fills it.
    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let ready: Value? = state.withLock {
                guard case .filled(let value) = $0 else {
                    $0 = .awaited(continuation)
                    return nil
                }
                $0 = .taken
                return value
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}
