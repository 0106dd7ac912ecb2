import Synchronization
import Wire

extension WatchGroup {
    // MARK: - Legacy

    /// Subscribes to what is new in a filter; returns what will be delivered.
    /// - Parameter context: that of a new watcher, who may be asked what belongs to no call; nil after a loss.
    func subscribe(
        _ filter: ChangeFilter, on session: UpstreamSession, _ owner: UpstreamService, _ context: (any CallContext)?
    ) async -> ChangeFilter {
        let isNew = state.withLock { state in
            guard state.session !== session else { return false }
            state.session = session
            return true
        }
        // One use for the whole group, however many watch.
        if !isNew { owner.release(session) }
        if let client = context?.client, client.revision.era == .legacy, client.askForm == .live {
            session.setContextOutsideCalls(context)
        }
        var honoured = filter.intersection(session.greeting.capabilities.deliverable(filter.resourceSubscriptions))
        guard await session.link.hasOwnStream() else { return ChangeFilter() }
        let wanted = honoured
        let (known, news) = state.withLock { state in
            isNew ? (0, wanted.resourceSubscriptions) : (state.hub.resources.count, state.hub.news(in: wanted))
        }
        var failed: Set<String> = []
        for (index, uri) in Set(news).sorted().enumerated() {
            guard known + index < owner.endpoint.limits.maximumSubscriptions else {
                failed.insert(uri)
                continue
            }
            let answer = try? await session.request("resources/subscribe", ["uri": .string(uri)])
            if case .result? = answer?.content { continue }
            failed.insert(uri)
        }
        honoured.resourceSubscriptions.removeAll(where: failed.contains)
        return honoured
    }

    // MARK: - Modern

    /// Makes the subscription deliver a filter, too: a new one is opened and acknowledged before the old one goes.
    /// Returns what of the filter will be delivered.
    func listen(
        to filter: ChangeFilter, on upstream: StatelessUpstream, _ owner: UpstreamService
    ) async throws(MCPError) -> ChangeFilter {
        guard !filter.isEmpty else { return filter }
        let (union, current) = state.withLock { ($0.hub.union, $0.listening) }
        if let current, current.asked.covers(filter) { return filter.intersection(current.granted) }
        var wanted = union
        wanted.form(filter)
        wanted.resourceSubscriptions = Set(union.resourceSubscriptions + filter.resourceSubscriptions).sorted()
        wanted.taskIDs = Set(union.taskIDs + filter.taskIDs).sorted()
        let id = upstream.traffic.nextID()
        let acknowledged = Acknowledgement()
        let asked = wanted
        // Lives until the upstream ends it, or `release` or a successor cancels it.
        let task = Task { [weak self, context] in
            _ = try? await upstream.listen(id, to: asked, client: context.client) { [weak self] method, params in
                self?.heard(method, params, on: id, acknowledged)
            }
            acknowledged.settle(nil)
            self?.ended(id)
        }
        acknowledged.onAcknowledged { [weak self] granted in self?.take(over: id, asked, granted, task) }
        let granted: ChangeFilter?
        do {
            granted = try await Deadline.run(for: owner.endpoint.limits.handshake) { await acknowledged.value() }
        } catch {
            task.cancel()
            throw UpstreamAnswer.error(error)
        }
        // An upstream that refuses to be listened to delivers nothing.
        guard let granted else { return ChangeFilter() }
        return filter.intersection(granted)
    }

    private func take(over id: Int, _ asked: ChangeFilter, _ granted: ChangeFilter, _ task: Task<Void, Never>) {
        let old = state.withLock { state in
            defer { state.listening = (id, asked, granted, task) }
            return state.listening
        }
        old?.task.cancel()
    }

    private func heard(_ method: String, _ params: RawObject, on id: Int, _ acknowledged: Acknowledgement) {
        if method == "notifications/subscriptions/acknowledged" {
            acknowledged.settle(ChangeFilter(params["notifications"]?.objectValue ?? JSONObject()))
            return
        }
        // What the successor delivers as well counts once.
        guard state.withLock({ $0.listening?.id == id }), let change = Change(method, params) else { return }
        if case .toolsListChanged = change { owner?.catalogue.invalidate() }
        deliver(change)
    }

    private func ended(_ id: Int) {
        let isOurs = state.withLock { state in
            guard state.listening?.id == id else { return false }
            state.listening = nil
            return true
        }
        if isOurs { recover() }
    }
}

/// The upstream's word on what a subscription delivers, awaited once.
final class Acknowledgement: Sendable {
    private struct State {
        var settled: ChangeFilter??
        var waiting: CheckedContinuation<ChangeFilter?, Never>?
        var action: (@Sendable (ChangeFilter) -> Void)?
    }

    private let state = Mutex(State())

    /// What happens at the moment of the acknowledgement, before any later notification.
    func onAcknowledged(_ action: @escaping @Sendable (ChangeFilter) -> Void) {
        let granted: ChangeFilter?? = state.withLock { state in
            if state.settled == nil { state.action = action }
            return state.settled
        }
        if let granted = granted ?? nil { action(granted) }
    }

    /// It came, or never will; only the first word counts.
    func settle(_ filter: ChangeFilter?) {
        let (waiting, action) = state.withLock { state in
            guard state.settled == nil else {
                return (nil, nil) as (CheckedContinuation<ChangeFilter?, Never>?, (@Sendable (ChangeFilter) -> Void)?)
            }
            state.settled = .some(filter)
            defer {
                state.waiting = nil
                state.action = nil
            }
            return (state.waiting, state.action)
        }
        if let filter { action?(filter) }
        waiting?.resume(returning: filter)
    }

    /// What was granted; nil where nothing was, or the wait was cancelled.
    func value() async -> ChangeFilter? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: ChangeFilter?? = state.withLock { state in
                    if state.settled == nil { state.waiting = continuation }
                    return state.settled
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            settle(nil)
        }
    }
}

extension ServerCapabilities {
    /// What a server with these capabilities tells of.
    func deliverable(_ resources: [String]) -> ChangeFilter {
        var filter = ChangeFilter()
        filter.toolsListChanged = json["tools"]?["listChanged"]?.boolValue ?? false
        filter.promptsListChanged = json["prompts"]?["listChanged"]?.boolValue ?? false
        filter.resourcesListChanged = json["resources"]?["listChanged"]?.boolValue ?? false
        if json["resources"]?["subscribe"]?.boolValue == true { filter.resourceSubscriptions = resources }
        return filter
    }
}
