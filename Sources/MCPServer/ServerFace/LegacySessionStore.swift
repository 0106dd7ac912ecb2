import Synchronization

/// How many sessions of legacy clients are kept, and for how long.
public struct LegacySessionLimits: Sendable, Hashable {
    /// Over all principals.
    public var total: Int
    /// Of one principal.
    public var perPrincipal: Int
    /// Without a request.
    public var idle: Duration

    /// Limits; numbers below one are taken as one.
    public init(total: Int = 20_000, perPrincipal: Int = 10_000, idle: Duration = .seconds(1800)) {
        self.total = max(1, total)
        self.perPrincipal = max(1, perPrincipal)
        self.idle = idle
    }
}

/// The sessions of legacy clients on this node, shared by all endpoints.
public final class LegacySessionStore: Sendable {
    private let sessions: Mutex<LegacySessions>
    private let now: @Sendable () -> ContinuousClock.Instant
    private let makeID: @Sendable () -> String

    /// An empty store with the system's clock and randomness.
    public convenience init(limits: LegacySessionLimits = LegacySessionLimits()) {
        self.init(limits: limits, now: { .now }, makeID: LegacySessionStore.randomID)
    }

    /// An empty store with a clock and ids of the caller's.
    package init(
        limits: LegacySessionLimits, now: @escaping @Sendable () -> ContinuousClock.Instant,
        makeID: @escaping @Sendable () -> String
    ) {
        sessions = Mutex(LegacySessions(limits: limits))
        self.now = now
        self.makeID = makeID
    }

    /// How many sessions are held, for metrics.
    public var count: Int {
        let now = now()
        return sessions.withLock {
            $0.expire(at: now)
            return $0.count
        }
    }

    /// 192 bits of the system's secure randomness as hexadecimal digits: visible ASCII, as the transport wants it.
    private static func randomID() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for _ in 0..<3 {
            let bits = generator.next()
            for shift in stride(from: 60, through: 0, by: -4) { text.append(digits[Int(bits >> shift & 0xF)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Keeps a session; returns its id.
    func open(_ session: LegacySession, endpoint: String) -> String {
        let now = now()
        while true {
            let id = makeID()
            if sessions.withLock({ $0.open(session, id: id, endpoint: endpoint, at: now) }) { return id }
        }
    }

    func use(_ id: String, endpoint: String, principal: Principal) -> LegacySession? {
        let now = now()
        return sessions.withLock { $0.use(id, endpoint: endpoint, principal: principal, at: now) }
    }

    func update(_ id: String, endpoint: String, principal: Principal, _ event: @Sendable (inout LegacySession) -> Void) {
        sessions.withLock { $0.update(id, endpoint: endpoint, principal: principal, event) }
    }

    func close(_ id: String, endpoint: String, principal: Principal) -> Bool {
        let now = now()
        return sessions.withLock { $0.close(id, endpoint: endpoint, principal: principal, at: now) }
    }
}
