/// The children of one server, as a pure state machine: when one may be started, and when not.
///
/// Each child is named by a number. One that ends without having been asked to before `RestartPolicy.stableAfter` is a failure,
/// as is one that can't be started; failures in a row delay the next start, more and more, until the server is given up.
struct ChildSupervision: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Answer: Equatable, Sendable {
        /// Start this child.
        case start(Int)
        /// Ask again then.
        case wait(until: Instant)
        case refuse(Refusal)
    }

    enum Refusal: Equatable, Sendable {
        /// As many run as may.
        case full
        /// It failed too often; asking helps again at that time.
        case givenUp(until: Instant)
        case shutDown
    }

    struct Child: Sendable {
        var askedAt: Instant
        var startedAt: Instant?
        var processIdentifier: Int32?
    }

    private let policy: RestartPolicy
    private var random: UInt64
    private var nextChild = 0
    private var lastFailure: Instant?
    private var retryAt: Instant?
    private var givenUpUntil: Instant?
    private var isShutDown = false
    private(set) var children: [Int: Child] = [:]
    private(set) var failures = 0
    private(set) var starts = 0
    private(set) var restarts = 0
    private(set) var lastExit: ChildExit?
    private(set) var lastMistake: String?
    private(set) var lastErrorLines: [String] = []

    /// - Parameter seed: of the jitter.
    init(policy: RestartPolicy, seed: UInt64) {
        self.policy = policy
        self.random = seed
    }

    /// A child is wanted.
    mutating func ask(at now: Instant) -> Answer {
        guard !self.isShutDown else { return .refuse(.shutDown) }
        guard self.children.count < self.policy.maximumChildren else { return .refuse(.full) }
        if self.hasStableChild(at: now) { self.forgetFailures() }
        if let givenUpUntil = self.givenUpUntil {
            guard now >= givenUpUntil else { return .refuse(.givenUp(until: givenUpUntil)) }
            // One may try; those who ask meanwhile are still refused.
            self.givenUpUntil = now + self.policy.rest
        } else if let retryAt = self.retryAt, now < retryAt {
            return .wait(until: retryAt)
        }
        self.nextChild += 1
        self.children[self.nextChild] = Child(askedAt: now)
        self.starts += 1
        if self.failures > 0 { self.restarts += 1 }
        return .start(self.nextChild)
    }

    /// The child runs.
    mutating func started(_ child: Int, processIdentifier: Int32, at now: Instant) {
        self.children[child]?.startedAt = now
        self.children[child]?.processIdentifier = processIdentifier
    }

    /// The child could not be started.
    /// - Parameter isFault: false where that says nothing about the server: whoever asked no longer wants it.
    mutating func failed(_ child: Int, _ mistake: String, isFault: Bool = true, at now: Instant) {
        guard let gone = self.children.removeValue(forKey: child) else { return }
        guard isFault else { return }
        self.lastMistake = mistake
        self.countFailure(of: gone, at: now)
    }

    /// The child is gone.
    /// - Parameter wasAsked: it was closed from here, which says nothing about the server.
    mutating func ended(_ child: Int, _ exit: ChildExit, errorLines: [String], wasAsked: Bool, at now: Instant) {
        guard let gone = self.children.removeValue(forKey: child) else { return }
        self.lastErrorLines = errorLines
        self.lastExit = exit
        if let startedAt = gone.startedAt, now - startedAt >= self.policy.stableAfter { self.forgetFailures() }
        if !wasAsked { self.countFailure(of: gone, at: now) }
    }

    /// The operator wants it tried again, now.
    mutating func revive() { self.forgetFailures() }

    /// Nothing is started any more.
    mutating func shutDown() { self.isShutDown = true }

    func phase(at now: Instant) -> ChildServerHealth.Phase {
        if self.children.values.contains(where: { $0.startedAt != nil }) { return .ready }
        if !self.children.isEmpty { return .starting }
        if let givenUpUntil { return .dead(retryIn: max(.zero, givenUpUntil - now)) }
        if let retryAt, now < retryAt { return .backoff(retryIn: retryAt - now) }
        return .idle
    }

    private func hasStableChild(at now: Instant) -> Bool {
        self.failures > 0
            && self.children.values.contains { $0.startedAt.map { now - $0 >= self.policy.stableAfter } ?? false }
    }

    private mutating func forgetFailures() {
        self.failures = 0
        self.retryAt = nil
        self.givenUpUntil = nil
    }

    private mutating func countFailure(of child: Child, at now: Instant) {
        // Several that fall together fall for one reason: only one that was asked for after the last failure is another.
        if self.failures > 0, let lastFailure = self.lastFailure, child.askedAt < lastFailure { return }
        self.failures += 1
        self.lastFailure = now
        guard self.failures < self.policy.maximumFailures else {
            self.givenUpUntil = now + self.policy.rest
            return
        }
        self.retryAt = self.failures == 1 ? nil : now + self.delay()
    }

    /// Doubles with each failure; between a half of it and the whole, so that servers that fell together don't come back together.
    private mutating func delay() -> Duration {
        let exponent = min(self.failures - 2, 30)
        let whole = min(self.policy.maximumDelay, self.policy.firstDelay * (1 << exponent))
        self.random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return whole / 2 + whole * Int(mixed >> 54) / 2048
    }
}
