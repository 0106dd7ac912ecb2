/// Which sessions there are, who uses them, and who waits for one: a value, moved by events.
struct SessionPool<Key: Hashable, Session> {
    /// What who wants a session has to do.
    enum Acquisition {
        /// Use it, and `release` it.
        case use(Session)
        /// Open one and say `opened` or `failed`; then as `wait`.
        case open
        /// Wait until one is open.
        case wait
        /// There are too many.
        case refuse
    }

    private enum Phase {
        case opening(waiters: [Int])
        case ready(Session)
    }

    private struct Entry {
        var phase: Phase
        /// Tells this session from later ones of the same key.
        let generation: Int
        var users = 0
        var lastUse: ContinuousClock.Instant
    }

    private let maximum: Int
    private let maximumPerGroup: Int
    /// What the smaller bound counts by; nil: not at all.
    private let group: @Sendable (Key) -> String?
    private var entries: [Key: Entry] = [:]
    private var lastGeneration = 0
    /// Sessions that had to make room; their owner closes them.
    private(set) var evicted: [Session] = []

    init(maximum: Int, maximumPerGroup: Int, group: @escaping @Sendable (Key) -> String?) {
        self.maximum = maximum
        self.maximumPerGroup = maximumPerGroup
        self.group = group
    }

    /// How many sessions are open or being opened.
    var count: Int { entries.count }

    /// The sessions that are open.
    var sessions: [Session] {
        entries.values.compactMap { if case .ready(let session) = $0.phase { session } else { nil } }
    }

    /// Somebody wants the session of that key.
    mutating func acquire(_ key: Key, waiter: Int, now: ContinuousClock.Instant) -> Acquisition {
        switch entries[key]?.phase {
        case .ready(let session):
            entries[key]?.users += 1
            entries[key]?.lastUse = now
            return .use(session)
        case .opening(var waiters):
            waiters.append(waiter)
            entries[key]?.phase = .opening(waiters: waiters)
            return .wait
        case nil:
            guard makeRoom(for: key) else { return .refuse }
            lastGeneration += 1
            entries[key] = Entry(phase: .opening(waiters: [waiter]), generation: lastGeneration, lastUse: now)
            return .open
        }
    }

    /// The session of that key without using it.
    func peek(_ key: Key) -> Session? {
        if case .ready(let session)? = entries[key]?.phase { session } else { nil }
    }

    /// A session is open. Those who waited use it from now on.
    mutating func opened(_ key: Key, _ session: Session, now: ContinuousClock.Instant) -> [Int] {
        guard var entry = entries[key], case .opening(let waiters) = entry.phase else { return [] }
        entry.phase = .ready(session)
        entry.users = waiters.count
        entry.lastUse = now
        entries[key] = entry
        return waiters
    }

    /// No session could be opened. Those who waited are told.
    mutating func failed(_ key: Key) -> [Int] {
        guard case .opening(let waiters)? = entries[key]?.phase else { return [] }
        entries[key] = nil
        return waiters
    }

    /// Somebody who waited has gone; false where they have the session already, and must release it.
    mutating func abandon(_ key: Key, waiter: Int) -> Bool {
        guard case .opening(var waiters)? = entries[key]?.phase, let index = waiters.firstIndex(of: waiter) else { return false }
        waiters.remove(at: index)
        entries[key]?.phase = .opening(waiters: waiters)
        return true
    }

    /// Somebody has done with a session.
    mutating func release(_ key: Key, where isSame: (Session) -> Bool, now: ContinuousClock.Instant) {
        guard case .ready(let session)? = entries[key]?.phase, isSame(session) else { return }
        entries[key]?.users -= 1
        entries[key]?.lastUse = now
    }

    /// A session is lost: the next who wants one gets another. False where that is so already.
    @discardableResult
    mutating func remove(_ key: Key, where isSame: (Session) -> Bool) -> Bool {
        guard case .ready(let session)? = entries[key]?.phase, isSame(session) else { return false }
        entries[key] = nil
        return true
    }

    /// Takes out the sessions that nobody uses and nobody has used since an instant.
    mutating func expire(unusedSince instant: ContinuousClock.Instant) -> [Session] {
        takeOut { $0.value.users == 0 && $0.value.lastUse <= instant }
    }

    /// Takes out the sessions of those keys, whoever uses them.
    mutating func removeAll(where matches: (Key) -> Bool) -> [Session] { takeOut { matches($0.key) } }

    /// Those who had to make room, once.
    mutating func takeEvicted() -> [Session] {
        defer { evicted = [] }
        return evicted
    }

    private mutating func takeOut(_ matches: ((key: Key, value: Entry)) -> Bool) -> [Session] {
        var taken: [Session] = []
        for entry in entries where matches((entry.key, entry.value)) {
            guard case .ready(let session) = entry.value.phase else { continue }
            taken.append(session)
            entries[entry.key] = nil
        }
        return taken
    }

    /// Room for one more: where there is none, the session goes that nobody has used for the longest time.
    private mutating func makeRoom(for key: Key) -> Bool {
        let name = group(key)
        if let name, entries.keys.count(where: { group($0) == name }) >= maximumPerGroup {
            let group = group
            return evict { group($0) == name }
        }
        return entries.count < maximum || evict { _ in true }
    }

    private mutating func evict(_ matches: (Key) -> Bool) -> Bool {
        let idle = entries.filter { entry in
            guard entry.value.users == 0, case .ready = entry.value.phase else { return false }
            return matches(entry.key)
        }
        guard let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse }),
            case .ready(let session) = oldest.value.phase
        else { return false }
        entries[oldest.key] = nil
        evicted.append(session)
        return true
    }
}
