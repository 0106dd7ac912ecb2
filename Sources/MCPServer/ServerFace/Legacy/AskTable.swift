import Wire

/// The questions that a legacy client was sent and has not answered: requests of ours, by id.
///
/// An id is never used twice in a session (2024-11-05 to 2025-11-25, base protocol), so that an answer that comes twice
/// is told from one to a question that was never asked.
struct AskTable<Asker: Sendable>: Sendable {
    /// A question that is out.
    struct Entry: Sendable {
        let asker: Asker
        /// The call that asks; nil: something outside of calls.
        let call: MessageID?
        let deadline: ContinuousClock.Instant
    }

    /// What a response is.
    enum Match: Sendable {
        case answer(Entry)
        /// To a question that was answered or given up before.
        case late
        /// To nothing that was ever asked.
        case unknown
    }

    private var entries: [Int: Entry] = [:]
    private var next = 1

    /// How many are out.
    var count: Int { entries.count }

    /// Sends one out; returns its id.
    mutating func open(_ asker: Asker, call: MessageID?, deadline: ContinuousClock.Instant) -> Int {
        defer { next += 1 }
        entries[next] = Entry(asker: asker, call: call, deadline: deadline)
        return next
    }

    /// A response came.
    mutating func match(_ id: MessageID?) -> Match {
        guard let number = id?.json.intValue, number > 0, number < next else { return .unknown }
        return entries.removeValue(forKey: number).map(Match.answer) ?? .late
    }

    /// Gives up those questions; returns the ones that were still out.
    mutating func withdraw(_ ids: [Int]) -> [(id: Int, entry: Entry)] {
        ids.compactMap { id in entries.removeValue(forKey: id).map { (id, $0) } }
    }

    /// Gives up what a call asks.
    mutating func withdraw(call: MessageID) -> [(id: Int, entry: Entry)] {
        withdraw(entries.filter { $0.value.call == call }.keys.sorted())
    }

    /// Gives up what was not answered in time.
    mutating func expire(at now: ContinuousClock.Instant) -> [(id: Int, entry: Entry)] {
        entries.isEmpty ? [] : withdraw(entries.filter { now >= $0.value.deadline }.keys.sorted())
    }

    /// Gives up everything.
    mutating func clear() -> [(id: Int, entry: Entry)] { withdraw(entries.keys.sorted()) }
}
