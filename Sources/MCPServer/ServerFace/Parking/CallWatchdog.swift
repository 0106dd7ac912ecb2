import Synchronization

/// Something that must not take for ever.
protocol WatchedCall: AnyObject, Sendable {
    /// Looks at the time and does what is due. False once there is nothing to watch any more.
    func check(at now: ContinuousClock.Instant) -> Bool
}

/// Ends calls that outlive their limit, however their service behaves.
///
/// One for many calls: instead of a timer for each, a single task looks at all of them every so often, and only while
/// there are any.
final class CallWatchdog: Sendable {
    private struct State {
        var calls: [Int: any WatchedCall] = [:]
        var nextID = 0
        var isTicking = false
    }

    private let state = Mutex(State())
    private let interval: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter interval: how late a call may be ended.
    init(
        interval: Duration = .milliseconds(100),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.interval = interval
        self.now = now
    }

    /// Watches a call until it says that it is over, or `forget`.
    func watch(_ call: any WatchedCall) -> Int {
        let (id, mustTick) = state.withLock { state in
            state.nextID += 1
            state.calls[state.nextID] = call
            defer { state.isTicking = true }
            return (state.nextID, !state.isTicking)
        }
        // It holds the watchdog only as long as there are calls, each of which has a limit.
        if mustTick { Task { await self.tick() } }
        return id
    }

    /// The call is over.
    func forget(_ id: Int) { state.withLock { _ = $0.calls.removeValue(forKey: id) } }

    private func tick() async {
        while hasCalls() {
            try? await Task.sleep(for: interval)
            sweep()
        }
    }

    /// Whether there is something to watch. If not, the next call starts the ticking anew.
    private func hasCalls() -> Bool {
        state.withLock { state in
            state.isTicking = !state.calls.isEmpty
            return state.isTicking
        }
    }

    /// Looks at every call once.
    func sweep() {
        let now = now()
        let calls = state.withLock { $0.calls }
        for (id, call) in calls where !call.check(at: now) { forget(id) }
    }

    /// Does some work within the limit of a clock.
    ///
    /// - Parameter executor: where the work runs; nil: anywhere.
    /// - Throws: what the work throws; `timedOut` once the limit has passed and `CancellationError` once this task is
    ///   cancelled, without waiting for work that does not notice.
    func run<Value: Sendable>(
        _ clock: CallClock, on executor: (any TaskExecutor)? = nil, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let run = WatchedWork<Value>(clock)
        let id = watch(run)
        defer { forget(id) }
        run.start(on: executor, work)
        return try await withTaskCancellationHandler {
            try await run.slot.value().get()
        } onCancel: {
            run.end(CancellationError())
        }
    }
}

/// Work in a task of its own, which can be left behind.
private final class WatchedWork<Value: Sendable>: WatchedCall {
    let slot = OneShot<Result<Value, any Error>>()
    private let clock: CallClock
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(_ clock: CallClock) { self.clock = clock }

    func start(on executor: (any TaskExecutor)?, _ work: @escaping @Sendable () async throws -> Value) {
        let slot = slot
        task.withLock {
            // Under the lock, so that nobody ends it before there is a task to cancel.
            $0 = Task(executorPreference: executor) {
                do { slot.settle(.success(try await work())) } catch { slot.settle(.failure(error)) }
            }
        }
    }

    func end(_ error: any Error) {
        slot.settle(.failure(error))
        task.withLock { $0 }?.cancel()
    }

    func check(at now: ContinuousClock.Instant) -> Bool {
        // Before it has started it can't be ended.
        guard clock.isOver, task.withLock({ $0 != nil }) else { return true }
        end(MCPError.outlived)
        return false
    }
}
