/// Values by key, bounded in number and cost, each until a time; those used longest ago make room.
struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        let key: Key
        var value: Value
        let cost: Int
        let until: ContinuousClock.Instant
    }

    private let maximumCount: Int
    private let maximumCost: Int
    private var places: [Key: Int] = [:]
    private var entries = RecencyList<Entry>()
    private(set) var cost = 0

    init(maximumCount: Int, maximumCost: Int = .max) {
        self.maximumCount = max(1, maximumCount)
        self.maximumCost = maximumCost
    }

    var count: Int { places.count }

    /// The value of the key, unless its time is over.
    mutating func value(_ key: Key, now: ContinuousClock.Instant) -> Value? {
        guard let place = places[key], let entry = entries[place] else { return nil }
        guard entry.until > now else {
            remove(key)
            return nil
        }
        entries.touch(place)
        return entry.value
    }

    /// Keeps a value in the place of one of the same key. One that costs more than the whole table may is not kept.
    mutating func put(
        _ key: Key, _ value: Value, cost valueCost: Int = 1, until: ContinuousClock.Instant, now: ContinuousClock.Instant
    ) {
        remove(key)
        guard until > now, valueCost <= maximumCost else { return }
        while count >= maximumCount || cost > maximumCost - valueCost, let place = entries.oldest, let oldest = entries[place] {
            remove(oldest.key)
        }
        places[key] = entries.insert(Entry(key: key, value: value, cost: valueCost, until: until))
        cost += valueCost
    }

    /// Changes the value of the key in its place; nothing happens where there is none.
    mutating func update(_ key: Key, _ change: (inout Value) -> Void) {
        guard let place = places[key] else { return }
        entries.touch(place)
        entries.update(place) { change(&$0.value) }
    }

    /// Forgets a key.
    mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key), let entry = entries.remove(place) else { return }
        cost -= entry.cost
    }

    /// Forgets all keys of which the condition is true, in time linear in their number.
    mutating func removeAll(where condition: (Key) -> Bool) {
        for key in places.keys.filter(condition) { remove(key) }
    }
}
