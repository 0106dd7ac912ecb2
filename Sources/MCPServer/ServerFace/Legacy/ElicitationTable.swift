/// The URL elicitations of one legacy session whose end its client waits to be told, by the ids under which it was asked.
///
/// `notifications/elicitation/complete` (2025-11-25) goes only to who was asked, once. It may be said before the question, or the
/// error that names it, has gone out: then it waits for that.
struct ElicitationTable: Sendable {
    /// The most that are waited for; of more, those that were asked first are forgotten.
    static let maximumCount = 256
    /// The most that may be over before they were asked.
    static let maximumEarly = 32

    /// What to do where an elicitation is over.
    enum Completion: Hashable, Sendable {
        /// Tell the client: on the way of that call where one is named, else outside of calls.
        case tell(during: MessageID?)
        /// Nothing, or not yet: this session was not asked.
        case hold
    }

    private var asked: [(id: ExactKey, call: MessageID?)] = []
    private var early: [ExactKey] = []

    /// How many are waited for.
    var count: Int { asked.count }

    /// The client was asked. True where that is over already: then it is to be told now.
    mutating func ask(_ id: String, during call: MessageID?) -> Bool {
        let key = ExactKey(id)
        if let place = early.firstIndex(of: key) {
            early.remove(at: place)
            return true
        }
        // Asked again under the same id: one visit.
        asked.removeAll { $0.id == key }
        if asked.count == Self.maximumCount { asked.removeFirst() }
        asked.append((key, call))
        return false
    }

    /// Who asked says that it is over.
    mutating func complete(_ id: String) -> Completion {
        let key = ExactKey(id)
        if let place = asked.firstIndex(where: { $0.id == key }) { return .tell(during: asked.remove(at: place).call) }
        if !early.contains(key) {
            if early.count == Self.maximumEarly { early.removeFirst() }
            early.append(key)
        }
        return .hold
    }

    /// A call is over: its way to the client is gone.
    mutating func end(call: MessageID) {
        for place in asked.indices where asked[place].call == call { asked[place].call = nil }
    }
}
