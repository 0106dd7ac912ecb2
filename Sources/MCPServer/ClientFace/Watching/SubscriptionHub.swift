import Wire

/// Who watches what on one session: counts, and who gets a change. A value, moved by events.
struct SubscriptionHub: Sendable {
    private var watchers: [Int: ChangeFilter] = [:]
    /// How many watchers want a resource.
    private var uses: [String: Int] = [:]
    private var lastID = 0

    var isEmpty: Bool { watchers.isEmpty }
    var count: Int { watchers.count }
    /// The resources that somebody wants, in order.
    var resources: [String] { uses.keys.sorted() }

    /// Those of the filter's resources that nobody wants yet.
    func news(in filter: ChangeFilter) -> [String] {
        var seen: Set<String> = []
        return filter.resourceSubscriptions.filter { uses[$0] == nil && seen.insert($0).inserted }
    }

    /// A watcher with what is delivered to it.
    mutating func add(_ filter: ChangeFilter) -> Int {
        lastID += 1
        watchers[lastID] = filter
        for uri in Set(filter.resourceSubscriptions) { uses[uri, default: 0] += 1 }
        return lastID
    }

    /// A watcher has gone; returns the resources that nobody wants any more.
    mutating func remove(_ id: Int) -> [String] {
        guard let filter = watchers.removeValue(forKey: id) else { return [] }
        var unwanted: [String] = []
        for uri in Set(filter.resourceSubscriptions) {
            let count = (uses[uri] ?? 1) - 1
            uses[uri] = count == 0 ? nil : count
            if count == 0 { unwanted.append(uri) }
        }
        return unwanted.sorted()
    }

    /// Everything that anybody wants, together.
    var union: ChangeFilter {
        var union = ChangeFilter()
        for filter in watchers.values { union.form(filter) }
        union.resourceSubscriptions = resources
        union.taskIDs = Array(Set(watchers.values.flatMap(\.taskIDs))).sorted()
        return union
    }

    /// Who gets a change, in order.
    func recipients(of change: Change) -> [Int] {
        let matching: [Int]
        switch change {
        case .toolsListChanged: matching = watchers.filter { $0.value.toolsListChanged }.map(\.key)
        case .promptsListChanged: matching = watchers.filter { $0.value.promptsListChanged }.map(\.key)
        case .resourcesListChanged: matching = watchers.filter { $0.value.resourcesListChanged }.map(\.key)
        case .resourceUpdated(let params): matching = watchers(of: params["uri"]?.stringValue ?? "")
        case .task(let params):
            let id = params["taskId"]?.stringValue ?? ""
            matching = watchers.filter { $0.value.taskIDs.contains(id) }.map(\.key)
        }
        return matching.sorted()
    }

    /// The update of a resource may name a part of what was subscribed to: an exact match counts, else the longest
    /// subscribed URI that it begins with, else it is for all who subscribed to anything.
    private func watchers(of uri: String) -> [Int] {
        let subscribed =
            uses[uri] != nil
            ? uri : uses.keys.filter { uri.utf8.starts(with: $0.utf8) }.max { $0.utf8.count < $1.utf8.count }
        guard let subscribed else { return watchers.filter { !$0.value.resourceSubscriptions.isEmpty }.map(\.key) }
        return watchers.filter { $0.value.resourceSubscriptions.contains(subscribed) }.map(\.key)
    }

    /// What everybody is told after a time in which changes may have been missed: each thing once.
    func resync() -> [(watcher: Int, changes: [Change])] {
        watchers.sorted { $0.key < $1.key }.map { id, filter in
            var changes: [Change] = []
            if filter.toolsListChanged { changes.append(.toolsListChanged) }
            if filter.promptsListChanged { changes.append(.promptsListChanged) }
            if filter.resourcesListChanged { changes.append(.resourcesListChanged) }
            changes += Set(filter.resourceSubscriptions).sorted().map { .resourceUpdated(["uri": .string($0)]) }
            return (id, changes)
        }
    }
}

extension ChangeFilter {
    /// Adds the lists that another filter wants.
    mutating func form(_ other: ChangeFilter) {
        toolsListChanged = toolsListChanged || other.toolsListChanged
        promptsListChanged = promptsListChanged || other.promptsListChanged
        resourcesListChanged = resourcesListChanged || other.resourcesListChanged
    }

    /// What both want.
    func intersection(_ other: ChangeFilter) -> ChangeFilter {
        var both = ChangeFilter()
        both.toolsListChanged = toolsListChanged && other.toolsListChanged
        both.promptsListChanged = promptsListChanged && other.promptsListChanged
        both.resourcesListChanged = resourcesListChanged && other.resourcesListChanged
        let uris = Set(other.resourceSubscriptions)
        both.resourceSubscriptions = resourceSubscriptions.filter(uris.contains)
        let tasks = Set(other.taskIDs)
        both.taskIDs = taskIDs.filter(tasks.contains)
        return both
    }

    /// Whether nothing is wanted.
    var isEmpty: Bool { self == ChangeFilter() }

    /// Whether everything that another wants is in this one.
    func covers(_ other: ChangeFilter) -> Bool {
        var reduced = other.intersection(self)
        var wanted = other
        reduced.resourceSubscriptions.sort()
        wanted.resourceSubscriptions.sort()
        reduced.taskIDs.sort()
        wanted.taskIDs.sort()
        return reduced == wanted
    }
}
