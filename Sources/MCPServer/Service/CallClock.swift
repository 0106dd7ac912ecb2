import Synchronization

/// How long a call may take: as long as it shows signs of life, up to a hard limit.
///
/// It measures and does not act: who owns the call's task looks at `deadline` and cancels.
public final class CallClock: Sendable {
    /// The limits of a call.
    public struct Limits: Sendable, Hashable {
        /// From one sign of life to the next. Questions to the client don't count.
        public var idle: Duration
        /// From the start to the end, questions included.
        public var total: Duration

        /// Limits of a call.
        public init(idle: Duration = .seconds(60), total: Duration = .seconds(600)) {
            self.idle = idle
            self.total = total
        }
    }

    private struct State {
        var idleUntil: ContinuousClock.Instant
        /// How many questions are out; the idle limit rests while there are any.
        var pauses = 0
    }

    private let limits: Limits
    private let end: ContinuousClock.Instant
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// A clock that starts now.
    public init(limits: Limits = Limits(), now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        let start = now()
        self.limits = limits
        self.now = now
        end = start.advanced(by: limits.total)
        state = Mutex(State(idleUntil: start.advanced(by: limits.idle)))
    }

    /// When the call is over its limit, as things stand.
    public var deadline: ContinuousClock.Instant {
        state.withLock { $0.pauses > 0 ? end : min(end, $0.idleUntil) }
    }

    /// How much time is left; zero once it is over.
    public var remaining: Duration { max(.zero, now().duration(to: deadline)) }

    /// Whether the limit has passed.
    public var isOver: Bool { now() >= deadline }

    /// A sign of life: the idle limit counts from now.
    public func touch() {
        let until = now().advanced(by: limits.idle)
        state.withLock { $0.idleUntil = until }
    }

    /// The client is being asked: the idle limit rests until as many `resume` calls.
    public func pause() { state.withLock { $0.pauses += 1 } }

    /// An answer came; also a sign of life.
    public func resume() {
        let until = now().advanced(by: limits.idle)
        state.withLock {
            $0.pauses = max(0, $0.pauses - 1)
            $0.idleUntil = until
        }
    }
}
