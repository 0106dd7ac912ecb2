import Synchronization
import Wire

/// What a session tells its owner.
enum SessionEvent: Sendable {
    case changed(Change)
    /// Changes may have been missed.
    case missed
    /// The session is over for good.
    case ended(LinkFault)
}

/// A session with a legacy upstream, after its handshake.
final class UpstreamSession: TrafficObserver {
    private struct State {
        /// The level that the upstream was last told.
        var level: LogLevel?
        var ending: LinkFault?
        var outside: (any CallContext)?
        var elicitations = ElicitationRoutes()
    }

    let key: SessionKey
    let greeting: Greeting
    let link: any UpstreamLink
    let traffic: UpstreamTraffic
    private let limits: UpstreamLimits
    private let state = Mutex(State())
    private let report: @Sendable (UpstreamSession, SessionEvent) -> Void

    private init(
        _ key: SessionKey, _ greeting: Greeting, _ link: any UpstreamLink, _ traffic: UpstreamTraffic,
        _ limits: UpstreamLimits, _ report: @escaping @Sendable (UpstreamSession, SessionEvent) -> Void
    ) {
        self.key = key
        self.greeting = greeting
        self.link = link
        self.traffic = traffic
        self.limits = limits
        self.report = report
    }

    /// Makes the handshake over a link.
    /// - Parameter client: who the upstream is told that it talks to.
    static func open(
        _ key: SessionKey, over link: any UpstreamLink, traffic: UpstreamTraffic, client: Implementation,
        limits: UpstreamLimits, report: @escaping @Sendable (UpstreamSession, SessionEvent) -> Void
    ) async throws(HandshakeFault) -> UpstreamSession {
        let params: RawObject = [
            "protocolVersion": .string(Revision.newestLegacy.rawValue), "capabilities": .object(key.features.json),
            "clientInfo": .object(client.json),
        ]
        traffic.connect(observer: nil) { [weak link] message in try? await link?.send(message) }
        let id = traffic.nextID()
        let request = LinkRequest(
            id: id, method: "initialize", body: OutgoingMessage.request(id: id, method: "initialize", params: params))
        let answer: LinkAnswer
        do {
            answer = try await Deadline.run(for: limits.handshake) { () async throws(LinkFault) in
                try await link.exchange(request, for: nil)
            }
        } catch {
            throw .link(error)
        }
        let greeting: Greeting
        switch answer.content {
        case .failure(let error): throw .refused(error, status: answer.status)
        case .result(let result):
            guard let read = Greeting(initializeResult: result) else { throw .unknownGreeting }
            greeting = read
        }
        link.established(greeting.revision)
        let session = UpstreamSession(key, greeting, link, traffic, limits, report)
        traffic.connect(observer: session, revision: greeting.revision) { [weak link] message in try? await link?.send(message) }
        do {
            try await link.send(OutgoingMessage.notification(method: "notifications/initialized", params: nil))
        } catch {
            throw .link(error)
        }
        link.startListening()
        return session
    }

    // MARK: - Requests

    /// Sends a call and returns its answer.
    ///
    /// A call that is given up, by its client or its clock, is cancelled upstream: over Streamable HTTP of this era the
    /// end of a stream is no cancellation.
    func call(_ operation: Operation, _ context: any CallContext) async throws(LinkFault) -> LinkAnswer {
        let client = context.client
        let call = traffic.begin(context, mayAsk: operation.kind.mayAsk || client.askForm == .live)
        defer { traffic.end(call) }
        await tellLevel(client.logLevel)
        let params = UpstreamParams.legacy(operation, progressToken: client.progressToken == nil ? nil : call.id)
        let method = operation.kind.method
        let request = LinkRequest(
            id: call.id, method: method, body: OutgoingMessage.request(id: call.id, method: method, params: params),
            clock: context.clock)
        do {
            return try await link.exchange(request, for: call)
        } catch {
            if error.kind == .cancelled || error.kind == .timedOut { cancel(call.id, error) }
            throw error
        }
    }

    private func cancel(_ id: Int, _ fault: LinkFault) {
        let params: RawObject = ["requestId": .integer(id), "reason": .string(fault.summary)]
        let message = OutgoingMessage.notification(method: "notifications/cancelled", params: params)
        // One message, bounded by the link's own deadline; the task that called is cancelled itself.
        Task { [link] in try? await link.send(message) }
    }

    /// A request of our own.
    func request(_ method: String, _ params: RawObject) async throws(LinkFault) -> LinkAnswer {
        let id = traffic.nextID()
        let request = LinkRequest(
            id: id, method: method, body: OutgoingMessage.request(id: id, method: method, params: params))
        return try await Deadline.run(for: limits.handshake) { [link] () async throws(LinkFault) in
            try await link.exchange(request, for: nil)
        }
    }

    /// Tells the upstream the least grave level that a call under way wants, where it does not send that yet. Each client
    /// gets only what it wants itself, so a level that is too low does no harm and is not raised again.
    private func tellLevel(_ level: LogLevel?) async {
        guard let level, greeting.capabilities.declares(.logging) else { return }
        let isNews = state.withLock { state in
            guard state.level.map({ level < $0 }) ?? true else { return false }
            state.level = level
            return true
        }
        guard isNews else { return }
        _ = try? await request("logging/setLevel", ["level": .string(level.rawValue)])
    }

    // MARK: - Life

    /// Why the session is over; nil as long as it is not.
    var ending: LinkFault? { state.withLock { $0.ending } }

    /// Whether the upstream has said of all these visits that they are over.
    func hasCompleted(_ ids: [String]) -> Bool { state.withLock { $0.elicitations.hasCompleted(ids) } }

    /// Tells the upstream that the roots of the client behind this session have changed.
    /// - Parameter context: that of the client, who can be asked for them.
    func tellRootsChanged(_ context: any CallContext) async {
        setContextOutsideCalls(context)
        // An upstream that can't be told is lost, and its successor asks anew.
        try? await link.send(OutgoingMessage.notification(method: "notifications/roots/list_changed", params: nil))
    }

    /// Who is asked what belongs to no call.
    func setContextOutsideCalls(_ context: (any CallContext)?) { state.withLock { $0.outside = context } }

    func close() async {
        state.withLock { $0.ending = $0.ending ?? LinkFault(.broken, "The session was closed") }
        await link.close()
    }

    // MARK: - TrafficObserver

    func notified(_ method: String, _ params: RawObject?) {
        if method == "notifications/elicitation/complete", let id = params?["elicitationId"]?.stringValue {
            for outlet in state.withLock({ $0.elicitations.complete(id) }) { outlet.complete(id) }
        }
        if let change = Change(method, params) { report(self, .changed(change)) }
    }

    func asked(elicitation id: String, _ outlet: ElicitationOutlet) {
        if state.withLock({ $0.elicitations.ask(id, outlet) }) { outlet.complete(id) }
    }

    func contextOutsideCalls() -> (any CallContext)? { state.withLock { $0.outside } }

    func missed() { report(self, .missed) }

    func ended(_ fault: LinkFault) {
        let isNews = state.withLock { state in
            defer { state.ending = state.ending ?? fault }
            return state.ending == nil
        }
        if isNews { report(self, .ended(fault)) }
    }
}

extension Change {
    /// The change that a notification tells; nil for other notifications.
    init?(_ method: String, _ params: RawObject?) {
        switch method {
        case "notifications/tools/list_changed": self = .toolsListChanged
        case "notifications/prompts/list_changed": self = .promptsListChanged
        case "notifications/resources/list_changed": self = .resourcesListChanged
        case "notifications/resources/updated":
            guard let params, params["uri"]?.stringValue != nil else { return nil }
            self = .resourceUpdated(Self.withoutProtocol(params))
        case "notifications/tasks":
            guard let params else { return nil }
            self = .task(Self.withoutProtocol(params))
        default: return nil
        }
    }

    /// Which subscription of ours it belongs to means nothing to the client.
    private static func withoutProtocol(_ params: RawObject) -> RawObject {
        guard params["_meta"] != nil else { return params }
        var object = params.object
        object.removeFromMeta(ProtocolKey.ofResults)
        return RawObject(object)
    }
}
