/// What a table of sessions must know of one.
protocol HeldSession: Sendable {
    /// Who may use it.
    var owner: Principal { get }
    /// Whether it is used though no request comes: it is not idle then.
    var isInUse: Bool { get }
}

/// The sessions of legacy clients over HTTP, by id: bounded, owner-checked, and forgotten when idle.
///
/// A value without a clock: every event says when it is. A session that must make room is the one used longest ago,
/// first among those of the same principal; its client gets 404 at its next request and initialises anew, as each
/// revision prescribes. So no client can lock out another, and none that forgets to say goodbye locks out itself.
struct LegacySessions<Session: HeldSession>: Sendable {
    private struct Entry: Sendable {
        let id: String
        /// The endpoint that opened it; at another URL the id is unknown.
        let endpoint: String
        var session: Session
        var lastUse: ContinuousClock.Instant
        /// Its place among those of its owner.
        var ownPlace = 0
    }

    let limits: LegacySessionLimits
    private var entries = RecencyList<Entry>()
    private var places: [String: Int] = [:]
    /// The places of each principal's sessions.
    private var owned: [String: RecencyList<Int>] = [:]
    /// Those that went since `takeRemoved`.
    private var removed: [Session] = []

    init(limits: LegacySessionLimits) { self.limits = limits }

    /// How many sessions there are.
    var count: Int { entries.count }

    /// Keeps a session under a new id. False where the id is taken already.
    mutating func open(
        _ session: Session, id: String, endpoint: String, at now: ContinuousClock.Instant
    ) -> Bool {
        guard places[id] == nil else { return false }
        expire(at: now)
        let owner = session.owner.id
        while let own = owned[owner], own.count >= limits.perPrincipal, let oldest = own.oldest, let place = own[oldest] {
            remove(place)
        }
        while entries.count >= limits.total, let oldest = entries.oldest { remove(oldest) }
        let place = entries.insert(Entry(id: id, endpoint: endpoint, session: session, lastUse: now))
        places[id] = place
        let ownPlace = owned[owner, default: RecencyList()].insert(place)
        entries.update(place) { $0.ownPlace = ownPlace }
        return true
    }

    /// The session of that id, now used; nil where it is unknown here or belongs to somebody else.
    mutating func use(
        _ id: String, endpoint: String, principal: Principal, at now: ContinuousClock.Instant
    ) -> Session? {
        expire(at: now)
        guard let place = place(of: id, endpoint: endpoint, principal: principal) else { return nil }
        guard let entry = entries[place] else { return nil }
        touch(place, entry, at: now)
        return entry.session
    }

    /// Tells the session of that id an event; nothing happens where it is gone.
    mutating func update(
        _ id: String, endpoint: String, principal: Principal, _ event: (inout Session) -> Void
    ) {
        guard let place = place(of: id, endpoint: endpoint, principal: principal) else { return }
        entries.update(place) { event(&$0.session) }
    }

    /// Ends the session of that id. False where it is unknown here or belongs to somebody else.
    mutating func close(
        _ id: String, endpoint: String, principal: Principal, at now: ContinuousClock.Instant
    ) -> Bool {
        expire(at: now)
        guard let place = place(of: id, endpoint: endpoint, principal: principal) else { return false }
        remove(place)
        return true
    }

    /// Forgets the sessions that were not used for the idle limit.
    mutating func expire(at now: ContinuousClock.Instant) {
        while let oldest = entries.oldest, let entry = entries[oldest],
            entry.lastUse.duration(to: now) >= limits.idle
        {
            if entry.session.isInUse { touch(oldest, entry, at: now) } else { remove(oldest) }
        }
    }

    /// Forgets every session; returns them.
    mutating func removeAll() -> [Session] {
        while let oldest = entries.oldest { remove(oldest) }
        return takeRemoved()
    }

    /// The sessions that were forgotten or ended since the last call, for their streams and calls to be ended.
    mutating func takeRemoved() -> [Session] {
        guard !removed.isEmpty else { return [] }
        defer { removed = [] }
        return removed
    }

    private mutating func touch(_ place: Int, _ entry: Entry, at now: ContinuousClock.Instant) {
        entries.touch(place)
        owned[entry.session.owner.id]?.touch(entry.ownPlace)
        entries.update(place) { $0.lastUse = now }
    }

    private func place(of id: String, endpoint: String, principal: Principal) -> Int? {
        guard let place = places[id], let entry = entries[place], entry.endpoint == endpoint,
            entry.session.owner.id == principal.id
        else { return nil }
        return place
    }

    private mutating func remove(_ place: Int) {
        guard let entry = entries.remove(place) else { return }
        places[entry.id] = nil
        let owner = entry.session.owner.id
        _ = owned[owner]?.remove(entry.ownPlace)
        if owned[owner]?.count == 0 { owned[owner] = nil }
        removed.append(entry.session)
    }
}
