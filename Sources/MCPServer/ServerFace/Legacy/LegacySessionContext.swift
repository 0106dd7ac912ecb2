import Wire

/// The context of what belongs to a legacy session and to none of its calls: what is watched for, and what a server asks by
/// itself. The client is asked where messages outside of calls go. It does not keep the session alive.
struct LegacySessionContext: CallContext {
    let principal: Principal
    let client: ClientProfile
    let chain: String
    let isContinued = false
    let clock: CallClock
    let elicitations: ElicitationOutlet?
    private let asking: @Sendable ([PendingAsk]) async throws -> [AskKey: Answer]

    /// The context of a session with that client.
    init(_ peer: LegacyPeer, client: ClientProfile) {
        principal = peer.owner
        self.client = client
        chain = "session-\(peer.id)"
        clock = CallClock(limits: peer.limits.call)
        elicitations = client.isToldElicitationsEnd ? peer.elicitationOutlet : nil
        asking = { [weak peer] asks in
            guard let peer else { throw MCPError.invalidRequest("The session has ended") }
            return try await peer.ask(asks, of: nil, client: client)
        }
    }

    /// Nobody waits for it.
    func progress(_ progress: Progress) {}

    /// Dropped: entries belong to calls.
    func log(_ entry: LogEntry) {}

    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] { try await asking(asks) }
}

extension ClientProfile {
    /// Whether `notifications/elicitation/complete` means anything to the client.
    var isToldElicitationsEnd: Bool {
        askForm == .live && revision == .november2025 && capabilities.declares(.elicitationURL)
    }
}
