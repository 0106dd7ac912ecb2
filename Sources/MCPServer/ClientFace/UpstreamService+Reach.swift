import Outbound
import Synchronization
import Wire

extension UpstreamService {
    // MARK: - Sessions

    /// The way to the upstream for a call; a session is in use until `release`.
    func reach(_ context: any CallContext) async throws(MCPError) -> Reached {
        // Where there are no sessions, nothing has to be found out of the caller.
        if let modern = state.withLock({ $0.isClosed ? nil : $0.modern }) { return .modern(modern) }
        return try await reach(SessionKey(context, isStateless: endpoint.isStateless), context)
    }

    /// The way to the upstream for the callers of a key; a session is in use until `release`.
    func reach(_ key: SessionKey, _ context: any CallContext) async throws(MCPError) -> Reached {
        let now = now()
        enum Found {
            case reached(Reached)
            case wait(Int, opens: Bool)
            case refused(String)
        }
        let (found, evicted): (Found, [UpstreamSession]) = state.withLock { state in
            if state.isClosed { return (.refused("The upstream's configuration has changed"), []) }
            if let modern = state.modern { return (.reached(.modern(modern)), []) }
            state.lastWaiter += 1
            let waiter = state.lastWaiter
            let found: Found =
                switch state.pool.acquire(key, waiter: waiter, now: now) {
                case .use(let session): .reached(.legacy(session))
                case .open: .wait(waiter, opens: true)
                case .wait: .wait(waiter, opens: false)
                case .refuse: .refused("Too many sessions with the upstream")
                }
            return (found, state.pool.takeEvicted())
        }
        for session in evicted { Task { await session.close() } }
        switch found {
        case .reached(let reached): return reached
        case .refused(let reason): throw MCPError(.upstreamUnavailable, reason)
        case .wait(let waiter, let opens):
            if opens {
                watchOver()
                let client = endpoint.isStateless ? endpoint.identity : context.client.info ?? endpoint.identity
                // Serves all who wait, so it does not end with the one who came first; bounded by the handshake's limits.
                Task { [weak self] in await self?.openSession(key, client) }
            }
            return try await wait(waiter, key).get()
        }
    }

    private func wait(_ waiter: Int, _ key: SessionKey) async -> Result<Reached, MCPError> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let early: Result<Reached, MCPError>? = state.withLock { state in
                    if let early = state.early.removeValue(forKey: waiter) { return early }
                    state.waiters[waiter] = continuation
                    return nil
                }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            let cancelled = Result<Reached, MCPError>.failure(MCPError(.cancelled, "The call was cancelled"))
            let (continuation, isWaiting) = state.withLock { state in
                let isWaiting = state.pool.abandon(key, waiter: waiter)
                if isWaiting, state.waiters[waiter] == nil { state.early[waiter] = cancelled }
                return (isWaiting ? state.waiters.removeValue(forKey: waiter) : nil, isWaiting)
            }
            if isWaiting { continuation?.resume(returning: cancelled) }
        }
    }

    private func openSession(_ key: SessionKey, _ client: Implementation) async {
        let result: Result<Reached, MCPError>
        do {
            result = .success(try await open(key, client))
        } catch {
            result = .failure(error)
        }
        let now = now()
        let (continuations, unwanted): ([CheckedContinuation<Result<Reached, MCPError>, Never>], UpstreamSession?) =
            state.withLock { state in
                let waiters: [Int]
                var unwanted: UpstreamSession?
                switch result {
                case .success(.legacy(let session)) where !state.isClosed:
                    waiters = state.pool.opened(key, session, now: now)
                    if session.ending != nil { state.pool.remove(key) { $0 === session } }
                case .success(.legacy(let session)):
                    waiters = state.pool.failed(key)
                    unwanted = session
                case .success(.modern), .failure: waiters = state.pool.failed(key)
                }
                return (
                    waiters.compactMap { waiter in
                        if let continuation = state.waiters.removeValue(forKey: waiter) { return continuation }
                        state.early[waiter] = result
                        return nil
                    }, unwanted
                )
            }
        for continuation in continuations { continuation.resume(returning: result) }
        if let unwanted { await unwanted.close() }
    }

    /// A caller has done with a session.
    func release(_ session: UpstreamSession) {
        let now = now()
        state.withLock { $0.pool.release(session.key, where: { $0 === session }, now: now) }
    }

    /// A session is of no more use.
    func drop(_ session: UpstreamSession) {
        state.withLock { _ = $0.pool.remove(session.key) { $0 === session } }
        Task { await session.close() }
    }

    /// The stateless way is of no more use: its process has ended.
    func drop(_ upstream: StatelessUpstream) {
        let isNews = state.withLock { state in
            guard state.modern === upstream else { return false }
            state.modern = nil
            return true
        }
        if isNews { Task { await upstream.link.close() } }
    }

    /// What was learnt of the era turned out wrong.
    func forgetEra(_ upstream: StatelessUpstream) {
        eras.forget(place)
        drop(upstream)
    }

    // MARK: - Housekeeping

    /// Sees to what has waited or been idle too long, as long as there is anything open.
    private func watchOver() {
        let starts = state.withLock { state in
            defer { state.isWatched = true }
            return !state.isWatched
        }
        guard starts else { return }
        // Ends when nothing is open any more, or with the service.
        Task { [weak self] in
            while true {
                try? await Task.sleep(for: .seconds(1))
                guard let self, await self.expire() else { return }
            }
        }
    }

    /// One round of it; false once there is nothing left to see to.
    func expire() async -> Bool {
        let now = now()
        let idleSince = now.advanced(by: .zero - endpoint.limits.idleSession)
        let (idle, open, modern, goesOn) = state.withLock { state in
            let idle = state.pool.expire(unusedSince: idleSince)
            // A modern upstream over HTTP has nothing that waits here.
            let goesOn = state.pool.count > 0 || state.modern.map { !($0.link is HTTPLink) } == true
            if !goesOn { state.isWatched = false }
            return (idle, state.pool.sessions, state.modern, goesOn)
        }
        for session in open { session.link.expire(now: now) }
        modern?.link.expire(now: now)
        for session in idle { await session.close() }
        return goesOn
    }
}
