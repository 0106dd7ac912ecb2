/// Values in the order of their last use, with constant time for every operation: a doubly linked list in an array.
struct RecencyList<Value: Sendable>: Sendable {
    private struct Slot: Sendable {
        var value: Value?
        var newer: Int?
        var older: Int?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    private var newest: Int?
    /// The place of the value that was used longest ago.
    private(set) var oldest: Int?
    /// How many values there are.
    private(set) var count = 0

    /// The value at a place that `insert` returned and that was not removed since.
    subscript(place: Int) -> Value? { slots.indices.contains(place) ? slots[place].value : nil }

    /// Changes the value at a place; nothing happens where there is none.
    mutating func update(_ place: Int, _ change: (inout Value) -> Void) {
        guard slots.indices.contains(place), slots[place].value != nil else { return }
        slots[place].value.mutate(change)
    }

    /// Adds a value as the most recently used one; returns its place.
    mutating func insert(_ value: Value) -> Int {
        let place = free.popLast() ?? slots.count
        let slot = Slot(value: value)
        if place == slots.count { slots.append(slot) } else { slots[place] = slot }
        count += 1
        link(place)
        return place
    }

    /// The value at the place was used.
    mutating func touch(_ place: Int) {
        guard place != newest, slots.indices.contains(place), slots[place].value != nil else { return }
        unlink(place)
        link(place)
    }

    /// Removes the value at the place and returns it.
    mutating func remove(_ place: Int) -> Value? {
        guard slots.indices.contains(place), let value = slots[place].value else { return nil }
        unlink(place)
        slots[place] = Slot()
        free.append(place)
        count -= 1
        return value
    }

    private mutating func link(_ place: Int) {
        slots[place].older = newest
        slots[place].newer = nil
        if let newest { slots[newest].newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (slots[place].newer, slots[place].older)
        if let newer { slots[newer].older = older } else { newest = older }
        if let older { slots[older].newer = newer } else { oldest = newer }
    }
}

extension Optional {
    /// Changes the wrapped value in its place.
    fileprivate mutating func mutate(_ change: (inout Wrapped) -> Void) {
        // Taken out and put back, so that it is moved and not copied.
        guard var value = take() else { return }
        change(&value)
        self = value
    }
}
