import Synchronization
import Wire

/// A request of a legacy client that is being served.
final class LegacyCall: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var isCancelled = false
        /// The last progress told: later values must be larger.
        var progress: Double?
        /// The visits to URLs that were agreed to, whose end the client is to be told with the end of the call.
        var visits: [String] = []
        /// The ids of the pages that the answer, an error, names.
        var pages: [String] = []
    }

    let id: MessageID
    let port: any AnswerPort
    let principal: Principal
    let client: ClientProfile
    let chain: String
    let clock: CallClock
    /// Settled once nothing more is sent for this request.
    let done = OneShot<Void>()
    private let state = Mutex(State())

    init(
        _ id: MessageID, port: any AnswerPort, principal: Principal, client: ClientProfile, chain: String, clock: CallClock
    ) {
        self.id = id
        self.port = port
        self.principal = principal
        self.client = client
        self.chain = chain
        self.clock = clock
    }

    /// The task that serves the call; cancelled at once where the call has ended meanwhile.
    func run(in task: Task<Void, Never>) {
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    /// Stops the work. What the client hears of it is for others to say.
    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    /// Whether progress has grown, so that it may be told.
    func advances(to value: Double) -> Bool {
        state.withLock { state in
            guard value.isFinite, state.progress.map({ value > $0 }) ?? true else { return false }
            state.progress = value
            return true
        }
    }

    /// The user agreed to a visit.
    func began(visit id: String) { state.withLock { $0.visits.append(id) } }

    /// The answer will be an error that names those elicitations.
    func names(pages ids: [String]) { state.withLock { $0.pages = ids } }

    /// The visits that end with the call, and those that begin with its answer.
    func takeVisits() -> (ended: [String], begun: [String]) {
        state.withLock { state in
            defer { (state.visits, state.pages) = ([], []) }
            return (state.visits, state.pages)
        }
    }
}

/// The context of a call in a legacy session: what it tells and asks goes out on the call's own way.
struct LegacyCallContext: CallContext {
    let call: LegacyCall
    let peer: LegacyPeer
    var isContinued = false

    var principal: Principal { call.principal }
    var client: ClientProfile { call.client }
    var chain: String { call.chain }
    var clock: CallClock { call.clock }
    var elicitations: ElicitationOutlet? { client.isToldElicitationsEnd ? peer.elicitationOutlet : nil }

    /// Under the client's token, where it gave one; values that don't grow are dropped.
    func progress(_ progress: Progress) {
        clock.touch()
        guard let token = client.progressToken, call.advances(to: progress.value), let value = Self.number(progress.value)
        else { return }
        var params: JSONObject = ["progressToken": token, "progress": .number(value)]
        if let total = progress.total.flatMap(Self.number) { params["total"] = .number(total) }
        if client.revision >= .march2025, let message = progress.message { params["message"] = .string(message) }
        call.port.send(Outgoing.notification("notifications/progress", params))
    }

    /// Whole numbers without a fraction, as most servers write them; nil for what is no number.
    private static func number(_ value: Double) -> JSONNumber? {
        if let integer = Int64(exactly: value) { return JSONNumber(integer) }
        return JSONNumber(value)
    }

    /// From the level on that the session asked for; before it asks, none.
    func log(_ entry: LogEntry) {
        guard let least = peer.logLevel, entry.level >= least else { return }
        var params: JSONObject = ["level": .string(entry.level.rawValue)]
        if let logger = entry.logger { params["logger"] = .string(logger) }
        params["data"] = entry.data
        call.port.send(Outgoing.notification("notifications/message", params))
    }

    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] { try await peer.ask(asks, of: call, client: client) }
}
