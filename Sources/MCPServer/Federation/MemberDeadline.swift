import Synchronization

/// Waits for so long. Handed in, so that a test decides how long that is.
package typealias Sleeper = @Sendable (Duration) async throws -> Void

/// Does work that may take so long, and not longer even where it does not heed cancellation: then it is left alone.
///
/// - Throws: what the work throws; `MCPError` of kind `timedOut`; `CancellationError` where the caller is cancelled.
func within<Value: Sendable>(
    _ limit: Duration, sleep: @escaping Sleeper, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let race = Race<Value>()
    // Both tasks end with this call, or, for work that does not heed its cancellation, with the work.
    let worker = Task {
        do { race.settle(.success(try await work())) } catch { race.settle(.failure(error)) }
    }
    let timer = Task {
        do { try await sleep(limit) } catch { return }
        race.settle(.failure(MCPError(.timedOut, "No answer in time")))
    }
    defer {
        worker.cancel()
        timer.cancel()
    }
    return try await withTaskCancellationHandler {
        try await race.value()
    } onCancel: {
        race.settle(.failure(CancellationError()))
    }
}

/// The first of several results.
private final class Race<Value: Sendable>: Sendable {
    private enum State: Sendable {
        case open
        case awaited(CheckedContinuation<Value, any Error>)
        case settled(Result<Value, any Error>)
    }

    private let state = Mutex(State.open)

    func settle(_ result: Result<Value, any Error>) {
        let waiter: CheckedContinuation<Value, any Error>? = state.withLock {
            switch $0 {
            case .open:
                $0 = .settled(result)
                return nil
            case .awaited(let waiter):
                $0 = .settled(result)
                return waiter
            case .settled: return nil
            }
        }
        waiter?.resume(with: result)
    }

    /// For one caller.
    func value() async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let result: Result<Value, any Error>? = state.withLock {
                if case .settled(let result) = $0 { return result }
                $0 = .awaited(continuation)
                return nil
            }
            if let result { continuation.resume(with: result) }
        }
    }
}
