/// The context of a call that Portico makes for itself: to list tools for a page, or to see whether a server answers.
///
/// There is no client behind it that could be asked or told anything.
public struct OwnContext: CallContext {
    /// On whose behalf.
    public let principal: Principal
    /// A client that declares nothing.
    public let client: ClientProfile
    /// The id of the call.
    public let chain: String
    /// False: such a call is made once.
    public let isContinued = false
    /// How long the call may take.
    public let clock: CallClock

    /// A context for calls on behalf of a principal.
    public init(principal: Principal, chain: String, limits: CallClock.Limits = CallClock.Limits()) {
        self.principal = principal
        self.chain = chain
        client = ClientProfile(revision: .july2026, affinity: principal.id)
        clock = CallClock(limits: limits)
    }

    /// A sign of life.
    public func progress(_ progress: Progress) { clock.touch() }

    /// Dropped.
    public func log(_ entry: LogEntry) {}

    /// - Throws: `MCPError`: nobody is there to be asked.
    public func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] {
        throw asks.first?.ask.requiredFeature.map { MCPError.missingClientCapability($0) } ?? .internalError()
    }
}
