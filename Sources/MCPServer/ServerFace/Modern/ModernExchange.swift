import Wire

/// One request of a modern client while it is answered, and the context of everything that is done for it alone.
final class ModernExchange: CallContext {
    let principal: Principal
    let client: ClientProfile
    let chain: String
    let isContinued: Bool
    let clock: CallClock
    let outlet: ExchangeOutlet

    init(
        _ request: ModernRequest, principal: Principal, chain: String, clock: CallClock, port: any AnswerPort
    ) {
        self.principal = principal
        self.chain = chain
        client = ClientProfile(
            revision: request.revision, capabilities: request.capabilities, info: request.info,
            logLevel: request.logLevel, progressToken: request.progressToken, askForm: .value, affinity: principal.id)
        isContinued = false
        self.clock = clock
        outlet = ExchangeOutlet(port, progressToken: request.progressToken, logLevel: request.logLevel)
    }

    private init(_ exchange: ModernExchange, chain: String) {
        principal = exchange.principal
        client = exchange.client
        self.chain = chain
        isContinued = true
        clock = exchange.clock
        outlet = exchange.outlet
    }

    /// The same exchange, as one that goes on with a call under the id of its first request.
    func continuing(_ chain: String) -> ModernExchange { ModernExchange(self, chain: chain) }

    func progress(_ progress: Progress) {
        clock.touch()
        outlet.queue(progress)
        outlet.drain()
    }

    func log(_ entry: LogEntry) {
        outlet.queue(entry)
        outlet.drain()
    }

    /// This call can't be parked: it is none that may ask, or there is nothing to seal a ticket with.
    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] {
        if let feature = ParkedCall.feature(of: asks, missingIn: client.capabilities) {
            throw MCPError.missingClientCapability(feature)
        }
        throw MCPError.internalError("This call has a question for the client, which can't be asked here while it waits")
    }
}
