import Synchronization
import Wire

/// Watches for changes on behalf of one legacy session, and tells them to its client.
final class SubscriptionKeeper: Sendable {
    private struct State {
        var plan = SubscriptionPlan()
        var tickets: [Int: OneShot<MCPError?>] = [:]
        var nextTicket = 0
        /// The watch that stands.
        var standing: Task<Void, Never>?
        /// What opens watches; one at a time.
        var opening: Task<Void, Never>?
        var watchesLists = false
        var isClosed = false
    }

    private let service: any MCPService
    private let context: any CallContext
    private let outlet: any MessageOutlet
    private let state = Mutex(State())

    init(_ service: any MCPService, _ context: any CallContext, _ outlet: any MessageOutlet) {
        self.service = service
        self.context = context
        self.outlet = outlet
    }

    /// Watches for the changes of lists that the service offers. A second call changes nothing.
    func watchLists() {
        let isFirst = state.withLock { state in
            defer { state.watchesLists = true }
            return !state.watchesLists && !state.isClosed
        }
        guard isFirst else { return }
        own {
            guard let lists = try? await self.service.profile(self.context).capabilities.changingLists else { return }
            try? await self.change(.lists(lists))
        }
    }

    /// Makes a change to what is watched for.
    /// - Throws: why the service can't watch for it.
    func change(_ edit: SubscriptionPlan.Edit) async throws {
        let ticket = OneShot<MCPError?>()
        let actions = state.withLock { state -> [SubscriptionPlan.Action]? in
            guard !state.isClosed else { return nil }
            state.nextTicket += 1
            state.tickets[state.nextTicket] = ticket
            return state.plan.request(edit, ticket: state.nextTicket)
        }
        guard let actions else { throw MCPError.invalidRequest("The session has ended") }
        perform(actions, opened: nil)
        let error = await withTaskCancellationHandler {
            await ticket.value()
        } onCancel: {
            ticket.settle(MCPError(wrapping: CancellationError()))
        }
        if let error { throw error }
    }

    /// Ends every watch.
    func close() {
        let (tasks, tickets) = state.withLock { state in
            defer {
                state.standing = nil
                state.opening = nil
                state.tickets = [:]
            }
            state.isClosed = true
            return ([state.standing, state.opening], Array(state.tickets.values))
        }
        for task in tasks { task?.cancel() }
        for ticket in tickets { ticket.settle(MCPError.invalidRequest("The session has ended")) }
    }

    // MARK: - Actions

    /// - Parameter opened: the watch that was opened last, with its filter.
    private func perform(_ actions: [SubscriptionPlan.Action], opened: (watch: Watch, filter: ChangeFilter)?) {
        for action in actions {
            switch action {
            case .open(let filter): own { await self.open(filter) }
            case .replace:
                guard let opened else { continue }
                replace(Task { await self.consume(opened.watch, opened.filter) })
            case .discard: break
            case .stop: replace(nil)
            case .settle(let ticket, let error): state.withLock { $0.tickets.removeValue(forKey: ticket) }?.settle(error)
            }
        }
    }

    private func open(_ filter: ChangeFilter) async {
        do {
            let watch = try await service.watch(filter, context)
            perform(state.withLock { $0.plan.opened(honoured: watch.honoured) }, opened: (watch, filter))
        } catch {
            let error = MCPError(wrapping: error)
            perform(state.withLock { $0.plan.failed(error) }, opened: nil)
        }
    }

    /// Runs something that opens a watch, until this keeper is closed.
    private func own(_ work: @escaping @Sendable () async -> Void) {
        let task = Task { await work() }
        let isClosed = state.withLock { state in
            state.opening = task
            return state.isClosed
        }
        if isClosed { task.cancel() }
    }

    private func replace(_ task: Task<Void, Never>?) {
        let (old, isClosed) = state.withLock { state in
            defer { state.standing = task }
            return (state.standing, state.isClosed)
        }
        // What it has seen already it still tells: a cancelled sequence ends behind what is in its buffer.
        old?.cancel()
        if isClosed { task?.cancel() }
    }

    // MARK: - Changes

    /// How long to wait before a watch that ended by itself is opened again: doubled each time, up to a minute.
    private static let shortestWait = Duration.seconds(1)
    private static let longestWait = Duration.seconds(60)

    private func consume(_ first: Watch, _ filter: ChangeFilter) async {
        var watch = first
        var wait = Self.shortestWait
        while watch.honoured != ChangeFilter() {
            for await change in watch.changes { tell(change) }
            repeat {
                guard (try? await Task.sleep(for: wait)) != nil else { return }
                wait = min(wait * 2, Self.longestWait)
                guard let next = try? await service.watch(filter, context) else { continue }
                watch = next
                break
            } while true
            // Nobody knows what happened in between.
            for change in filter.everything { tell(change) }
        }
    }

    private func tell(_ change: Change) {
        switch change {
        case .toolsListChanged: outlet.send(Outgoing.notification("notifications/tools/list_changed"))
        case .promptsListChanged: outlet.send(Outgoing.notification("notifications/prompts/list_changed"))
        case .resourcesListChanged: outlet.send(Outgoing.notification("notifications/resources/list_changed"))
        case .resourceUpdated(let params):
            var params = params.object
            params.removeFromMeta(ProtocolKey.ofResults)
            outlet.send(Outgoing.notification("notifications/resources/updated", params))
        case .task: break  // Of the modern extension, whose tasks a legacy client never gets.
        }
    }
}

extension ChangeFilter {
    /// Every change that this filter lets pass, once.
    fileprivate var everything: [Change] {
        var changes: [Change] = []
        if toolsListChanged { changes.append(.toolsListChanged) }
        if promptsListChanged { changes.append(.promptsListChanged) }
        if resourcesListChanged { changes.append(.resourcesListChanged) }
        return changes + resourceSubscriptions.map { .resourceUpdated(["uri": .string($0)]) }
    }
}
