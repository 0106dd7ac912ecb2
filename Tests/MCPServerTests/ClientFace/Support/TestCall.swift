import Synchronization
import Wire

@testable import MCPServer

/// A client behind a call, which remembers what it was told and answers as the test says.
final class TestCall: CallContext {
    let principal: Principal
    let client: ClientProfile
    let chain = "chain"
    let isContinued = false
    let clock: CallClock
    private let answer: @Sendable (PendingAsk) async throws -> Answer
    private let told = Mutex<(progress: [Progress], log: [LogEntry], asks: [PendingAsk])>(([], [], []))
    private let completed = Told()

    init(
        _ revision: Revision = .november2025, principal: String = "alice", affinity: String? = nil,
        capabilities: JSONObject = JSONObject(), askForm: ClientProfile.AskForm? = nil, logLevel: LogLevel? = nil,
        wantsProgress: Bool = false, clock: CallClock = CallClock(),
        answer: @escaping @Sendable (PendingAsk) async throws -> Answer = { _ in .result([:]) }
    ) {
        self.principal = Principal(id: principal)
        self.clock = clock
        self.answer = answer
        client = ClientProfile(
            revision: revision, capabilities: ClientCapabilities(capabilities),
            info: Implementation(name: "client", version: "2"), logLevel: logLevel,
            progressToken: wantsProgress ? "client-token" : nil,
            askForm: askForm ?? (revision.era == .legacy ? .live : .value), affinity: affinity ?? principal)
    }

    var progress: [Progress] { told.withLock { $0.progress } }
    var log: [LogEntry] { told.withLock { $0.log } }
    var asks: [PendingAsk] { told.withLock { $0.asks } }
    /// The elicitations that it was told to be over.
    var ended: [String] { completed.ids }

    /// As one of 2025-11-25 has it.
    var elicitations: ElicitationOutlet? {
        guard client.revision == .november2025 else { return nil }
        return ElicitationOutlet(session: client.affinity) { [completed] in completed.tell($0) }
    }

    func progress(_ progress: Progress) {
        clock.touch()
        told.withLock { $0.progress.append(progress) }
    }

    func log(_ entry: LogEntry) { told.withLock { $0.log.append(entry) } }

    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] {
        told.withLock { $0.asks += asks }
        var answers: [AskKey: Answer] = [:]
        for pending in asks { answers[pending.key] = try await answer(pending) }
        return answers
    }
}

/// Ids, in the order in which they were told.
final class Told: Sendable {
    private let list = Mutex<[String]>([])

    var ids: [String] { list.withLock { $0 } }

    func tell(_ id: String) { list.withLock { $0.append(id) } }
}

extension MCPServer.Operation {
    /// A call of a tool.
    static func call(_ name: String, _ arguments: JSON? = nil) -> MCPServer.Operation {
        var params: RawObject = ["name": .string(name)]
        if let arguments { params["arguments"] = arguments }
        return MCPServer.Operation(.callTool, target: name, params: params)
    }
}

extension Outcome {
    /// The result of a complete outcome.
    var result: RawObject? { if case .complete(let result, _) = self { result } else { nil } }
}

extension UpstreamService {
    /// A service for an upstream behind HTTP.
    static func http(
        _ client: FakeWeb, url: String = FakeHTTP.url, headers: [(name: String, value: String)] = [],
        query: [(name: String, value: String)] = [], isTrusted: Bool = false, isStateless: Bool = false,
        eras: EraCache = EraCache(), limits: UpstreamLimits = .quick
    ) -> UpstreamService {
        UpstreamService(
            UpstreamEndpoint(
                id: "one", transport: .streamableHTTP(url: url, client: client), headers: headers, query: query,
                isTrusted: isTrusted, isStateless: isStateless, limits: limits), eras: eras, clock: .fixed(1000))
    }

    static func sse(_ client: FakeWeb, limits: UpstreamLimits = .quick) -> UpstreamService {
        UpstreamService(
            UpstreamEndpoint(
                id: "one", transport: .eventStream(url: FakeEventStream.url, client: client), limits: limits),
            eras: EraCache(), clock: .fixed(1000))
    }

    static func lines(
        limits: UpstreamLimits = .quick, eras: EraCache = EraCache(), _ start: @escaping @Sendable () throws -> FakeProcess
    ) -> UpstreamService {
        UpstreamService(
            UpstreamEndpoint(id: "one", transport: .lines { try start() }, limits: limits), eras: eras, clock: .fixed(1000))
    }
}

extension UpstreamLimits {
    /// Long enough for a loaded machine, short enough for a test that hangs.
    static let quick: UpstreamLimits = {
        var limits = UpstreamLimits()
        limits.probe = .seconds(20)
        limits.handshake = .seconds(20)
        limits.call = .seconds(30)
        return limits
    }()
}

/// Something that happens once, seen from several tasks.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }

    func set() { state.withLock { $0 = true } }
}
