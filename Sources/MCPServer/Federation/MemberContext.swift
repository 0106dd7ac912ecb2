import Wire

/// The context of a call as a member sees it: its questions say who asks.
struct MemberContext: CallContext {
    let base: any CallContext
    let label: String

    var principal: Principal { base.principal }
    var client: ClientProfile { base.client }
    var chain: String { base.chain }
    var isContinued: Bool { base.isContinued }
    var clock: CallClock { base.clock }

    func progress(_ progress: Progress) { base.progress(progress) }

    func log(_ entry: LogEntry) { base.log(entry) }

    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] {
        try await base.ask(asks.map { $0.saying(who: label) })
    }
}

extension PendingAsk {
    /// The same question, whose text names the server that asks: the user sees one connection and can't know otherwise.
    func saying(who label: String) -> PendingAsk {
        guard case .elicit(let params) = ask else { return self }
        return PendingAsk(key, .elicit(params.saying(who: label)))
    }
}

extension RawObject {
    /// The same parameters of an elicitation, whose message names the server that asks.
    func saying(who label: String) -> RawObject {
        guard let message = self["message"]?.stringValue else { return self }
        var copy = self
        copy["message"] = .string("[\(label)] \(message)")
        return copy
    }
}
