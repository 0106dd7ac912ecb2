internal import Synchronization

/// A value that comes once, to one task that waits for it or will; the first one counts.
final class OneAnswer<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case given(Value)
    }

    private let state = Mutex(State.open)

    func give(_ value: Value) {
        let waiter = self.state.withLock { state -> CheckedContinuation<Value, Never>? in
            switch state {
            case .open:
                state = .given(value)
                return nil
            case .awaited(let waiter):
                state = .given(value)
                return waiter
            case .given: return nil
            }
        }
        waiter?.resume(returning: value)
    }

    /// The value; `cancelled` where the task is cancelled before there is one.
    func value(cancelled: Value) async -> Value {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let value = self.state.withLock { state -> Value? in
                    if case .given(let value) = state { return value }
                    state = .awaited(waiter)
                    return nil
                }
                if let value { waiter.resume(returning: value) }
            }
        } onCancel: {
            self.give(cancelled)
        }
    }
}
