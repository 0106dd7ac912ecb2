import Synchronization
import Wire

/// Where messages to a client go that belong to none of its requests.
protocol MessageOutlet: AnyObject, Sendable {
    /// Sends a message, or keeps it until it can be sent. Never waits.
    func send(_ message: [UInt8])
}

/// One legacy client and its session, over whatever transport: from `initialize` to its end.
///
/// The transport reads messages and hands them in with a way for their answers; what belongs to no request goes to the
/// outlet. A call runs in a task of its own, which the peer owns: it ends with its answer, with `notifications/cancelled`,
/// with its time limit, or with the session.
final class LegacyPeer: Pulsing {
    /// What one client may have running, and for how long.
    struct Limits: Sendable {
        var call = CallClock.Limits()
        /// How long the client may take to answer a question.
        var answer = Duration.seconds(300)
        var calls = 512
        /// Questions that are out at once.
        var asks = 256
    }

    /// What became of a message.
    enum Reception: Sendable, Hashable {
        case accepted
        /// A response to nothing that was asked here.
        case unknownResponse
    }

    private struct State {
        var session: LegacySession
        var calls: [MessageID: LegacyCall] = [:]
        var asks = AskTable<OneShot<AskEnd>>()
        var elicitations = ElicitationTable()
        var subscriptions: SubscriptionKeeper?
        var rootNews = RootNews()
    }

    /// How a question ended.
    enum AskEnd: Sendable {
        case answered(Answer)
        case withdrawn
        case expired
    }

    /// The session's id: what stays the same over its calls.
    let id: String
    let owner: Principal
    let limits: Limits
    let pulse: Pulse
    private let outlet: any MessageOutlet
    /// Whether the outlet reaches the client from the start, as on a connection that both sides share.
    private let isOutletOpen: Bool
    private let state: Mutex<State>

    init(
        id: String, owner: Principal, outlet: any MessageOutlet, isOutletOpen: Bool, pulse: Pulse, limits: Limits = Limits()
    ) {
        self.id = id
        self.owner = owner
        self.outlet = outlet
        self.isOutletOpen = isOutletOpen
        self.pulse = pulse
        self.limits = limits
        state = Mutex(State(session: LegacySession(owner: owner)))
    }

    /// The negotiated revision; the newest before there is one.
    var revision: Revision { state.withLock { $0.session.revision } }
    /// From which level on the client wants log entries; nil: none.
    var logLevel: LogLevel? { state.withLock { $0.session.logLevel } }
    /// Whether a call is running.
    var isBusy: Bool { state.withLock { !$0.calls.isEmpty } }

    // MARK: - Messages in

    /// Takes a message, and for a request waits until it is served. A cancelled task cancels the request.
    ///
    /// - Parameters:
    ///   - service: what serves a request, behind the gate of whoever sent it.
    ///   - chain: the id of the call that a request begins.
    ///   - port: the way to the client for everything about a request.
    ///   - executor: where the call runs; nil: anywhere.
    @discardableResult
    func receive(
        _ message: Message, on service: any MCPService, chain: String, port: any AnswerPort,
        executor: (any TaskExecutor)? = nil
    ) async -> Reception {
        switch message {
        case .request(let request):
            guard let call = start(request, on: service, chain: chain, port: port, executor: executor) else { return .accepted }
            await withTaskCancellationHandler {
                await call.done.value()
            } onCancel: {
                cancel(call)
            }
            return .accepted
        case .notification(let notification):
            take(notification, on: service)
            return .accepted
        case .response(let response): return take(response)
        }
    }

    /// Begins to serve a request; returns its call unless it is answered already.
    func start(
        _ request: RequestMessage, on service: any MCPService, chain: String, port: any AnswerPort,
        executor: (any TaskExecutor)? = nil
    ) -> LegacyCall? {
        let admission = state.withLock { state -> Result<LegacyCall?, MCPError> in
            let isGreeting = state.session.phase == .new && request.method == "initialize"
            guard isGreeting || state.session.admits(method: request.method) else {
                return .failure(.invalidRequest(Self.refusal(in: state.session.phase)))
            }
            // Answered even before the client has confirmed, and without asking anybody.
            if request.method == "ping" { return .success(nil) }
            guard state.calls[request.id] == nil else {
                return .failure(.invalidRequest("A request of this id is running already"))
            }
            guard state.calls.count < limits.calls else {
                return .failure(.refused(.rateLimited(retryAfter: nil), "\(limits.calls) requests are running already"))
            }
            let call = LegacyCall(
                request.id, port: port, principal: owner, client: profile(state.session, request, port), chain: chain,
                clock: CallClock(limits: limits.call, now: { [pulse] in pulse.now }))
            state.calls[request.id] = call
            return .success(call)
        }
        switch admission {
        case .failure(let error):
            port.answer(failure(error, of: request.id), for: revision)
            return nil
        case .success(nil):
            port.answer(Reply(request.id, result: RawObject()), for: revision)
            return nil
        case .success(let call?):
            pulse.add(self)
            call.run(
                in: Task(executorPreference: executor) {
                    let reply = await self.serve(request, call, service)
                    self.finish(call, reply)
                })
            return call
        }
    }

    /// Takes a notification. Those that are not known are dropped, as JSON-RPC has it.
    func take(_ notification: NotificationMessage, on service: any MCPService) {
        switch notification.method {
        case "notifications/initialized":
            let isReady = state.withLock { state in
                state.session.confirm()
                return state.session.phase == .ready
            }
            if isReady, isOutletOpen { listen(on: service) }
        case "notifications/cancelled":
            guard let id = notification.params?["requestId"].flatMap({ MessageID($0) }),
                let call = state.withLock({ $0.calls[id] })
            else { return }
            cancel(call)
        case "notifications/roots/list_changed": tellRootsChanged(to: service)
        default: break
        }
    }

    /// Takes the response to a question.
    func take(_ response: ResponseMessage) -> Reception {
        switch state.withLock({ $0.asks.match(response.id) }) {
        case .unknown: return .unknownResponse
        case .late: return .accepted
        case .answer(let entry):
            switch response.content {
            case .result(let result): entry.asker.settle(.answered(.result(RawObject(result))))
            case .error(let code, let message, _): entry.asker.settle(.answered(.refused(code: code, message: message)))
            }
            return .accepted
        }
    }

    private static func refusal(in phase: LegacySession.Phase) -> String {
        switch phase {
        case .new: "The session is not ready: send initialize first"
        case .initialising, .ready: "The session is not ready: send notifications/initialized first"
        case .closed: "The session has ended"
        }
    }

    private func profile(_ session: LegacySession, _ request: RequestMessage, _ port: any AnswerPort) -> ClientProfile {
        ClientProfile(
            revision: session.revision, capabilities: session.capabilities, info: session.info,
            logLevel: session.logLevel, progressToken: Self.progressToken(request),
            askForm: port.carriesRequests ? .live : .none, affinity: id)
    }

    /// The client outside of its calls. As with its calls, so that an upstream's one session for this client serves both.
    private func profile(of session: LegacySession) -> ClientProfile {
        ClientProfile(
            revision: session.revision, capabilities: session.capabilities, info: session.info, logLevel: session.logLevel,
            askForm: .live, affinity: id)
    }

    private static func progressToken(_ request: RequestMessage) -> JSON? {
        guard let token = request.params?["_meta"]?[ProtocolKey.progressToken], MessageID(token) != nil else { return nil }
        return token
    }

    // MARK: - Ends

    /// The client wants the call no more, or its connection is gone for good. It gets no answer.
    func cancel(_ call: LegacyCall) {
        guard remove(call) else { return }
        withdraw(state.withLock { $0.asks.withdraw(call: call.id) }, "The request was cancelled", call)
        call.cancel()
        call.port.end()
        call.done.settle(())
    }

    /// The session is over: its calls are cancelled, and nothing is sent any more.
    func close() {
        let (calls, asks, subscriptions) = state.withLock { state in
            defer {
                state.calls = [:]
                state.subscriptions = nil
                state.elicitations = ElicitationTable()
            }
            state.session.close()
            return (Array(state.calls.values), state.asks.clear(), state.subscriptions)
        }
        for ask in asks { ask.entry.asker.settle(.withdrawn) }
        for call in calls {
            call.cancel()
            call.port.end()
            call.done.settle(())
        }
        subscriptions?.close()
    }

    /// Ends calls and questions whose time is over.
    func pulse(at now: ContinuousClock.Instant) -> Bool {
        let (late, expired) = state.withLock { state in
            (state.calls.values.filter { now >= $0.clock.deadline }, state.asks.expire(at: now))
        }
        for ask in expired {
            ask.entry.asker.settle(.expired)
            let call = running(ask.entry.call)
            // What a call asked ends with it.
            guard call != nil || ask.entry.call == nil else { continue }
            send(Self.cancellation(of: ask.id, "The answer took too long"), of: call)
        }
        for call in late {
            withdraw(state.withLock { $0.asks.withdraw(call: call.id) }, "The call took too long", call)
            finish(call, failure(MCPError(.timedOut, "The call took too long"), of: call.id))
            call.cancel()
        }
        return state.withLock { !$0.calls.isEmpty || $0.asks.count > 0 }
    }

    /// Answers a call, unless it has ended meanwhile.
    private func finish(_ call: LegacyCall, _ reply: Reply) {
        guard remove(call) else { return }
        let (visits, pages) = call.takeVisits()
        for visit in visits { call.port.send(LegacyAsk.completion(of: visit)) }
        call.port.answer(reply, for: call.client.revision)
        for page in pages { asked(elicitation: page, during: nil) }
        call.done.settle(())
    }

    /// False where the call has ended already.
    private func remove(_ call: LegacyCall) -> Bool {
        state.withLock { state in
            guard state.calls[call.id] === call else { return false }
            state.calls[call.id] = nil
            state.elicitations.end(call: call.id)
            return true
        }
    }

    /// The answer that says what went wrong.
    func failure(_ error: MCPError, of id: MessageID) -> Reply {
        var wire = error.wire(for: revision)
        // Within a live session the answer to a premature request is the protocol's, not the transport's.
        if wire.code == ErrorCode.invalidRequest { wire = WireError(code: wire.code, message: wire.message) }
        return Reply(id, failure: wire)
    }

    // MARK: - Parts of the state, for what else the peer does

    func update<Result>(_ change: (inout LegacySession) -> sending Result) -> sending Result {
        state.withLock { state in change(&state.session) }
    }

    /// The client of a session that is ready; nil in every other phase.
    func readyClient() -> ClientProfile? {
        state.withLock { $0.session.phase == .ready ? profile(of: $0.session) : nil }
    }

    func updateRootNews<Result>(_ change: (inout RootNews) -> Result) -> Result { state.withLock { change(&$0.rootNews) } }

    func updateElicitations<Result>(_ change: (inout ElicitationTable) -> Result) -> Result {
        state.withLock { change(&$0.elicitations) }
    }

    /// Sends a message on the way of its call, which drops it once the call is over, or where messages outside of calls go.
    func send(_ message: [UInt8], of call: LegacyCall?) {
        if let call { return call.port.send(message) }
        guard state.withLock({ $0.session.phase != .closed }) else { return }
        outlet.send(message)
    }

    /// The running call of that id.
    func running(_ id: MessageID?) -> LegacyCall? { id.flatMap { id in state.withLock { $0.calls[id] } } }

    /// Sends questions out, for a call or outside of calls; nil where too many are out, or who asks is over.
    func open(_ count: Int, of call: LegacyCall?, deadline: ContinuousClock.Instant) -> [(id: Int, asker: OneShot<AskEnd>)]? {
        let open: [(id: Int, asker: OneShot<AskEnd>)]? = state.withLock { state in
            let isRunning = call.map { state.calls[$0.id] === $0 } ?? (state.session.phase == .ready)
            guard isRunning, state.asks.count + count <= limits.asks else { return nil }
            return (0..<count).map { _ in
                let asker = OneShot<AskEnd>()
                return (state.asks.open(asker, call: call?.id, deadline: deadline), asker)
            }
        }
        // A call sees to its deadlines already.
        if call == nil, open != nil { pulse.add(self) }
        return open
    }

    /// Gives up questions that are still out.
    func withdraw(_ ids: [Int], _ reason: String, _ call: LegacyCall?) {
        withdraw(state.withLock { $0.asks.withdraw(ids) }, reason, call)
    }

    private func withdraw(
        _ asks: [(id: Int, entry: AskTable<OneShot<AskEnd>>.Entry)], _ reason: String, _ call: LegacyCall?
    ) {
        for ask in asks {
            send(Self.cancellation(of: ask.id, reason), of: call)
            ask.entry.asker.settle(.withdrawn)
        }
    }

    private static func cancellation(of ask: Int, _ reason: String) -> [UInt8] {
        Outgoing.notification("notifications/cancelled", ["requestId": .integer(ask), "reason": .string(reason)])
    }

    /// What watches for this session; nil where it is over.
    func subscriptions(on service: any MCPService) -> SubscriptionKeeper? {
        state.withLock { state in
            guard state.session.phase == .ready else { return nil }
            if let keeper = state.subscriptions { return keeper }
            let context = LegacySessionContext(self, client: profile(of: state.session))
            let keeper = SubscriptionKeeper(service, context, outlet)
            state.subscriptions = keeper
            return keeper
        }
    }
}
