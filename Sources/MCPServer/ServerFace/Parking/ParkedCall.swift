import Wire

/// How a call ended, as far as the era and the transport don't matter.
typealias CallOutcome = Result<Outcome, MCPError>

/// One call of a modern client that its service may interrupt with live questions: between two requests of the client it
/// is parked, while the service waits.
///
/// A value: events go in, actions come out, and whoever holds it performs them in their order. It knows no time, no
/// task and no transport. The phases are running, collecting (questions gather for a moment), parked (they are out, and no
/// request of the client is open), running again with the answers, kept (the outcome waits for a repeated request), gone.
struct ParkedCall: Sendable {
    /// A request of the client that waits for this call.
    typealias ExchangeID = Int
    /// One `ask` of the service: its questions are answered together.
    typealias AskID = Int

    /// The most rounds of questions in one call.
    static let maximumRounds = InputRound.maximumRounds

    enum Phase: Sendable, Hashable {
        case running
        case collecting(window: Int)
        /// The questions are with the client, under the ticket of that number.
        case parked
        /// The service has ended. `isDelivered`: some request got the outcome.
        case kept(isDelivered: Bool)
        case gone
    }

    /// When something must happen if nothing else does.
    enum Expiry: Sendable, Hashable {
        /// The client's time to answer.
        case ticket
        /// How long a delivered outcome is kept for a request that comes twice.
        case outcome
        /// Nothing waits for the client.
        case none
    }

    /// What the holder does.
    enum Action: Sendable {
        /// Report `windowClosed` with this number after the short time in which questions gather.
        case openWindow(Int)
        /// The request ends with these questions, which are to be answered under the ticket of that number.
        case requireInput(ExchangeID, [PendingAsk], ticket: Int, round: Int)
        /// The request ends with the outcome.
        case deliver(ExchangeID, CallOutcome)
        /// The request ends with an error of its own; the call is not affected.
        case refuse(ExchangeID, WireError)
        /// The service's question is answered.
        case answer(AskID, [AskKey: Answer])
        /// The service's question can't be answered.
        case fail(AskID, MCPError)
        /// Nobody wants the call any more, or its time is over.
        case cancel
        /// From now on, report `expired` after this.
        case expire(Expiry)
        /// Nothing will come of this call any more.
        case forget
    }

    /// A question, under a key that no other open question of the call has.
    struct Question: Sendable {
        let key: AskKey
        let pending: PendingAsk
        let askID: AskID
    }

    /// What the service waits for with one `ask`.
    struct Group: Sendable {
        var missing: Int
        var answers: [AskKey: Answer] = [:]
    }

    struct Attached: Sendable {
        let id: ExchangeID
        let capabilities: ClientCapabilities
    }

    var phase = Phase.running
    /// The requests that wait for this call; more than one where a request came twice.
    var exchanges: [Attached]
    /// What the client of the latest request can be asked.
    var capabilities: ClientCapabilities
    /// Asked of the client, or about to be.
    var open: [Question] = []
    /// Came while others were out: asked in the next round.
    var late: [Question] = []
    var groups: [AskID: Group] = [:]
    /// The number of the newest ticket; 0: the call was never parked.
    var ticket = 0
    var round = 0
    /// The ticket that a request came back with last, and what it answered.
    var consumed: (ticket: Int, answers: String)?
    var outcome: CallOutcome?
    var windows = 0

    /// Whether the service's part is done.
    var isOver: Bool {
        switch phase {
        case .kept, .gone: true
        case .running, .collecting, .parked: false
        }
    }

    /// A call that a request has started.
    init(_ exchange: ExchangeID, capabilities: ClientCapabilities) {
        exchanges = [Attached(id: exchange, capabilities: capabilities)]
        self.capabilities = capabilities
    }
}

extension ParkedCall {
    // MARK: - What the service does

    /// The service asks its client, and waits.
    mutating func asked(_ id: AskID, _ asks: [PendingAsk]) -> [Action] {
        if let refusal = refusal(of: asks) { return [.fail(id, refusal)] }
        groups[id] = Group(missing: asks.count)
        guard !asks.isEmpty else { return completeGroups() }
        let isLate = phase == .parked
        for pending in asks {
            let question = Question(key: unusedKey(like: pending.key), pending: pending, askID: id)
            if isLate { late.append(question) } else { open.append(question) }
        }
        return phase == .running ? collect() : []
    }

    private func refusal(of asks: [PendingAsk]) -> MCPError? {
        guard !isOver else { return .abandoned }
        if let feature = Self.feature(of: asks, missingIn: capabilities) { return .missingClientCapability(feature) }
        guard round < Self.maximumRounds else { return .internalError("The call asked too many times") }
        return nil
    }

    /// The service does not wait for that question any more.
    mutating func withdrawn(_ id: AskID) -> [Action] {
        guard groups.removeValue(forKey: id) != nil else { return [] }
        open.removeAll { $0.askID == id }
        late.removeAll { $0.askID == id }
        if case .collecting = phase, open.isEmpty { phase = .running }
        return [.fail(id, .abandoned)]
    }

    /// The time in which questions gather is over.
    mutating func windowClosed(_ window: Int) -> [Action] {
        guard phase == .collecting(window: window) else { return [] }
        round += 1
        return issueTicket()
    }

    /// The service has ended.
    mutating func finished(_ outcome: CallOutcome) -> [Action] {
        switch phase {
        case .running, .collecting:
            var actions = failGroups()
            actions += exchanges.map { .deliver($0.id, outcome) }
            exchanges = []
            return actions + keep(outcome, isDelivered: true)
        case .parked: return failGroups() + keep(outcome, isDelivered: false)
        case .kept, .gone: return []
        }
    }

    // MARK: - What time does

    /// The call has outlived its limit.
    mutating func outlived() -> [Action] {
        switch phase {
        case .running, .collecting, .parked: return finished(.failure(.outlived)) + [.cancel]
        case .kept, .gone: return []
        }
    }

    /// The client did not come back: its questions count as dismissed, and the call ends with nobody to hear of it.
    mutating func expired() -> [Action] {
        switch phase {
        case .parked:
            var actions: [Action] = []
            for question in open + late { actions += settle(question, Self.dismissal(of: question.pending.ask)) }
            (open, late) = ([], [])
            phase = .gone
            return actions + failGroups() + [.cancel, .expire(.none), .forget]
        case .kept:
            phase = .gone
            return [.expire(.none), .forget]
        case .running, .collecting, .gone: return []
        }
    }

    /// What a service gets where nobody answers. Only an elicitation has a result for that.
    private static func dismissal(of ask: Ask) -> Answer {
        guard case .elicit = ask else { return .refused(code: -1, message: "The client did not answer in time") }
        return .result(["action": "cancel"])
    }
}

extension MCPError {
    /// What a service learns of a question that nobody will answer.
    static let abandoned = MCPError(.cancelled, "The call has ended")
    /// The end of a call that took too long.
    static let outlived = MCPError(.timedOut, "The call took longer than it may")
}
