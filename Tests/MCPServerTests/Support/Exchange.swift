import Synchronization
import Testing
import Wire

@testable import MCPServer

/// A client of one endpoint, over nothing: it makes requests and reads responses.
struct Exchange {
    let endpoint: MCPEndpoint
    let sessions: LegacySessionStore
    let time: TestTime
    var principal = Principal(id: "alice")

    init(
        _ service: any MCPService, id: String = "one", limits: LegacySessionLimits = LegacySessionLimits(),
        seal: ContinuationSeal? = nil, configuration: MCPEndpoint.Configuration = MCPEndpoint.Configuration()
    ) {
        let time = TestTime()
        let ids = Mutex(0)
        self.time = time
        let sessions = LegacySessionStore(
            limits: limits, pulse: Pulse(isAutomatic: false, now: { time.now }),
            makeID: {
                ids.withLock {
                    $0 += 1
                    return "session-\($0)"
                }
            })
        self.sessions = sessions
        endpoint = MCPEndpoint(
            id: id, service: service, sessions: sessions, seal: seal, configuration: configuration)
    }

    func send(
        _ method: String = "POST", _ body: [UInt8] = [], _ headers: [String: String] = [:],
        gate: (any OperationGate)? = nil
    ) async -> Answered {
        var fields = headers.map { (name: $0.key, value: $0.value) }
        if method == "POST", headers["Content-Type"] == nil { fields.append((name: "Content-Type", value: "application/json")) }
        let request = MCPHTTPRequest(
            method: method, headers: MCPHTTPHeaders(fields), body: body, principal: principal, requestID: "request-1")
        return Answered(await endpoint.handle(request, gate: gate))
    }

    func post(_ body: JSON, _ headers: [String: String] = [:], gate: (any OperationGate)? = nil) async -> Answered {
        await send("POST", body.serializedBytes(), headers, gate: gate)
    }

    /// A legacy session that is ready; returns its id.
    func open(_ revision: Revision = .november2025, capabilities: JSON = ["sampling": [:]]) async throws -> String {
        let answer = await post(Self.initialize(revision.rawValue, capabilities: capabilities))
        let session = try #require(answer.header("mcp-session-id"))
        let confirmed = await post(
            ["jsonrpc": "2.0", "method": "notifications/initialized"], ["Mcp-Session-Id": session])
        #expect(confirmed.status == 202)
        return session
    }

    /// A request in a session.
    func call(
        _ method: String, _ params: JSON? = nil, in session: String, id: JSON = 7, gate: (any OperationGate)? = nil
    ) async -> Answered {
        await post(Self.request(method, params, id: id), ["Mcp-Session-Id": session], gate: gate)
    }

    /// A well-formed modern request, headers and all.
    func modern(
        _ method: String, _ params: JSONObject = JSONObject(), capabilities: JSON = [:], id: JSON = 7,
        headers changes: [String: String?] = [:], meta metaChanges: JSONObject = JSONObject(),
        gate: (any OperationGate)? = nil
    ) async -> Answered {
        var meta: JSONObject = [
            ProtocolKey.protocolVersion: "2026-07-28", ProtocolKey.clientCapabilities: capabilities,
        ]
        for (name, value) in metaChanges { meta[name] = value.isNull ? nil : value }
        var params = params
        params["_meta"] = .object(meta)
        var headers = ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method]
        if let name = (params["name"] ?? params["uri"] ?? params["taskId"])?.stringValue { headers["Mcp-Name"] = name }
        for (name, value) in changes { headers[name] = value }
        return await post(Self.request(method, .object(params), id: id), headers, gate: gate)
    }

    static func request(_ method: String, _ params: JSON? = nil, id: JSON = 7) -> JSON {
        var request: JSONObject = ["jsonrpc": "2.0", "id": id, "method": .string(method)]
        if let params { request["params"] = params }
        return .object(request)
    }

    static func initialize(_ version: String, id: JSON = 1, capabilities: JSON = ["sampling": [:]]) -> JSON {
        request(
            "initialize",
            [
                "protocolVersion": .string(version), "capabilities": capabilities,
                "clientInfo": ["name": "test", "version": "0"],
            ], id: id)
    }
}

/// A response, taken apart.
struct Answered {
    let status: Int
    let headers: [(name: String, value: String)]
    let text: String
    let json: JSON?

    init(_ response: MCPHTTPResponse) {
        status = response.status
        headers = response.headers
        text = String(decoding: response.body, as: UTF8.self)
        json = try? JSON.parse(response.body)
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    var result: JSON? { json?["result"] }
    var code: Int? { json?["error"]?["code"]?.intValue }
    var message: String { json?["error"]?["message"]?.stringValue ?? text }
    var data: JSON? { json?["error"]?["data"] }
    var id: JSON? { json?["id"] }
}

/// A monotonic clock that is moved by hand.
final class TestTime: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func advance(by duration: Duration) { instant.withLock { $0 = $0.advanced(by: duration) } }
}

/// SplitMix64: the same numbers for the same seed, on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
