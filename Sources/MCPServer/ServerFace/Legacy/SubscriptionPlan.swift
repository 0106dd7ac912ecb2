/// What a legacy session watches for, as a state machine: one watch whose filter changes.
///
/// The filter of a running watch is fixed, so that a change of it opens a new watch, and only once that stands, closes
/// the old: nothing is missed in between. Changes are made one after another.
struct SubscriptionPlan: Sendable {
    /// A wish of the session.
    enum Edit: Sendable, Hashable {
        /// Changes of these lists; the resources of the filter do not count.
        case lists(ChangeFilter)
        case subscribe(String)
        case unsubscribe(String)
    }

    /// What to do.
    enum Action: Sendable {
        /// Open a watch, and tell whether it stands.
        case open(ChangeFilter)
        /// The watch opened last takes the place of the one before it.
        case replace
        /// The watch opened last is not to be used.
        case discard
        /// Nothing is to be watched any more.
        case stop
        /// An edit was made, or could not be.
        case settle(ticket: Int, MCPError?)
    }

    /// The most resources that one session subscribes to.
    static let maximumSubscriptions = 1000

    /// What is watched for.
    private(set) var filter = ChangeFilter()
    private var waiting: [(edit: Edit, ticket: Int)] = []
    private var current: (edit: Edit, ticket: Int, target: ChangeFilter)?

    /// A new wish.
    mutating func request(_ edit: Edit, ticket: Int) -> [Action] {
        waiting.append((edit, ticket))
        return current == nil ? goOn() : []
    }

    /// The watch that was to be opened stands.
    mutating func opened(honoured: ChangeFilter) -> [Action] {
        guard let (edit, ticket, target) = current else { return [] }
        current = nil
        if case .subscribe(let uri) = edit, !honoured.resourceSubscriptions.contains(uri) {
            let error = MCPError.invalidParams("There are no updates of the resource \(uri.prefix(2048))")
            return [.discard, .settle(ticket: ticket, error)] + goOn()
        }
        filter = target
        return [.replace, .settle(ticket: ticket, nil)] + goOn()
    }

    /// The watch that was to be opened can't be.
    mutating func failed(_ error: MCPError) -> [Action] {
        guard let current else { return [] }
        self.current = nil
        return [.settle(ticket: current.ticket, error)] + goOn()
    }

    private mutating func goOn() -> [Action] {
        var actions: [Action] = []
        while current == nil, !waiting.isEmpty {
            let (edit, ticket) = waiting.removeFirst()
            var target = filter
            target.apply(edit)
            if target == filter {
                actions.append(.settle(ticket: ticket, nil))
            } else if target.resourceSubscriptions.count > Self.maximumSubscriptions {
                let error = MCPError.invalidParams(
                    "A session subscribes to at most \(Self.maximumSubscriptions) resources")
                actions.append(.settle(ticket: ticket, error))
            } else if target == ChangeFilter() {
                filter = target
                actions += [.stop, .settle(ticket: ticket, nil)]
            } else {
                current = (edit, ticket, target)
                actions.append(.open(target))
            }
        }
        return actions
    }
}

extension ChangeFilter {
    fileprivate mutating func apply(_ edit: SubscriptionPlan.Edit) {
        switch edit {
        case .lists(let lists):
            toolsListChanged = lists.toolsListChanged
            promptsListChanged = lists.promptsListChanged
            resourcesListChanged = lists.resourcesListChanged
        case .subscribe(let uri):
            if !resourceSubscriptions.contains(uri) { resourceSubscriptions.append(uri) }
        case .unsubscribe(let uri): resourceSubscriptions.removeAll { $0 == uri }
        }
    }
}
