import Synchronization
import Wire

/// A modern upstream: no session, each request says who asks.
final class StatelessUpstream: TrafficObserver {
    private struct State {
        var greeting: Greeting?
        /// What services are told of the greeting.
        var profile: ServiceProfile?
        var learnt: ContinuousClock.Instant?
        var listens: [Int: @Sendable (String, RawObject) -> Void] = [:]
        var ending: LinkFault?
    }

    let revision: Revision
    let link: any UpstreamLink
    let traffic: UpstreamTraffic
    /// Whether cancelling needs a message: on a shared stream there is nothing to close.
    private let isShared: Bool
    private let identity: Implementation
    private let limits: UpstreamLimits
    private let state = Mutex(State())
    private let report: @Sendable (StatelessUpstream, SessionEvent) -> Void

    init(
        _ revision: Revision, over link: any UpstreamLink, traffic: UpstreamTraffic, isShared: Bool, identity: Implementation,
        limits: UpstreamLimits, report: @escaping @Sendable (StatelessUpstream, SessionEvent) -> Void
    ) {
        self.revision = revision
        self.link = link
        self.traffic = traffic
        self.isShared = isShared
        self.identity = identity
        self.limits = limits
        self.report = report
        // Over HTTP nothing of ours goes to a modern server but requests.
        traffic.connect(observer: self) { [weak link] message in if isShared { try? await link?.send(message) } }
    }

    // MARK: - Calls

    /// Sends a call and returns its answer.
    /// - Parameter parameterHeaders: the headers that the tool's schema asks for.
    func call(
        _ operation: Operation, _ context: any CallContext, parameterHeaders: [(name: String, value: String)]
    ) async throws(LinkFault) -> LinkAnswer {
        let call = traffic.begin(context, mayAsk: false)
        defer { traffic.end(call) }
        let params = UpstreamParams.modern(
            operation, id: call.id, context: context, revision: revision, identity: identity)
        var request = request(call.id, operation.kind.method, params, target: operation.target)
        request.headers += parameterHeaders
        request.clock = context.clock
        do {
            return try await link.exchange(request, for: call)
        } catch {
            if isShared, error.kind == .cancelled || error.kind == .timedOut { cancel(call.id, error.summary) }
            throw error
        }
    }

    /// Sends a request about a task.
    func task(_ operation: TaskOperation, _ context: any CallContext) async throws(LinkFault) -> LinkAnswer {
        let method =
            switch operation.kind {
            case .get: "tasks/get"
            case .update: "tasks/update"
            case .cancel: "tasks/cancel"
            }
        var object = operation.params.object
        object["taskId"] = .string(operation.id)
        object["_meta"] = .object(
            UpstreamParams.meta(
                object["_meta"]?.objectValue ?? JSONObject(), client: context.client, revision: revision, identity: identity))
        var request = request(traffic.nextID(), method, RawObject(object), target: operation.id)
        request.clock = context.clock
        return try await link.exchange(request, for: nil)
    }

    /// A request with the headers that repeat its body. They are made from what is sent, never from what came in.
    private func request(_ id: Int, _ method: String, _ params: RawObject, target: String? = nil) -> LinkRequest {
        var headers = [("MCP-Protocol-Version", revision.rawValue), ("Mcp-Method", method)] as [(name: String, value: String)]
        if let target { headers.append(("Mcp-Name", SentinelText.encoded(target))) }
        return LinkRequest(
            id: id, method: method, body: OutgoingMessage.request(id: id, method: method, params: params), headers: headers)
    }

    func cancel(_ id: Int, _ reason: String) {
        guard isShared else { return }
        let params: RawObject = ["requestId": .integer(id), "reason": .string(reason)]
        let message = OutgoingMessage.notification(method: "notifications/cancelled", params: params)
        // One message, bounded by the link's own deadline; the task that called is cancelled itself.
        Task { [link] in try? await link.send(message) }
    }

    // MARK: - Discovery

    /// Asks `server/discover`.
    func discover(within time: Duration) async throws(LinkFault) -> LinkAnswer {
        let params: RawObject = [
            "_meta": .object(UpstreamParams.meta(client: nil, revision: revision, identity: identity))
        ]
        let request = request(traffic.nextID(), "server/discover", params)
        return try await Deadline.run(for: time) { [link] () async throws(LinkFault) in
            try await link.exchange(request, for: nil)
        }
    }

    /// What the upstream said of itself, unless that is too old.
    func greeting(now: ContinuousClock.Instant) -> Greeting? { state.withLock { isFresh($0, at: now) ? $0.greeting : nil } }

    /// The greeting as a profile, unless it is too old.
    func profile(now: ContinuousClock.Instant) -> ServiceProfile? {
        state.withLock { isFresh($0, at: now) ? $0.profile : nil }
    }

    private func isFresh(_ state: State, at now: ContinuousClock.Instant) -> Bool {
        guard let profile = state.profile, let learnt = state.learnt else { return false }
        return learnt.advanced(by: max(profile.cacheHint.lifetime, limits.profile)) > now
    }

    /// What was last said, however old.
    var lastGreeting: Greeting? { state.withLock { $0.greeting } }

    func learn(_ greeting: Greeting, now: ContinuousClock.Instant) {
        let profile = greeting.profile(hasOwnStream: true)
        state.withLock { state in
            state.greeting = greeting
            state.profile = profile
            state.learnt = now
        }
    }

    // MARK: - Subscriptions

    /// Opens a subscription and returns once it is over.
    /// - Parameter heard: gets each notification of this subscription, its acknowledgement first; never waits.
    func listen(
        _ id: Int, to filter: ChangeFilter, client: ClientProfile?, heard: @escaping @Sendable (String, RawObject) -> Void
    ) async throws(LinkFault) -> LinkAnswer {
        var params = JSONObject()
        params["notifications"] = .object(filter.json)
        params["_meta"] = .object(UpstreamParams.meta(client: client, revision: revision, identity: identity))
        var request = request(id, "subscriptions/listen", RawObject(params))
        request.lasts = true
        state.withLock { $0.listens[id] = heard }
        defer { state.withLock { _ = $0.listens.removeValue(forKey: id) } }
        do {
            return try await link.exchange(request, for: nil)
        } catch {
            if error.kind == .cancelled { cancel(id, "No longer wanted") }
            throw error
        }
    }

    // MARK: - TrafficObserver

    func notified(_ method: String, _ params: RawObject?) {
        guard let params, let id = params["_meta"]?[ProtocolKey.subscriptionID]?.intValue else { return }
        state.withLock { $0.listens[id] }?(method, params)
    }

    /// 2026-07-28 asks by value, and does not say when a visit is over.
    func asked(elicitation id: String, _ outlet: ElicitationOutlet) {}

    func contextOutsideCalls() -> (any CallContext)? { nil }

    func missed() {}

    func ended(_ fault: LinkFault) {
        state.withLock { $0.ending = $0.ending ?? fault }
        report(self, .ended(fault))
    }

    /// Why nothing can be sent any more; nil as long as it can.
    var ending: LinkFault? { state.withLock { $0.ending } }
}

extension ChangeFilter {
    /// The filter in an acknowledgement.
    init(_ json: JSONObject) {
        self.init()
        toolsListChanged = json["toolsListChanged"]?.boolValue ?? false
        promptsListChanged = json["promptsListChanged"]?.boolValue ?? false
        resourcesListChanged = json["resourcesListChanged"]?.boolValue ?? false
        resourceSubscriptions = json["resourceSubscriptions"]?.arrayValue?.compactMap(\.stringValue) ?? []
        taskIDs = json["taskIds"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
}
