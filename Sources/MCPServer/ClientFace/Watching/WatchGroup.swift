import Synchronization
import Wire

/// Those who watch the same session, or behind the same client of a stateless upstream: one subscription for all of them,
/// restored when it breaks.
final class WatchGroup: Sendable {
    /// What a slow watcher may have waiting; of more, the oldest are lost.
    private static let bufferedChanges = 256

    struct State {
        var hub = SubscriptionHub()
        var outlets: [Int: AsyncStream<Change>.Continuation] = [:]
        /// The session in use for as long as somebody watches.
        var session: UpstreamSession?
        /// The subscription whose notifications count, what was asked of it, and what it delivers.
        var listening: (id: Int, asked: ChangeFilter, granted: ChangeFilter, task: Task<Void, Never>)?
        var recovery: Task<Void, Never>?
        /// The last change of what is subscribed to; each waits for the one before.
        var tail: Task<Void, Never>?
        /// How many watchers are about to come.
        var arriving = 0
        var isOver = false
    }

    let key: SessionKey
    let context: BackgroundContext
    let state = Mutex(State())
    private let service: @Sendable () -> UpstreamService?

    init(_ key: SessionKey, _ context: any CallContext, service: @escaping @Sendable () -> UpstreamService?) {
        self.key = key
        self.context = BackgroundContext(context)
        self.service = service
    }

    var owner: UpstreamService? { service() }

    /// Whether nobody watches, or is about to.
    var isUnused: Bool { state.withLock { $0.hub.isEmpty && $0.arriving == 0 } }

    // MARK: - Watchers

    /// A watcher comes. Returns once the upstream delivers what it will.
    func add(_ filter: ChangeFilter, _ context: any CallContext) async throws(MCPError) -> Watch {
        guard let owner else { throw MCPError(.upstreamUnavailable, "The upstream's configuration has changed") }
        guard state.withLock({ $0.hub.count }) < owner.endpoint.limits.maximumWatches else {
            throw MCPError(.upstreamUnavailable, "Too many watchers of the upstream")
        }
        state.withLock { $0.arriving += 1 }
        defer { leaveArrival() }
        let honoured = try await inTurn { [self] () async throws(MCPError) in
            switch try await owner.reach(key, context) {
            case .legacy(let session): return await subscribe(filter, on: session, owner, context)
            case .modern(let upstream): return try await listen(to: filter, on: upstream, owner)
            }
        }
        let (changes, outlet) = AsyncStream.makeStream(
            of: Change.self, bufferingPolicy: .bufferingNewest(Self.bufferedChanges))
        let id: Int? = state.withLock { state in
            guard !state.isOver else { return nil }
            let id = state.hub.add(honoured)
            state.outlets[id] = outlet
            return id
        }
        guard let id else {
            outlet.finish()
            return Watch(honoured: ChangeFilter(), changes: changes)
        }
        outlet.onTermination = { [weak self] _ in self?.remove(id) }
        return Watch(honoured: honoured, changes: changes)
    }

    /// Somebody has come, or could not. Where nobody watches then, what was opened for them goes.
    private func leaveArrival() {
        let isLast = state.withLock { state in
            state.arriving -= 1
            return state.hub.isEmpty && state.arriving == 0
        }
        if isLast { release() }
    }

    /// A watcher has gone.
    private func remove(_ id: Int) {
        let (unwanted, session, isLast) = state.withLock { state in
            state.outlets[id] = nil
            let unwanted = state.hub.remove(id)
            return (unwanted, state.session, state.hub.isEmpty && state.arriving == 0)
        }
        if isLast {
            release()
            owner?.forgetIfUnused(self)
            return
        }
        guard let session, !unwanted.isEmpty else { return }
        // In turn with whoever comes meanwhile for the same resource; each request is bounded by the handshake's limit.
        Task { [self] in
            _ = try? await inTurn { [self] in
                for uri in unwanted where !state.withLock({ $0.hub.resources.contains(uri) }) {
                    _ = try? await session.request("resources/unsubscribe", ["uri": .string(uri)])
                }
                return ChangeFilter()
            }
        }
    }

    /// The last watcher has gone.
    private func release() {
        let (session, listening, recovery) = state.withLock { state in
            defer {
                state.session = nil
                state.listening = nil
                state.recovery = nil
            }
            return (state.session, state.listening, state.recovery)
        }
        recovery?.cancel()
        listening?.task.cancel()
        guard let session else { return }
        session.setContextOutsideCalls(nil)
        owner?.release(session)
    }

    /// Ends all watches.
    func end() {
        let outlets = state.withLock { state in
            state.isOver = true
            return Array(state.outlets.values)
        }
        for outlet in outlets { outlet.finish() }
        release()
    }

    /// Runs changes of the subscription one after the other.
    private func inTurn(
        _ body: @escaping @Sendable () async throws(MCPError) -> ChangeFilter
    ) async throws(MCPError) -> ChangeFilter {
        let task: Task<Result<ChangeFilter, MCPError>, Never> = state.withLock { state in
            let before = state.tail
            // Ends with the body, whose requests are bounded by the limits of the handshake.
            let task = Task<Result<ChangeFilter, MCPError>, Never> {
                await before?.value
                do throws(MCPError) { return .success(try await body()) } catch { return .failure(error) }
            }
            state.tail = Task { _ = await task.value }
            return task
        }
        return try await task.value.get()
    }

    // MARK: - Changes

    /// Something happened in the session.
    func heard(_ event: SessionEvent, from session: UpstreamSession) {
        switch event {
        case .changed(let change): deliver(change)
        case .missed: resync()
        case .ended:
            let isOurs = state.withLock { state in
                guard state.session === session else { return false }
                state.session = nil
                return true
            }
            if isOurs { recover() }
        }
    }

    func deliver(_ change: Change) {
        let outlets = state.withLock { state in state.hub.recipients(of: change).compactMap { state.outlets[$0] } }
        for outlet in outlets { outlet.yield(change) }
    }

    func resync() {
        let all = state.withLock { state in state.hub.resync().map { (state.outlets[$0.watcher], $0.changes) } }
        for (outlet, changes) in all { for change in changes { outlet?.yield(change) } }
    }

    // MARK: - Recovery

    /// Brings the subscription back, as long as somebody watches.
    func recover() {
        state.withLock { state in
            guard !state.isOver, !state.hub.isEmpty, state.recovery == nil else { return }
            // Ends with success, or when the last watcher goes.
            state.recovery = Task { [weak self] in
                var wait = Duration.milliseconds(200)
                while !Task.isCancelled {
                    guard let self else { return }
                    if await self.restore() { break }
                    try? await Task.sleep(for: wait)
                    wait = min(wait * 2, .seconds(30))
                }
                self?.state.withLock { $0.recovery = nil }
            }
        }
    }

    private func restore() async -> Bool {
        guard let owner else { return true }
        let restored = try? await inTurn { [self] () async throws(MCPError) in
            let wanted = state.withLock { $0.hub.union }
            switch try await owner.reach(key, context) {
            case .legacy(let session): return await subscribe(wanted, on: session, owner, nil)
            case .modern(let upstream): return try await listen(to: wanted, on: upstream, owner)
            }
        }
        guard restored != nil, !Task.isCancelled else { return false }
        resync()
        return true
    }
}
