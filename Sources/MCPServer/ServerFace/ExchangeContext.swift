import Wire

/// The context of a call that is answered by one JSON document: there is no way to the client before the answer.
struct ExchangeContext: CallContext {
    let principal: Principal
    let client: ClientProfile
    let chain: String
    var isContinued = false
    let clock: CallClock

    /// The same call, as one that goes on under the id of its first request.
    func continuing(_ chain: String) -> ExchangeContext {
        ExchangeContext(principal: principal, client: client, chain: chain, isContinued: true, clock: clock)
    }

    /// A sign of life; a JSON answer carries no notifications.
    func progress(_ progress: Progress) { clock.touch() }

    /// Dropped: a JSON answer carries no notifications.
    func log(_ entry: LogEntry) {}

    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] {
        for pending in asks {
            if let feature = pending.ask.requiredFeature, !client.capabilities.declares(feature) {
                throw MCPError.missingClientCapability(feature)
            }
        }
        throw MCPError.internalError("This call has a question for the client, which can't be asked here while it waits")
    }
}
