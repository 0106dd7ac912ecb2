internal import Synchronization
public import Wire

/// A service whose answers come from an MCP server elsewhere, of either era and over any transport.
///
/// It finds out by itself what the upstream speaks, opens sessions as callers need them, and heals what gets lost. One
/// value serves all callers of one endpoint; sessions are never shared between principals unless the upstream is
/// configured as stateless and can't ask anything.
public final class UpstreamService: MCPService {
    /// What a call goes through.
    enum Reached: Sendable {
        case modern(StatelessUpstream)
        case legacy(UpstreamSession)
    }

    struct State {
        var pool: SessionPool<SessionKey, UpstreamSession>
        var waiters: [Int: CheckedContinuation<Result<Reached, MCPError>, Never>] = [:]
        /// What came for who had not begun to wait yet.
        var early: [Int: Result<Reached, MCPError>] = [:]
        var lastWaiter = 0
        /// The stateless way, once the upstream turned out to be modern.
        var modern: StatelessUpstream?
        /// What the upstream last said of itself in a session, and of what kind of client.
        var profiles: [ClientFeatures: (profile: ServiceProfile, learnt: ContinuousClock.Instant)] = [:]
        var health = UpstreamHealth()
        var groups: [SessionKey: WatchGroup] = [:]
        var isWatched = false
        var isClosed = false
    }

    let endpoint: UpstreamEndpoint
    let place: String
    let eras: EraCache
    let catalogue: ToolCatalogue
    let state: Mutex<State>
    let clock: WallClock
    let now: @Sendable () -> ContinuousClock.Instant
    let reading = SingleFlight<Void>()

    /// A service for an endpoint. Nothing is sent before somebody calls.
    /// - Parameters:
    ///   - eras: what is known of upstreams' eras; shared by the services of a process.
    ///   - clock: the time of day, for `health`.
    ///   - now: the clock by which sessions age.
    public init(
        _ endpoint: UpstreamEndpoint, eras: EraCache, clock: WallClock = .system,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.endpoint = endpoint
        self.eras = eras
        self.clock = clock
        self.now = now
        place = endpoint.place
        catalogue = ToolCatalogue(maximumCount: endpoint.limits.maximumTools)
        let limits = endpoint.limits
        state = Mutex(
            State(
                pool: SessionPool(
                    maximum: limits.maximumSessions, maximumPerGroup: limits.maximumSessionsPerPrincipal,
                    group: { $0.principal })))
    }

    deinit {
        let open = state.withLock { state in
            (state.pool.sessions.map(\.link) + [state.modern?.link].compactMap { $0 })
        }
        // Each ends by itself within its own deadlines.
        for link in open { Task { await link.close() } }
    }

    /// How the upstream is doing.
    public var health: UpstreamHealth {
        let (found, sessions, modern) = state.withLock { ($0.health, $0.pool.sessions, $0.modern) }
        var health = found
        health.sessions = sessions.count
        health.failures = endpoint.failures.total
        let traffics = sessions.map(\.traffic) + [modern?.traffic].compactMap { $0 }
        health.calls = traffics.reduce(0) { $0 + $1.count }
        let links = sessions.map(\.link) + [modern?.link].compactMap { $0 }
        health.skippedMessages = links.reduce(0) { $0 + $1.skipped }
        return health
    }

    /// Ends the sessions that were opened for a client's own session, once that is over.
    public func endSessions(affinity: String, of principal: Principal) async {
        let ended = state.withLock { state in
            state.pool.removeAll { $0.principal == principal.id && $0.affinity == affinity }
        }
        for session in ended { await session.close() }
    }

    /// Ends all sessions. Calls that are under way fail, new ones are refused.
    public func close() async {
        let (sessions, modern, groups) = state.withLock { state in
            state.isClosed = true
            defer {
                state.modern = nil
                state.groups = [:]
            }
            return (state.pool.removeAll { _ in true }, state.modern, Array(state.groups.values))
        }
        for group in groups { group.end() }
        for session in sessions { await session.close() }
        await modern?.link.close()
    }

    // MARK: - MCPService

    /// What the upstream says of itself, without what can't be delivered.
    public func profile(_ context: any CallContext) async throws -> ServiceProfile {
        let now = now()
        if let known = state.withLock({ $0.modern })?.profile(now: now) { return known }
        let key = SessionKey(context, isStateless: endpoint.isStateless)
        let known: ServiceProfile? = state.withLock { state in
            guard state.modern == nil else { return nil }
            guard let (profile, learnt) = state.profiles[key.features] else { return nil }
            let isOpen = state.pool.peek(key) != nil
            return isOpen || learnt.advanced(by: endpoint.limits.profile) > now ? profile : nil
        }
        if let known { return known }
        switch try await reach(key, context) {
        case .modern(let upstream): return try await greeting(of: upstream).profile(hasOwnStream: true)
        case .legacy(let session):
            defer { release(session) }
            let profile = session.greeting.profile(hasOwnStream: await session.link.hasOwnStream())
            state.withLock { $0.profiles[key.features] = (profile, now) }
            return profile
        }
    }

    private func greeting(of upstream: StatelessUpstream) async throws(MCPError) -> Greeting {
        if let greeting = upstream.greeting(now: now()) { return greeting }
        do throws(LinkFault) {
            let answer = try await upstream.discover(within: endpoint.limits.handshake)
            guard case .result(let result) = answer.content else {
                throw LinkFault(.malformed, "The upstream can't be discovered")
            }
            let greeting = Greeting(discoverResult: result, revision: upstream.revision)
            upstream.learn(greeting, now: now())
            noteContact()
            return greeting
        } catch {
            note(error)
            // What it said before is better than nothing.
            if let greeting = upstream.lastGreeting { return greeting }
            throw UpstreamAnswer.error(error)
        }
    }

    /// Sends the operation to the upstream.
    public func perform(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        var attempts = CallAttempts()
        while true {
            let step: CallAttempts.Step
            switch try await reach(context) {
            case .modern(let upstream): step = try await attempt(operation, context, on: upstream, &attempts)
            case .legacy(let session):
                defer { release(session) }
                step = try await attempt(operation, context, on: session, &attempts)
            }
            switch step {
            case .done(let outcome): return outcome
            case .again(let pause): if pause > .zero { try await Task.sleep(for: pause) }
            }
        }
    }

    /// The input schema of a tool, from the upstream's list of tools.
    public func inputSchema(ofTool name: String, _ context: any CallContext) async throws -> JSONObject? {
        if let entry = catalogue.current(name) { return entry.headers == nil ? nil : entry.inputSchema }
        await readTools(context)
        guard let entry = catalogue[name], entry.headers != nil else { return nil }
        return entry.inputSchema
    }

    /// Sends an operation on a task of a modern upstream.
    public func task(_ operation: TaskOperation, _ context: any CallContext) async throws -> RawObject {
        let key = SessionKey(context, isStateless: endpoint.isStateless)
        switch try await reach(key, context) {
        case .legacy(let session):
            release(session)
            throw MCPError.methodNotFound("tasks")
        case .modern(let upstream):
            let answer: LinkAnswer
            do {
                answer = try await upstream.task(operation, context)
            } catch {
                note(error)
                throw UpstreamAnswer.error(error)
            }
            noteContact()
            switch answer.content {
            case .result(let result): return result
            case .failure(let error):
                throw UpstreamAnswer.error(
                    error, of: Operation(.other(method: "tasks")), upstream: upstream.revision, client: context.client)
            }
        }
    }

    // MARK: - Health

    func note(_ fault: LinkFault) {
        guard fault.kind != .cancelled else { return }
        note(fault.summary)
    }

    func note(_ summary: String) {
        endpoint.failures.add()
        let time = clock.nowMilliseconds()
        state.withLock { state in
            state.health.lastError = summary
            state.health.lastErrorMilliseconds = time
        }
    }

    func noteContact() {
        let time = clock.nowMilliseconds()
        state.withLock { $0.health.lastContactMilliseconds = time }
    }
}
