import Wire

/// What the client does: it comes back with answers, or goes away.
extension ParkedCall {
    /// A request came with the ticket of that number.
    ///
    /// - Parameters:
    ///   - answers: the results by the keys of the questions; unknown keys are ignored.
    ///   - digest: tells these answers from others: a request that comes twice has the same ones.
    mutating func returned(
        _ exchange: ExchangeID, ticket: Int, answers: [AskKey: Answer], digest: String, capabilities: ClientCapabilities
    ) -> [Action] {
        let isNew = ticket == self.ticket && consumed?.ticket != ticket
        let isRepeated = consumed.map { $0.ticket == ticket && $0.answers == digest } ?? false
        switch phase {
        case .parked where isNew:
            consumed = (ticket, digest)
            return resume(Attached(id: exchange, capabilities: capabilities), answers)
        case .kept where isNew || isRepeated:
            guard let outcome else { return [.refuse(exchange, .consumed)] }
            if isNew { consumed = (ticket, digest) }
            phase = .kept(isDelivered: true)
            return [.deliver(exchange, outcome)] + (isNew ? [.expire(.outcome)] : [])
        case .running where isRepeated, .collecting where isRepeated:
            attach(Attached(id: exchange, capabilities: capabilities))
            return []
        case .running, .collecting, .parked, .kept, .gone:
            return [.refuse(exchange, .consumed)]
        }
    }

    /// The client of a waiting request has gone. That cancels the call, unless the same request came twice and the
    /// other still waits. A request that was answered is no longer known here: between rounds nobody's going is a signal.
    mutating func dropped(_ exchange: ExchangeID) -> [Action] {
        guard let index = exchanges.firstIndex(where: { $0.id == exchange }) else { return [] }
        exchanges.remove(at: index)
        guard exchanges.isEmpty else { return [] }
        return abandon()
    }

    /// The first request of a round: the answers go to the service, and what is left is asked again.
    private mutating func resume(_ exchange: Attached, _ answers: [AskKey: Answer]) -> [Action] {
        var actions: [Action] = []
        let asked = open
        open = []
        for question in asked {
            if let answer = answers[question.key] {
                actions += settle(question, answer)
            } else {
                open.append(question)
            }
        }
        attach(exchange)
        let unanswered = open + late
        if let feature = Self.feature(of: unanswered.map(\.pending), missingIn: exchange.capabilities) {
            // The capabilities of this very request count: what it can't answer can't be asked any more.
            exchanges = []
            let error = MCPError.missingClientCapability(feature).wire(for: .july2026)
            return actions + [.refuse(exchange.id, error)] + abandon()
        }
        // The rest of a round is asked again within it; later questions make the next one.
        if !open.isEmpty { return actions + issueTicket() }
        phase = .running
        actions.append(.expire(.none))
        guard !late.isEmpty else { return actions }
        (open, late) = (late, [])
        return actions + collect()
    }

    private mutating func attach(_ exchange: Attached) {
        exchanges.append(exchange)
        capabilities = exchange.capabilities
    }

    // MARK: - Steps

    mutating func collect() -> [Action] {
        windows += 1
        phase = .collecting(window: windows)
        return [.openWindow(windows)]
    }

    /// Ends the waiting requests with the open questions, under a new ticket: older ones are dead.
    mutating func issueTicket() -> [Action] {
        let asks = open.map { PendingAsk($0.key, $0.pending.ask) }
        let able = exchanges.filter { Self.feature(of: asks, missingIn: $0.capabilities) == nil }
        var actions: [Action] = exchanges.compactMap { exchange in
            Self.feature(of: asks, missingIn: exchange.capabilities).map {
                .refuse(exchange.id, MCPError.missingClientCapability($0).wire(for: .july2026))
            }
        }
        exchanges = []
        guard !able.isEmpty else { return actions + abandon() }
        ticket += 1
        phase = .parked
        actions += able.map { .requireInput($0.id, asks, ticket: ticket, round: round) }
        return actions + [.expire(.ticket)]
    }

    mutating func keep(_ outcome: CallOutcome, isDelivered: Bool) -> [Action] {
        // Who never got a ticket can't come back.
        guard ticket > 0 else {
            phase = .gone
            return [.forget]
        }
        self.outcome = outcome
        phase = .kept(isDelivered: isDelivered)
        // What nobody has got yet is kept as long as the ticket is good.
        return isDelivered ? [.expire(.outcome)] : []
    }

    private mutating func abandon() -> [Action] {
        phase = .gone
        return failGroups() + [.cancel, .expire(.none), .forget]
    }

    /// Gives an answer to the service's question that it belongs to.
    mutating func settle(_ question: Question, _ answer: Answer) -> [Action] {
        guard var group = groups[question.askID] else { return [] }
        group.answers[question.pending.key] = answer
        group.missing -= 1
        groups[question.askID] = group
        return completeGroups()
    }

    mutating func completeGroups() -> [Action] {
        let complete = groups.filter { $0.value.missing <= 0 }
        for id in complete.keys { groups[id] = nil }
        return complete.sorted { $0.key < $1.key }.map { .answer($0.key, $0.value.answers) }
    }

    mutating func failGroups() -> [Action] {
        let ids = groups.keys.sorted()
        groups = [:]
        (open, late) = ([], [])
        return ids.map { .fail($0, .abandoned) }
    }

    /// Two `ask`s may use one key, but the keys of a request are unique.
    func unusedKey(like key: AskKey) -> AskKey {
        let used = Set((open + late).map(\.key))
        guard used.contains(key) else { return key }
        var number = 2
        while used.contains(AskKey("\(key.name)-\(number)")) { number += 1 }
        return AskKey("\(key.name)-\(number)")
    }

    /// A feature that a question needs and the client does not declare.
    static func feature(
        of asks: [PendingAsk], missingIn capabilities: ClientCapabilities
    ) -> ClientCapabilities.Feature? {
        asks.lazy.compactMap(\.ask.requiredFeature).first { !capabilities.declares($0) }
    }
}

extension WireError {
    /// The ticket was used, or replaced by a newer one.
    static let consumed = WireError(
        code: ErrorCode.invalidParams, message: "params.requestState was used before", data: ["reason": "consumed"], status: 400)
}
