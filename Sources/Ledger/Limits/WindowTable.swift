/// The rate windows of groups on subjects, found by name once for each call and by slot from then on.
///
/// Each look-up also inspects two slots in turn and frees those that have been idle for a minute: twice as many as it can add,
/// so that the table holds at most about twice as many windows as were used in the last minute.
struct WindowTable: Sendable {
    private struct Key: Hashable {
        let group: String
        let subject: String
    }

    private var slots: [Key: Int] = [:]
    private var keys: [Key?] = []
    private var windows: [RateWindow] = []
    private var free: [Int] = []
    private var hand = 0

    /// How many windows there are.
    var count: Int { slots.count }

    /// The slot of a group's window on a subject. It stays that window's until the window is idle.
    mutating func slot(group: String, subject: String, at now: Int64) -> Int {
        let key = Key(group: group, subject: subject)
        if let slot = slots[key] {
            for _ in 0..<2 { inspectNext(at: now, except: slot) }
            return slot
        }
        let slot = vacantSlot()
        keys[slot] = key
        slots[key] = slot
        for _ in 0..<2 { inspectNext(at: now, except: slot) }
        return slot
    }

    /// The group's window on a subject, if there is one.
    func window(group: String, subject: String) -> RateWindow? {
        slots[Key(group: group, subject: subject)].map { windows[$0] }
    }

    subscript(slot: Int) -> RateWindow {
        _read { yield windows[slot] }
        _modify { yield &windows[slot] }
    }

    private mutating func vacantSlot() -> Int {
        if let slot = free.popLast() { return slot }
        keys.append(nil)
        windows.append(RateWindow())
        return windows.count - 1
    }

    private mutating func inspectNext(at now: Int64, except inUse: Int) {
        hand = hand + 1 < keys.count ? hand + 1 : 0
        guard hand != inUse, let key = keys[hand], windows[hand].isIdle(at: now) else { return }
        slots[key] = nil
        keys[hand] = nil
        windows[hand] = RateWindow()
        free.append(hand)
    }
}
