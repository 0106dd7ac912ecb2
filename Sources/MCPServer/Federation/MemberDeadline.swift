/// Waits for so long. Handed in, so that a test decides how long that is.
package typealias Sleeper = @Sendable (Duration) async throws -> Void

/// Does work that may take so long, and not longer even where it does not heed cancellation: then it is left alone.
///
/// - Throws: what the work throws; `MCPError` of kind `timedOut`; `CancellationError` where the caller is cancelled.
func within<Value: Sendable>(
    _ limit: Duration, sleep: @escaping Sleeper, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let race = OneShot<Result<Value, any Error>>()
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
        try await race.value().get()
    } onCancel: {
        race.settle(.failure(CancellationError()))
    }
}
