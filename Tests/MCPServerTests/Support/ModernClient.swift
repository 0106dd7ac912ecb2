import Synchronization
import Testing
import Wire

@testable import MCPServer

/// What one request of a client brought it.
final class RecordingPort: AnswerPort {
    private struct State {
        var messages: [JSON] = []
        var reply: Reply?
        var isEnded = false
        var closings = 0
    }

    private let state = Mutex(State())

    func send(_ message: [UInt8]) {
        guard let json = try? JSON.parse(message) else { return }
        state.withLock { if $0.closings == 0 { $0.messages.append(json) } }
    }

    func answer(_ reply: Reply, for revision: Revision) {
        state.withLock {
            $0.reply = reply
            $0.closings += 1
        }
    }

    func end() {
        state.withLock {
            $0.isEnded = true
            $0.closings += 1
        }
    }

    var messages: [JSON] { state.withLock { $0.messages } }
    /// How often it was answered or ended.
    var closings: Int { state.withLock { $0.closings } }
    var isEnded: Bool { state.withLock { $0.isEnded } }
    var json: JSON? {
        guard let reply = state.withLock({ $0.reply }) else { return nil }
        var bytes: [UInt8] = []
        reply.write(to: &bytes)
        return try? JSON.parse(bytes)
    }
    var result: JSON? { json?["result"] }
    var code: Int? { json?["error"]?["code"]?.intValue }
    var data: JSON? { json?["error"]?["data"] }
    var message: String { json?["error"]?["message"]?.stringValue ?? "" }
    var status: Int? { state.withLock { $0.reply?.status } }
    var ticket: String? { result?["requestState"]?.stringValue }
    /// The keys of what is asked.
    var asked: [String]? { result?["inputRequests"]?.objectValue?.map(\.name) }
}

/// A modern client of one engine, over nothing.
struct ModernClient {
    var engine: ModernEngine
    var principal = Principal(id: "alice")
    /// What it declares unless a test says otherwise.
    var capabilities: JSON = ["elicitation": ["form": [:], "url": [:]], "sampling": [:], "roots": [:]]
    let time: TestTime

    var lot: ParkingLot { engine.parking }

    init(
        _ service: any MCPService, limits: ParkingLimits = ParkingLimits(window: .milliseconds(2)),
        calls: CallClock.Limits = CallClock.Limits(), node: String = "here", router: any ParkingRouter = SoleNode()
    ) throws {
        let key = try #require(SealingKey(id: 1, bytes: [UInt8](repeating: 7, count: 32)))
        let tokens = try #require(SealedTokens(keys: [key], current: 1))
        let time = TestTime()
        self.time = time
        engine = ModernEngine(
            service: service, endpoint: "one", served: Revision.newestFirst, seal: ContinuationSeal(tokens: tokens),
            parking: ParkingLot(node: node, limits: limits, router: router, now: { time.now }), limits: calls,
            visitPauses: [.zero, .zero])
    }

    func request(
        _ method: String, _ params: JSONObject = [:], capabilities: JSON? = nil, meta: JSONObject = [:], id: JSON = 7
    ) throws -> ModernRequest {
        var all: JSONObject = [
            ProtocolKey.protocolVersion: "2026-07-28", ProtocolKey.clientCapabilities: capabilities ?? self.capabilities,
        ]
        for (name, value) in meta { all[name] = value }
        var params = params
        params["_meta"] = .object(all)
        let message: JSON = ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": .object(params)]
        guard case .request(let request) = try Message(message) else { throw CancellationError() }
        return try ModernRequest(request, headers: nil, served: engine.served)
    }

    /// Starts a request; cancelling the task drops its connection.
    func start(_ request: ModernRequest, chain: String = "chain-1") -> (port: RecordingPort, task: Task<Void, Never>) {
        let port = RecordingPort()
        let (engine, principal) = (engine, principal)
        let task = Task { await engine.serve(request, headers: nil, principal: principal, chain: chain, port: port) }
        return (port, task)
    }

    func send(_ request: ModernRequest, chain: String = "chain-1") async -> RecordingPort {
        let (port, task) = start(request, chain: chain)
        await task.value
        return port
    }

    func call(
        _ name: String = "tool", _ params: JSONObject = [:], capabilities: JSON? = nil, meta: JSONObject = [:],
        chain: String = "chain-1"
    ) async throws -> RecordingPort {
        await send(try toolCall(name, params, capabilities: capabilities, meta: meta), chain: chain)
    }

    func toolCall(
        _ name: String = "tool", _ params: JSONObject = [:], capabilities: JSON? = nil, meta: JSONObject = [:]
    ) throws -> ModernRequest {
        var params = params
        params["name"] = .string(name)
        return try request("tools/call", params, capabilities: capabilities, meta: meta)
    }

    /// The parameters with which a call is repeated.
    static func retry(_ ticket: String?, _ answers: JSONObject? = nil) -> JSONObject {
        var params: JSONObject = ["requestState": .string(ticket ?? "")]
        if let answers { params["inputResponses"] = .object(answers) }
        return params
    }

    static func accept(_ name: String) -> JSON { ["action": "accept", "content": ["name": .string(name)]] }
}

/// Waits until something holds, but not for ever.
func comesTrue(_ holds: @Sendable () -> Bool) async -> Bool {
    for _ in 0..<4000 {
        if holds() { return true }
        try? await Task.sleep(for: .milliseconds(2))
    }
    return holds()
}
