import Wire

/// Who watches for what.
struct WatcherTable: Sendable {
    private var filters: [String: [Int: ChangeFilter]] = [:]
    private var audiences: [Int: String] = [:]
    private var lastID = 0

    /// Adds a watcher and returns its id, which is never given again.
    mutating func add(_ filter: ChangeFilter, audience: String) -> Int {
        lastID += 1
        filters[audience, default: [:]][lastID] = filter
        audiences[lastID] = audience
        return lastID
    }

    /// Removes a watcher; nothing happens where it is gone.
    mutating func remove(_ id: Int) {
        guard let audience = audiences.removeValue(forKey: id) else { return }
        filters[audience]?[id] = nil
        if filters[audience]?.isEmpty == true { filters[audience] = nil }
    }

    /// The watchers whose filter a change passes, in the order in which they came.
    func recipients(of change: Change, audience: String?) -> [Int] {
        let groups = audience.map { filters[$0].map { [$0] } ?? [] } ?? Array(filters.values)
        return groups.flatMap { $0.filter { $0.value.passes(change) }.keys }.sorted()
    }
}

extension ChangeFilter {
    /// Whether this change is wanted.
    func passes(_ change: Change) -> Bool {
        switch change {
        case .toolsListChanged: toolsListChanged
        case .promptsListChanged: promptsListChanged
        case .resourcesListChanged: resourcesListChanged
        case .resourceUpdated(let params):
            params["uri"]?.stringValue.map { uri in
                // An update may name a part of what was subscribed to.
                resourceSubscriptions.contains { uri.isExactly($0) || uri.utf8.starts(with: "\($0)/".utf8) }
            } ?? false
        case .task(let params): params["taskId"]?.stringValue.map { id in taskIDs.contains { id.isExactly($0) } } ?? false
        }
    }
}
