import Synchronization

/// How many sessions of legacy clients are kept, and for how long.
public struct LegacySessionLimits: Sendable, Hashable {
    /// Over all principals.
    public var total: Int
    /// Of one principal.
    public var perPrincipal: Int
    /// Without a request, an open stream or a running call.
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
    private let sessions: Mutex<LegacySessions<HTTPSession>>
    private let makeID: @Sendable () -> String
    /// What tells sessions, calls and answers the time.
    let pulse: Pulse
    private let budget = ByteBudget()
    private let expiry = SessionExpiry()

    /// An empty store with the system's clock and randomness.
    public convenience init(limits: LegacySessionLimits = LegacySessionLimits()) {
        self.init(limits: limits, pulse: Pulse(), makeID: LegacySessionStore.randomID)
    }

    /// An empty store with a clock and ids of the caller's.
    init(limits: LegacySessionLimits, pulse: Pulse, makeID: @escaping @Sendable () -> String) {
        sessions = Mutex(LegacySessions(limits: limits))
        self.pulse = pulse
        self.makeID = makeID
        expiry.store = self
    }

    /// How many sessions are held, for metrics.
    public var count: Int {
        change { sessions, now in
            sessions.expire(at: now)
            return sessions.count
        }
    }

    /// 192 bits of the system's secure randomness as hexadecimal digits: visible ASCII, as the transport wants it.
    static func randomID() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for _ in 0..<3 {
            let bits = generator.next()
            for shift in stride(from: 60, through: 0, by: -4) { text.append(digits[Int(bits >> shift & 0xF)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A session that nobody can find yet.
    func make(owner: Principal, transport: HTTPSession.Transport, limits: LegacyPeer.Limits) -> HTTPSession {
        HTTPSession(id: makeID(), owner: owner, transport: transport, pulse: pulse, budget: budget, limits: limits)
    }

    /// Keeps a session. False where one of its id is kept already.
    func open(_ session: HTTPSession, endpoint: String) -> Bool {
        let isNew = change { $0.open(session, id: session.id, endpoint: endpoint, at: $1) }
        pulse.add(expiry)
        return isNew
    }

    /// The session of that id, now used; nil where it is unknown at this endpoint or belongs to somebody else.
    func use(_ id: String, endpoint: String, principal: Principal) -> HTTPSession? {
        change { $0.use(id, endpoint: endpoint, principal: principal, at: $1) }
    }

    /// Ends the session of that id. False where it is unknown at this endpoint or belongs to somebody else.
    func close(_ id: String, endpoint: String, principal: Principal) -> Bool {
        change { $0.close(id, endpoint: endpoint, principal: principal, at: $1) }
    }

    /// Ends every session: the node is about to stop.
    public func closeAll() {
        let all = sessions.withLock { $0.removeAll() }
        for session in all { session.close() }
    }

    /// Changes the table, and ends what went out of it once the lock is free.
    private func change<Result: Sendable>(
        _ body: (inout LegacySessions<HTTPSession>, ContinuousClock.Instant) -> Result
    ) -> Result {
        let now = pulse.now
        let (result, removed) = sessions.withLock { sessions in
            let result = body(&sessions, now)
            return (result, sessions.takeRemoved())
        }
        for session in removed { session.close() }
        return result
    }
}

/// Ends sessions whose time is over though nobody asks for one. It does not hold the store, which may go before.
private final class SessionExpiry: Pulsing {
    private let watched = Mutex<Weak>(Weak())

    private struct Weak { weak var store: LegacySessionStore? }

    var store: LegacySessionStore? {
        get { watched.withLock { $0.store } }
        set { watched.withLock { $0.store = newValue } }
    }

    func pulse(at now: ContinuousClock.Instant) -> Bool { (store?.count ?? 0) > 0 }
}
