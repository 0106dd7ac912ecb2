import Synchronization

/// Something with deadlines, told the time now and then.
protocol Pulsing: AnyObject, Sendable {
    /// Does what is due.
    /// - Returns: whether there may be something due later.
    func pulse(at now: ContinuousClock.Instant) -> Bool
}

/// One coarse timer for all deadlines of a server face: time limits of calls and questions, signs of life on quiet
/// streams, forgotten sessions.
///
/// A task for each of them would cost more than most calls take. The pulse's own task lives as long as it has members.
final class Pulse: Sendable {
    /// How exact a deadline is.
    static let interval = Duration.milliseconds(250)

    private struct Member {
        let object: any Pulsing
        /// Grows with each `add`: a member that has nothing left to do and is added again meanwhile, stays.
        var stamp: UInt64
    }

    private struct State {
        var members: [ObjectIdentifier: Member] = [:]
        var stamp: UInt64 = 0
        var isBeating = false
    }

    private let state = Mutex(State())
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let isAutomatic: Bool

    /// - Parameter isAutomatic: false where `beat` is called by hand, as in tests with a clock of their own.
    init(isAutomatic: Bool = true, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.isAutomatic = isAutomatic
        clock = now
    }

    /// The time by this pulse's clock.
    var now: ContinuousClock.Instant { clock() }

    /// Tells the member the time from now on. To be called whenever something new falls due, also of a member.
    func add(_ member: any Pulsing) {
        let starts = state.withLock { state in
            state.stamp &+= 1
            state.members[ObjectIdentifier(member)] = Member(object: member, stamp: state.stamp)
            guard isAutomatic, !state.isBeating else { return false }
            state.isBeating = true
            return true
        }
        guard starts else { return }
        // Owned by the pulse: it ends once there is no member left.
        Task {
            repeat { try? await Task.sleep(for: Self.interval) } while beat()
        }
    }

    /// Tells the member no more.
    func remove(_ member: any Pulsing) {
        // Let go outside the lock: it may be the last reference to it.
        _ = state.withLock { $0.members.removeValue(forKey: ObjectIdentifier(member)) }
    }

    /// Tells every member the time. False where none is left, which ends the pulse's task.
    @discardableResult
    func beat() -> Bool {
        let now = clock()
        let members = state.withLock { Array($0.members.values) }
        for member in members where !member.object.pulse(at: now) {
            let key = ObjectIdentifier(member.object)
            state.withLock { state in
                guard state.members[key]?.stamp == member.stamp else { return }
                state.members[key] = nil
            }
        }
        return state.withLock { state in
            state.isBeating = isAutomatic && !state.members.isEmpty
            return state.isBeating
        }
    }
}
