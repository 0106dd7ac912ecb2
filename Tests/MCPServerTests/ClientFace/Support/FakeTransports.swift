import Outbound
import Synchronization
import Wire

@testable import MCPServer

/// A server behind Streamable HTTP.
final class FakeHTTP: Sendable {
    struct Options: Sendable {
        /// Answers calls by an event stream.
        var streams = false
        /// Has a stream by GET.
        var hasOwnStream = false
        var isModern = false
    }

    private struct State {
        var sessions: Set<String> = []
        var count = 0
        var own: [FakeResponse] = []
        /// How many requests fail to reach it from now on.
        var failures = 0
        var override: (@Sendable (FakeWeb.Seen) -> FakeResponse?)?
    }

    static let url = "https://upstream.example/mcp"
    let server: FakeServer
    let options: Options
    private let state = Mutex(State())

    init(_ server: FakeServer, _ options: Options = Options()) {
        self.server = server
        self.options = options
    }

    /// The client that reaches it.
    func client() -> FakeWeb {
        FakeWeb { [self] (request: FakeWeb.Seen) async throws(OutboundError) -> FakeResponse in
            let fails = state.withLock { state in
                defer { state.failures = max(0, state.failures - 1) }
                return state.failures > 0
            }
            if fails { throw OutboundError(.connect, "refused") }
            if let answer = state.withLock({ $0.override })?(request) { return answer }
            switch request.method {
            case "POST": return await post(request)
            case "GET": return get(request)
            default:
                state.withLock { _ = $0.sessions.remove(request.header("Mcp-Session-Id") ?? "") }
                return .empty(204)
            }
        }
    }

    /// Sessions that are open.
    var sessions: Set<String> { state.withLock { $0.sessions } }
    /// Streams that were opened by GET.
    var own: [FakeResponse] { state.withLock { $0.own } }

    /// Forgets all sessions, as a server that was restarted.
    func restart() { state.withLock { $0.sessions = [] } }

    /// The next requests do not reach it.
    func fail(_ count: Int) { state.withLock { $0.failures = count } }

    /// Answers some requests otherwise.
    func override(_ answer: (@Sendable (FakeWeb.Seen) -> FakeResponse?)?) { state.withLock { $0.override = answer } }

    private func post(_ request: FakeWeb.Seen) async -> FakeResponse {
        guard let message = request.json else { return .empty(400) }
        var headers: [(name: String, value: String)] = []
        let hasClaim = message["params"]?["_meta"]?["io.modelcontextprotocol/protocolVersion"] != nil
        if options.isModern, !hasClaim {
            return .json(
                [
                    "jsonrpc": "2.0", "id": message["id"] ?? .null,
                    "error": ["code": -32022, "message": "no", "data": ["supported": ["2026-07-28"]]],
                ], status: 400)
        }
        if !options.isModern {
            if message["method"]?.stringValue == "initialize" {
                let session = state.withLock { state in
                    state.count += 1
                    state.sessions.insert("s\(state.count)")
                    return "s\(state.count)"
                }
                headers = [("Mcp-Session-Id", session)]
            } else if hasClaim {
                return .json(
                    ["jsonrpc": "2.0", "id": .null, "error": ["code": -32000, "message": "Bad Request: no session"]], status: 400)
            } else if !sessions.contains(request.header("Mcp-Session-Id") ?? "") {
                return .json(
                    ["jsonrpc": "2.0", "id": .null, "error": ["code": -32001, "message": "Session not found"]], status: 404)
            }
        }
        let method = message["method"]?.stringValue
        let isRequest = method != nil && message["id"] != nil
        let streams = options.streams && isRequest && method != "initialize" && method != "server/discover"
        guard streams || method == "subscriptions/listen" else {
            let reply = await server.take(message) {
                FakeServer.Port(request: $0, send: { _ in }, server: server, headers: request.headers)
            }
            guard let reply, let (text, status) = FakeServer.write(reply, to: message) else { return .empty(202) }
            return FakeResponse(status: status, type: "application/json; charset=utf-8", headers: headers, body: Array(text.utf8))
        }
        let response = FakeResponse.events(headers: headers)
        Task { [server] in
            let reply = await server.take(message) { request in
                FakeServer.Port(
                    request: request, send: { response.event($0) }, server: server, response: response)
            }
            if let reply, let (text, _) = FakeServer.write(reply, to: message) {
                response.event(text: text)
                response.finish()
            }
        }
        return response
    }

    private func get(_ request: FakeWeb.Seen) -> FakeResponse {
        guard options.hasOwnStream else { return .empty(405) }
        guard sessions.contains(request.header("Mcp-Session-Id") ?? "") else { return .empty(404) }
        let response = FakeResponse.events()
        state.withLock { $0.own.append(response) }
        return response
    }
}

/// A server behind HTTP+SSE.
final class FakeEventStream: Sendable {
    static let url = "https://upstream.example/sse"
    let server: FakeServer
    let endpoint: String
    private let streams = Mutex<[FakeResponse]>([])

    init(_ server: FakeServer, endpoint: String = "/messages?id=1") {
        self.server = server
        self.endpoint = endpoint
    }

    var opened: [FakeResponse] { streams.withLock { $0 } }

    func client() -> FakeWeb {
        FakeWeb { [self] (request: FakeWeb.Seen) async throws(OutboundError) -> FakeResponse in
            if request.method == "GET" {
                let stream = FakeResponse.events()
                stream.event(text: endpoint, type: "endpoint")
                streams.withLock { $0.append(stream) }
                return stream
            }
            guard request.url.hasPrefix("https://upstream.example/messages"), let message = request.json,
                let stream = opened.last
            else { return .empty(405) }
            // Who has no stream has no session.
            guard !stream.isOver else { return .empty(404) }
            Task { [server] in
                let reply = await server.take(message) { request in
                    FakeServer.Port(request: request, send: { stream.event($0) }, server: server, response: stream)
                }
                if let reply, let (text, _) = FakeServer.write(reply, to: message) { stream.event(text: text) }
            }
            return .empty(202)
        }
    }
}

/// A server behind lines: what `start` returns is a process of it.
final class FakeProcess: LineChannel {
    private let server: FakeServer
    private let diesOn: String?
    private let queue: AsyncStream<[UInt8]>
    private let output: AsyncStream<[UInt8]>.Continuation
    private let isDead = Mutex(false)
    let lines = Mutex<[[UInt8]]>([])

    /// - Parameter diesOn: the method that ends the process.
    init(_ server: FakeServer, diesOn: String? = nil) {
        self.server = server
        self.diesOn = diesOn
        (queue, output) = AsyncStream.makeStream(of: [UInt8].self)
    }

    func send(_ line: [UInt8]) async throws(OutboundError) {
        guard !isDead.withLock({ $0 }) else { throw OutboundError(.closed, "gone") }
        lines.withLock { $0.append(line) }
        guard let message = try? JSON.parse(line) else { return }
        if let diesOn, message["method"]?.stringValue == diesOn { return die() }
        Task { [server] in
            let reply = await server.take(message) { request in
                FakeServer.Port(request: request, send: { self.emit($0.serialized()) }, server: server)
            }
            if let reply, let (text, _) = FakeServer.write(reply, to: message) { emit(text) }
        }
    }

    /// Writes a line of the process.
    func emit(_ line: String) { output.yield(Array(line.utf8)) }

    /// Ends the process.
    func die() {
        isDead.withLock { $0 = true }
        output.finish()
    }

    func next() async throws(OutboundError) -> [UInt8]? {
        for await line in queue { return line }
        return nil
    }

    func close() async { die() }
}
