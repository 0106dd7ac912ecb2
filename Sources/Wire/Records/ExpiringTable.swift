/// Records by key, bounded in number and size, in the order of their last use.
///
/// The order is a doubly linked list through an array of slots, so that every operation takes constant time.
struct ExpiringTable: Sendable {
    private struct Slot: Sendable {
        var key: ExactText
        var value: [UInt8]
        var expiresAt: Int64
        var newer: Int?
        var older: Int?

        var size: Int { key.text.utf8.count + value.count }
    }

    private let maximumCount: Int
    private let maximumBytes: Int
    private var slots: [Slot] = []
    private var free: [Int] = []
    private var places: [ExactText: Int] = [:]
    private var newest: Int?
    private var oldest: Int?
    private(set) var bytes = 0

    init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = max(1, maximumCount)
        self.maximumBytes = maximumBytes
    }

    var count: Int { places.count }

    /// Keeps a record. One that is larger than the whole table may be, or has expired already, is not kept.
    mutating func put(_ key: String, _ value: [UInt8], expiresAt: Int64, now: Int64) {
        let exactKey = ExactText(key)
        if let place = places[exactKey] { drop(place) }
        let slot = Slot(key: exactKey, value: value, expiresAt: expiresAt, newer: nil, older: nil)
        guard expiresAt > now, slot.size <= maximumBytes else { return }
        while count >= maximumCount || bytes + slot.size > maximumBytes, let oldest { drop(oldest) }
        let place: Int
        if let reused = free.popLast() {
            place = reused
            slots[place] = slot
        } else {
            place = slots.count
            slots.append(slot)
        }
        places[exactKey] = place
        bytes += slot.size
        makeNewest(place)
    }

    mutating func get(_ key: String, now: Int64) -> [UInt8]? {
        guard let place = places[ExactText(key)] else { return nil }
        guard slots[place].expiresAt > now else {
            drop(place)
            return nil
        }
        unlink(place)
        makeNewest(place)
        return slots[place].value
    }

    mutating func remove(_ key: String, now: Int64) -> [UInt8]? {
        guard let place = places[ExactText(key)] else { return nil }
        let slot = slots[place]
        drop(place)
        return slot.expiresAt > now ? slot.value : nil
    }

    private mutating func drop(_ place: Int) {
        unlink(place)
        bytes -= slots[place].size
        places[slots[place].key] = nil
        // The memory goes now, not when the slot is used again.
        slots[place].value = []
        slots[place].key = ExactText("")
        free.append(place)
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (slots[place].newer, slots[place].older)
        if let newer { slots[newer].older = older } else { newest = older }
        if let older { slots[older].newer = newer } else { oldest = newer }
        slots[place].newer = nil
        slots[place].older = nil
    }

    private mutating func makeNewest(_ place: Int) {
        slots[place].older = newest
        if let newest { slots[newest].newer = place } else { oldest = place }
        newest = place
    }
}
