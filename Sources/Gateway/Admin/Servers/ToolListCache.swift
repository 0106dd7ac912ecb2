internal import Wire

/// Lists of tools that were asked for lately: bounded in number, size and age.
struct ToolListCache: Sendable {
    /// What a list was asked for with. It names the state of everything that the list depends on, so that a change is seen at once.
    struct Key: Sendable, Hashable {
        let server: String
        let serverUpdatedAt: Int64
        /// Whose values were used; "" = the operator's for tests, or none.
        let group: String
        let valuesUpdatedAt: Int64
    }

    private struct Entry {
        let tools: [JSON]
        let expiresAt: Int64
    }

    /// A server of which nothing is known to have changed may still have changed its tools.
    static let lifetimeMilliseconds: Int64 = 10 * 60 * 1000
    static let greatestCount = 256
    /// The most bytes of a list that is kept.
    static let greatestList = 512 << 10

    private var entries: [Key: Entry] = [:]
    /// The oldest first, each key once.
    private var order: [Key] = []

    var count: Int { entries.count }

    func tools(_ key: Key, now: Int64) -> [JSON]? {
        guard let entry = entries[key], entry.expiresAt > now else { return nil }
        return entry.tools
    }

    mutating func insert(_ tools: [JSON], _ key: Key, now: Int64) {
        guard JSON.array(tools).serializedBytes().count <= Self.greatestList else { return }
        if entries.updateValue(Entry(tools: tools, expiresAt: now + Self.lifetimeMilliseconds), forKey: key) != nil {
            order.removeAll { $0 == key }
        }
        order.append(key)
        if order.count > Self.greatestCount { entries[order.removeFirst()] = nil }
    }
}
