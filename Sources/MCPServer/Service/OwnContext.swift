/// The context of a call without a way to a client: what Portico asks for itself, to list tools for a page, and what is asked on a
/// client's behalf outside of its requests.
public struct OwnContext: CallContext {
    /// On whose behalf.
    public let principal: Principal
    /// Whom it is for; as Portico's own client, one that declares nothing.
    public let client: ClientProfile
    /// The id of the call.
    public let chain: String
    /// False: such a call is made once.
    public let isContinued = false
    /// How long the call may take.
    public let clock: CallClock

    /// A context for calls on behalf of a principal, with no client at all.
    public init(principal: Principal, chain: String, limits: CallClock.Limits = CallClock.Limits()) {
        self.init(
            principal: principal, client: ClientProfile(revision: .july2026, affinity: principal.id), chain: chain,
            clock: CallClock(limits: limits))
    }

    init(principal: Principal, client: ClientProfile, chain: String, clock: CallClock) {
        self.principal = principal
        self.client = client
        self.chain = chain
        self.clock = clock
    }

    /// A sign of life; nobody is told.
    public func progress(_ progress: Progress) { clock.touch() }

    /// Dropped.
    public func log(_ entry: LogEntry) {}

    /// - Throws: `MCPError`: nobody is there to be asked.
    public func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] {
        for pending in asks {
            if let feature = pending.ask.requiredFeature, !client.capabilities.declares(feature) {
                throw MCPError.missingClientCapability(feature)
            }
        }
        throw MCPError.internalError("This call has a question for the client, which can't be asked here while it waits")
    }
}
