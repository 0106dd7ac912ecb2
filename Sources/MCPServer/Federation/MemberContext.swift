import Wire

/// The context of a call as a member sees it: its questions say who asks, and its elicitations have ids that no other member has.
struct MemberContext: CallContext {
    let base: any CallContext
    let label: String
    /// What comes before the member's own ids.
    let prefix: String

    var principal: Principal { base.principal }
    var client: ClientProfile { base.client }
    var chain: String { base.chain }
    var isContinued: Bool { base.isContinued }
    var clock: CallClock { base.clock }
    var elicitations: ElicitationOutlet? { base.elicitations?.prefixed(prefix) }

    func progress(_ progress: Progress) { base.progress(progress) }

    func log(_ entry: LogEntry) { base.log(entry) }

    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] {
        try await base.ask(asks.map { $0.saying(who: label, prefix: prefix) })
    }
}

extension PendingAsk {
    /// The same question, whose text names the server that asks: the user sees one connection and can't know otherwise.
    func saying(who label: String, prefix: String) -> PendingAsk {
        guard case .elicit(let params) = ask else { return self }
        return PendingAsk(key, .elicit(params.saying(who: label, prefix: prefix)))
    }
}

extension RawObject {
    /// The same parameters of an elicitation, whose message names the server that asks, under an id of this endpoint: what is
    /// unique at a member need not be so at several.
    func saying(who label: String, prefix: String) -> RawObject {
        var copy = self
        if let message = self["message"]?.stringValue { copy["message"] = .string("[\(label)] \(message)") }
        if let id = self["elicitationId"]?.stringValue { copy["elicitationId"] = .string(prefix + id) }
        return copy
    }
}
