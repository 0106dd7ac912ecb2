import Synchronization
import Wire

/// Who hears what belongs to no call.
protocol TrafficObserver: AnyObject, Sendable {
    /// A notification other than progress, log entries and cancellations.
    func notified(_ method: String, _ params: RawObject?)
    /// The upstream asks a client to visit a URL, and may say later that this is over.
    func asked(elicitation id: String, _ outlet: ElicitationOutlet)
    /// The context of somebody who can be asked without a call of theirs being under way; nil: nobody.
    func contextOutsideCalls() -> (any CallContext)?
    func missed()
    func ended(_ fault: LinkFault)
}

/// What goes on over one link: calls under way, the upstream's questions, its reports.
final class UpstreamTraffic: LinkReceiver {
    private struct State {
        var correlation: Correlation<UpstreamCall>
        /// Questions that a client is being asked.
        var asking: [MessageID: Task<Void, Never>] = [:]
        weak var observer: (any TrafficObserver)?
        var revision = Revision.newestLegacy
        /// Sends an answer of ours; set once there is a link.
        var reply: (@Sendable ([UInt8]) async -> Void)?
    }

    private let state: Mutex<State>
    /// What the clients behind this link declared that they can be asked.
    private let features: ClientFeatures

    /// - Parameter lastID: the last id that was used on the link before.
    init(features: ClientFeatures, limits: UpstreamLimits, lastID: Int = 0) {
        self.features = features
        state = Mutex(State(correlation: Correlation(maximumQuestions: limits.maximumAsksPerSession, lastID: lastID)))
    }

    /// Connects both ends. Before that, nothing arrives.
    func connect(
        observer: (any TrafficObserver)?, revision: Revision = .newestLegacy, reply: @escaping @Sendable ([UInt8]) async -> Void
    ) {
        state.withLock { state in
            state.revision = revision
            if let observer { state.observer = observer }
            state.reply = reply
        }
    }

    // MARK: - Calls

    /// An id for a request of our own.
    func nextID() -> Int { state.withLock { $0.correlation.nextID() } }

    /// A call begins.
    func begin(_ context: any CallContext, mayAsk: Bool) -> UpstreamCall {
        state.withLock { state in
            let call = UpstreamCall(id: state.correlation.nextID(), context: context)
            state.correlation.begin(call.id, call, mayAsk: mayAsk)
            return call
        }
    }

    /// A call is over; the client is not asked for it any more.
    func end(_ call: UpstreamCall) {
        let tasks = state.withLock { state in
            state.correlation.end(call.id).compactMap { state.asking.removeValue(forKey: $0) }
        }
        for task in tasks { task.cancel() }
    }

    /// How many calls are under way.
    var count: Int { state.withLock { $0.correlation.count } }

    /// The least grave level that a call under way wants to hear of; nil: none wants any.
    var mostVerboseLevel: LogLevel? {
        state.withLock { $0.correlation.calls }.compactMap(\.context.client.logLevel).min()
    }

    // MARK: - What arrives

    func received(_ message: IncomingMessage, for call: UpstreamCall?) {
        switch message {
        case .request(let id, let method, let params): asked(id, method, params, during: call)
        case .notification("notifications/progress", let params?): progressed(params, call)
        case .notification("notifications/message", let params?):
            (call ?? state.withLock { $0.correlation.onlyCall })?.log(params)
        case .notification("notifications/cancelled", let params?): withdrawn(params)
        case .notification(let method, let params): state.withLock { $0.observer }?.notified(method, params)
        // Late: who waited has gone.
        case .result, .failure: break
        }
    }

    func missed() { state.withLock { $0.observer }?.missed() }

    func ended(_ fault: LinkFault) {
        let (tasks, observer) = state.withLock { state in
            defer { state.asking = [:] }
            return (Array(state.asking.values), state.observer)
        }
        for task in tasks { task.cancel() }
        observer?.ended(fault)
    }

    private func progressed(_ params: RawObject, _ call: UpstreamCall?) {
        guard let value = params["progress"]?.doubleValue, let id = params["progressToken"]?.intValue else { return }
        state.withLock { $0.correlation.progress(id, value: value) }?.progress(params, value: value)
    }

    /// The upstream cancels a question of its own.
    private func withdrawn(_ params: RawObject) {
        guard let id = params["requestId"].flatMap(MessageID.init) else { return }
        let task = state.withLock { state in
            state.correlation.withdrawn(id) ? state.asking.removeValue(forKey: id) : nil
        }
        task?.cancel()
    }

    // MARK: - Questions

    private func asked(_ id: MessageID, _ method: String, _ params: RawObject?, during call: UpstreamCall?) {
        if method == "ping" { return answer(OutgoingMessage.result(id: id, RawObject())) }
        guard let ask = Ask(method: method, params: params), features.cover(ask) else {
            return answer(OutgoingMessage.failure(id: id, code: ErrorCode.methodNotFound, message: "Method not found"))
        }
        let route = state.withLock { $0.correlation.ask(id, during: call?.id) }
        let context: any CallContext
        switch route {
        case .call(let call): context = call.context
        case .outside:
            guard let outside = state.withLock({ $0.observer })?.contextOutsideCalls() else {
                _ = state.withLock { $0.correlation.answered(id) }
                return answer(Self.refusal(of: ask, id: id, MCPError.methodNotFound(method)))
            }
            context = outside
        case .refused:
            return answer(
                OutgoingMessage.failure(id: id, code: ErrorCode.internalError, message: "Too many questions at once"))
        }
        if let id = ask.elicitationID, let outlet = context.elicitations {
            state.withLock { $0.observer }?.asked(elicitation: id, outlet)
        }
        let revision = state.withLock { $0.revision }
        state.withLock { state in
            // Ends with the answer, with its call, or when the upstream takes it back.
            state.asking[id] = Task { [weak self] in
                let reply = await Self.reply(to: ask, id: id, context, revision)
                guard let self, self.settle(id) else { return }
                await self.sender?(reply)
            }
        }
    }

    /// The answer to a question is there; false where nobody wants it any more.
    private func settle(_ id: MessageID) -> Bool {
        state.withLock { state in
            state.asking[id] = nil
            return state.correlation.answered(id)
        }
    }

    private var sender: (@Sendable ([UInt8]) async -> Void)? { state.withLock { $0.reply } }

    private func answer(_ message: [UInt8]) {
        guard let sender else { return }
        // One message, bounded by the link's own deadline.
        Task { await sender(message) }
    }

    private static func reply(
        to ask: Ask, id: MessageID, _ context: any CallContext, _ revision: Revision
    ) async -> [UInt8] {
        let key = AskKey("\(ask.method.split(separator: "/").first ?? "ask")-\(id.json.stringValue ?? id.description)")
        do {
            switch try await context.ask([PendingAsk(key, ask)])[key] {
            case .result(let result): return OutgoingMessage.result(id: id, AskedAnswer.translate(result, to: ask, for: revision))
            case .refused(let code, let message): return OutgoingMessage.failure(id: id, code: code, message: message)
            case nil: return refusal(of: ask, id: id, .internalError("The client gave no answer"))
            }
        } catch {
            return refusal(of: ask, id: id, MCPError(wrapping: error))
        }
    }

    /// What the upstream hears where the client can't be asked: a form that is closed, or no such method.
    private static func refusal(of ask: Ask, id: MessageID, _ error: MCPError) -> [UInt8] {
        if case .elicit = ask { return OutgoingMessage.result(id: id, ["action": "cancel"]) }
        switch error.kind {
        case .missingClientCapability, .methodNotFound:
            return OutgoingMessage.failure(id: id, code: ErrorCode.methodNotFound, message: "Method not found")
        default:
            return OutgoingMessage.failure(id: id, code: ErrorCode.internalError, message: error.message)
        }
    }
}

extension Ask {
    /// What a legacy upstream asks by a request; nil for a method that is no question.
    init?(method: String, params: RawObject?) {
        var params = params ?? RawObject()
        // The upstream's token means nothing to the client; no report of the client's comes back here.
        if params["_meta"]?[ProtocolKey.progressToken] != nil {
            var object = params.object
            object.removeFromMeta([ProtocolKey.progressToken])
            params = RawObject(object)
        }
        switch method {
        case "elicitation/create": self = .elicit(params)
        case "sampling/createMessage": self = .sample(params)
        case "roots/list": self = .roots
        default: return nil
        }
    }
}
