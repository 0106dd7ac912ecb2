/// Whose clients an upstream asked to visit URLs, over one session, and which visits it has said to be over. A value, moved by events.
///
/// Who is to be told is named by the client's own session: an upstream's session may serve several.
struct ElicitationRoutes: Sendable {
    /// The most visits that are followed; of more, those that were asked first are forgotten.
    static let maximumCount = 256
    /// The most visits that are remembered as over.
    static let maximumCompleted = 64

    private var asked: [(id: ExactKey, outlet: ElicitationOutlet)] = []
    private var completed: [ExactKey] = []

    /// How many visits are followed.
    var count: Int { asked.count }

    /// A client is asked. True where the upstream has said already that this is over: the error that names a visit and the word
    /// that it is over may come on two streams.
    mutating func ask(_ id: String, _ outlet: ElicitationOutlet) -> Bool {
        guard id.utf8.count <= ElicitationOutlet.maximumIDBytes else { return false }
        let key = ExactKey(id)
        if completed.contains(key) { return true }
        asked.removeAll { $0.id == key && $0.outlet.session.isExactly(outlet.session) }
        if asked.count == Self.maximumCount { asked.removeFirst() }
        asked.append((key, outlet))
        return false
    }

    /// The upstream says that a visit is over; returns who was asked.
    mutating func complete(_ id: String) -> [ElicitationOutlet] {
        guard id.utf8.count <= ElicitationOutlet.maximumIDBytes else { return [] }
        let key = ExactKey(id)
        if !completed.contains(key) {
            if completed.count == Self.maximumCompleted { completed.removeFirst() }
            completed.append(key)
        }
        let outlets = asked.filter { $0.id == key }.map(\.outlet)
        if !outlets.isEmpty { asked.removeAll { $0.id == key } }
        return outlets
    }

    /// Whether all these visits are over.
    func hasCompleted(_ ids: [String]) -> Bool { ids.allSatisfy { completed.contains(ExactKey($0)) } }
}
