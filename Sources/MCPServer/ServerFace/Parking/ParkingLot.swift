import Synchronization
import Wire

/// How many calls may wait for answers of modern clients, and for how long.
public struct ParkingLimits: Sendable, Hashable {
    /// Over all principals.
    public var total: Int
    /// Of one principal.
    public var perPrincipal: Int
    /// How long a client may take to answer.
    public var ticketLifetime: Duration
    /// How long an outcome is kept after it was delivered, for a request that comes twice.
    public var outcomeLifetime: Duration
    /// How long questions gather before they go out together.
    public var window: Duration

    /// Limits; numbers below one are taken as one.
    public init(
        total: Int = 4096, perPrincipal: Int = 256, ticketLifetime: Duration = .seconds(300),
        outcomeLifetime: Duration = .seconds(60), window: Duration = .milliseconds(25)
    ) {
        self.total = max(1, total)
        self.perPrincipal = max(1, perPrincipal)
        self.ticketLifetime = ticketLifetime
        self.outcomeLifetime = outcomeLifetime
        self.window = window
    }

    func lifetime(of expiry: ParkedCall.Expiry) -> Duration? {
        switch expiry {
        case .ticket: ticketLifetime
        case .outcome: outcomeLifetime
        case .none: nil
        }
    }
}

/// The calls of modern clients on this node whose services have asked them something live, shared by all endpoints.
///
/// A call takes its place with its first question and keeps it to its end, so that the limits refuse a call that begins
/// to ask and never one that goes on.
public final class ParkingLot: Sendable {
    /// The name of this node in tickets, new with each start: what an earlier run of it had parked is lost.
    public let node: String
    let limits: ParkingLimits
    let router: any ParkingRouter
    let watchdog: CallWatchdog
    let now: @Sendable () -> ContinuousClock.Instant

    private struct State {
        var calls: [String: ParkableCall] = [:]
        var places: [Principal: Int] = [:]
    }

    private let state = Mutex(State())

    /// An empty lot with the system's clock.
    ///
    /// - Parameters:
    ///   - node: tells this process from all others; random by default.
    ///   - router: finds calls that other nodes hold.
    public convenience init(
        node: String? = nil, limits: ParkingLimits = ParkingLimits(), router: any ParkingRouter = SoleNode()
    ) {
        self.init(node: node ?? Self.randomID(), limits: limits, router: router, now: { .now })
    }

    /// An empty lot with a clock of the caller's.
    package init(
        node: String, limits: ParkingLimits, router: any ParkingRouter = SoleNode(),
        now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.node = node
        self.limits = limits
        self.router = router
        self.now = now
        watchdog = CallWatchdog(now: now)
    }

    /// How many calls hold a place, for metrics: they wait for their clients, run after answers, or are kept.
    public var count: Int { state.withLock { $0.calls.count } }

    /// The call of that id; nil where there is none (any more).
    func call(_ id: String) -> ParkableCall? { state.withLock { $0.calls[id] } }

    /// Gives a call a place.
    /// - Throws: `refused` where there is none for its principal.
    func enter(_ call: ParkableCall) throws(MCPError) -> String {
        let id = Self.randomID()
        let isFull = state.withLock {
            let places = $0.places[call.principal, default: 0]
            guard $0.calls.count < limits.total, places < limits.perPrincipal else { return true }
            $0.calls[id] = call
            $0.places[call.principal] = places + 1
            return false
        }
        guard !isFull else {
            throw .refused(.rateLimited(retryAfter: nil), "Too many calls wait for answers of their clients")
        }
        // From now on it is watched even after its service has ended.
        _ = watchdog.watch(call)
        return id
    }

    /// A call gives its place back.
    func leave(_ id: String, _ principal: Principal) {
        state.withLock {
            guard $0.calls.removeValue(forKey: id) != nil else { return }
            let places = $0.places[principal, default: 1] - 1
            $0.places[principal] = places > 0 ? places : nil
        }
    }

    /// 128 bits of the system's randomness: a ticket can't be guessed even by who holds the keys' other tickets.
    private static func randomID() -> String {
        var generator = SystemRandomNumberGenerator()
        return [generator.next(), generator.next()].map { String($0, radix: 36) }.joined(separator: "-")
    }
}
