internal import Wire

/// The last so many request ids, the oldest forgotten first.
///
/// A plain ring: each settled call is added, but only one that is settled again (which should not happen) is looked for, so
/// that a look-up may take microseconds while adding takes none.
struct RecentIDs: Sendable {
    private var ids: [RequestID] = []
    private var next = 0
    private let capacity: Int

    init(capacity: Int) { self.capacity = max(capacity, 1) }

    var count: Int { ids.count }

    func contains(_ id: RequestID) -> Bool { ids.contains(id) }

    mutating func append(_ id: RequestID) {
        guard ids.count == capacity else {
            ids.append(id)
            return
        }
        ids[next] = id
        next = next + 1 < capacity ? next + 1 : 0
    }
}
