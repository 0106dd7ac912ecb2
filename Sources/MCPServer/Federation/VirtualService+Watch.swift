import Wire

extension VirtualService {
    /// How many subscriptions one watch may have.
    private static let maximumSubscriptions = 4096

    /// Watches all members that the filter concerns. A member that can't be watched, or no longer, is tried again at growing
    /// intervals, while the others go on; one that promises nothing is not.
    ///
    /// Honoured is of the lists what any member delivers or, being down, may deliver later; of the resources only what a member
    /// confirmed.
    public func watch(_ filter: ChangeFilter, _ context: any CallContext) async throws -> Watch {
        let subscriptions = try await subscriptions(filter, context)
        let parts = try await parts(filter, subscriptions, context)
        let honoured = honoured(filter, parts)
        guard honoured != ChangeFilter() else { return Watch(honoured: honoured, changes: AsyncStream { $0.finish() }) }
        let merged = MergedChanges(sources: parts.count)
        let pumps = parts.map { part in
            Task {
                await pump(part, honoured, context) { merged.offer($0) }
                merged.sourceEnded()
            }
        }
        return Watch(honoured: honoured, changes: merged.changes(pumps: pumps))
    }

    /// What of a watch is one member's.
    private struct Part: Sendable {
        let member: Int
        /// The filter in the member's own names.
        let filter: ChangeFilter
        let subscriptions: MemberSubscriptions
        /// nil where the member could not be asked.
        var watch: Watch?
    }

    private func subscriptions(
        _ filter: ChangeFilter, _ context: any CallContext
    ) async throws -> [MemberSubscriptions] {
        var subscriptions = [MemberSubscriptions](repeating: MemberSubscriptions(), count: members.count)
        for uri in filter.resourceSubscriptions.prefix(Self.maximumSubscriptions) {
            do {
                let route = try await route(uri, context)
                subscriptions[route.member].add(own: route.uri, exposed: uri)
            } catch is MCPError {
                // Not honoured, as that of a resource that a member does not have.
                continue
            }
        }
        return subscriptions
    }

    /// The members' parts, without those that promise nothing.
    private func parts(
        _ filter: ChangeFilter, _ subscriptions: [MemberSubscriptions], _ context: any CallContext
    ) async throws -> [Part] {
        var parts: [Part] = []
        for member in members.indices {
            var own = filter
            own.resourceSubscriptions = subscriptions[member].own
            own.taskIDs = filter.taskIDs.compactMap { id in
                memberTask(id).flatMap { $0.0 == member ? $0.1 : nil }
            }
            guard own != ChangeFilter() else { continue }
            parts.append(Part(member: member, filter: own, subscriptions: subscriptions[member]))
        }
        let asked = parts
        await withTaskGroup(of: (Int, Watch?).self) { group in
            for (place, part) in asked.enumerated() {
                group.addTask { (place, await open(part, context)) }
            }
            for await (place, watch) in group { parts[place].watch = watch }
        }
        try Task.checkCancellation()
        return parts.filter { $0.watch?.honoured != ChangeFilter() }
    }

    private func open(_ part: Part, _ context: any CallContext) async -> Watch? {
        let service = members[part.member].service
        let memberContext = self.context(context, of: part.member)
        return try? await within(limits.listDeadline, sleep: memory.sleep) {
            try await service.watch(part.filter, memberContext)
        }
    }

    /// What the members together honour, in the client's names and order.
    private func honoured(_ filter: ChangeFilter, _ parts: [Part]) -> ChangeFilter {
        var honoured = ChangeFilter()
        var uris: Set<ExactKey> = []
        var tasks: Set<ExactKey> = []
        for part in parts {
            let lists = part.watch?.honoured ?? filter
            honoured.toolsListChanged = honoured.toolsListChanged || lists.toolsListChanged
            honoured.promptsListChanged = honoured.promptsListChanged || lists.promptsListChanged
            honoured.resourcesListChanged = honoured.resourcesListChanged || lists.resourcesListChanged
            for uri in part.watch?.honoured.resourceSubscriptions ?? [] {
                if let exposed = part.subscriptions.exposed[ExactKey(uri)] { uris.insert(ExactKey(exposed)) }
            }
            for id in part.watch?.honoured.taskIDs ?? [] {
                tasks.insert(ExactKey(prefixes[part.member] + ExposedName.separator + id))
            }
        }
        honoured.resourceSubscriptions = filter.resourceSubscriptions.filter { uris.contains(ExactKey($0)) }
        honoured.taskIDs = filter.taskIDs.filter { tasks.contains(ExactKey($0)) }
        return honoured
    }

    // MARK: - One member's changes

    /// The waits before a member is tried again: doubled each time, up to the longest.
    private static let shortestWait = Duration.seconds(1)
    private static let longestWait = Duration.seconds(60)

    /// Tells a member's changes until it promises nothing any more, or nobody listens.
    private func pump(
        _ part: Part, _ honoured: ChangeFilter, _ context: any CallContext, _ tell: @Sendable (Change) -> Void
    ) async {
        let caller = caller(context)
        var watch = part.watch
        var wait = Self.shortestWait
        while !Task.isCancelled {
            if let watch {
                guard watch.honoured != ChangeFilter() else { return }
                for await change in watch.changes {
                    wait = Self.shortestWait
                    if let exposed = exposing(change, part, caller), honoured.covers(exposed) { tell(exposed) }
                }
            }
            guard (try? await memory.sleep(wait)) != nil else { return }
            wait = min(wait * 2, Self.longestWait)
            watch = await open(part, context)
            guard let watch else { continue }
            // Nobody knows what happened in between.
            for change in watch.honoured.everyChange {
                if let exposed = exposing(change, part, caller), honoured.covers(exposed) { tell(exposed) }
            }
        }
    }

    /// A member's change as clients see it; nil where it can't be told. A list that changed is forgotten before anybody hears
    /// of it, so that who asks then gets the new one.
    private func exposing(_ change: Change, _ part: Part, _ caller: FederationRecords.Caller) -> Change? {
        let id = members[part.member].id
        switch change {
        case .toolsListChanged: forget([.tools], ofMember: id)
        case .promptsListChanged: forget([.prompts], ofMember: id)
        case .resourcesListChanged: forget([.resources, .resourceTemplates], ofMember: id)
        case .resourceUpdated(var params):
            guard let uri = params["uri"]?.stringValue else { return nil }
            learn(uri, from: part.member, caller, knownRoutes(caller))
            let isPrefixed = memory.with { records, now in records.isPrefixed(id, scope: scope, now: now) }
            let exposed =
                part.subscriptions.exposedURI(uri) ?? exposedURI(uri, of: part.member, isPrefixed: isPrefixed)
            if !exposed.isExactly(uri) { params["uri"] = .string(exposed) }
            return .resourceUpdated(params)
        case .task(var params):
            guard let task = params["taskId"]?.stringValue else { return nil }
            params["taskId"] = .string(prefixes[part.member] + ExposedName.separator + task)
            return .task(params)
        }
        return change
    }

    private func forget(_ kinds: [Operation.ListKind], ofMember member: String) {
        memory.with { records, _ in
            for kind in kinds { records.changed(kind, ofMember: member, endpoint: scope.endpoint) }
        }
    }
}

extension ChangeFilter {
    /// Whether such a change was asked for. An update of a resource may be of a part of one, so that any subscription lets it pass.
    fileprivate func covers(_ change: Change) -> Bool {
        switch change {
        case .toolsListChanged: toolsListChanged
        case .promptsListChanged: promptsListChanged
        case .resourcesListChanged: resourcesListChanged
        case .resourceUpdated: !resourceSubscriptions.isEmpty
        case .task(let params): taskIDs.contains { $0.isExactly(params["taskId"]?.stringValue ?? "") }
        }
    }

    /// Each change that this filter lets pass, once.
    fileprivate var everyChange: [Change] {
        var changes: [Change] = []
        if toolsListChanged { changes.append(.toolsListChanged) }
        if promptsListChanged { changes.append(.promptsListChanged) }
        if resourcesListChanged { changes.append(.resourcesListChanged) }
        return changes + resourceSubscriptions.map { .resourceUpdated(["uri": .string($0)]) }
    }
}
