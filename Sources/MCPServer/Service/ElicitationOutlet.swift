/// Where a client is told that what it was sent to by a URL is over (`notifications/elicitation/complete`, 2025-11-25).
///
/// It belongs to the client's session: it outlives the call that asked, and may outlive the session, which then hears nothing.
/// A session is told only of elicitations that it was asked, each once.
public struct ElicitationOutlet: Sendable {
    /// The longest id that is followed, in bytes. Of an elicitation with a longer one nobody is told the end.
    package static let maximumIDBytes = 1 << 10

    /// What tells one session from another.
    let session: String
    private let tell: @Sendable (String) -> Void

    /// - Parameters:
    ///   - session: what tells this session from others: the affinity of its calls.
    ///   - tell: is given the id of an elicitation that is over; never waits.
    init(session: String, tell: @escaping @Sendable (String) -> Void) {
        self.session = session
        self.tell = tell
    }

    /// The elicitation of that id is over, whatever came of it. It may be said before the client was asked: then it is told
    /// after that.
    public func complete(_ elicitationID: String) {
        guard elicitationID.utf8.count <= Self.maximumIDBytes else { return }
        tell(elicitationID)
    }

    /// The same way for somebody whose ids the client knows by a longer name.
    func prefixed(_ prefix: String) -> ElicitationOutlet {
        ElicitationOutlet(session: session) { [self] in complete(prefix + $0) }
    }
}
