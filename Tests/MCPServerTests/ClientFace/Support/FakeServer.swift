import Outbound
import Synchronization
import Wire

/// An MCP server that a test writes down by method, without a transport.
final class FakeServer: Sendable {
    /// What a handler can do besides answering.
    struct Port: Sendable {
        let request: JSON
        let send: @Sendable (JSON) -> Void
        let server: FakeServer
        /// Breaks off, closes or otherwise mistreats the way back; nil where the transport has none of its own.
        var response: FakeResponse?
        var headers: [(name: String, value: String)] = []

        func notify(_ method: String, _ params: JSON) {
            send(["jsonrpc": "2.0", "method": .string(method), "params": params])
        }

        /// Asks the client and waits for its answer.
        func ask(_ method: String, _ params: JSON?, id: JSON) async -> JSON {
            var request: JSONObject = ["jsonrpc": "2.0", "id": id, "method": .string(method)]
            if let params { request["params"] = params }
            async let answer = server.answer(to: id)
            send(.object(request))
            return await answer
        }

        var params: JSON { request["params"] ?? [:] }
        var id: JSON { request["id"] ?? .null }
    }

    enum Reply: Sendable {
        case result(JSON)
        /// The text of a whole result, kept as it is.
        case text(String)
        case error(JSON, status: Int = 200)
        case errorText(String)
        /// Nothing is answered.
        case none
    }

    typealias Handler = @Sendable (Port) async -> Reply

    private struct State {
        var received: [JSON] = []
        var answers: [JSON: JSON] = [:]
        var waiting: [JSON: CheckedContinuation<JSON, Never>] = [:]
        var watchers: [(method: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let handlers: [String: Handler]
    private let state = Mutex(State())

    init(_ handlers: [String: Handler]) { self.handlers = handlers }

    /// All messages that came, in order.
    var received: [JSON] { state.withLock { $0.received } }

    func received(_ method: String) -> [JSON] { received.filter { $0["method"]?.stringValue == method } }

    /// Waits until so many messages of a method have come.
    func until(_ method: String, count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                let found = state.received.count { $0["method"]?.stringValue == method }
                if found < count { state.watchers.append((method, count, continuation)) }
                return found >= count
            }
            if isDone { continuation.resume() }
        }
    }

    private func answer(to id: JSON) async -> JSON {
        await withCheckedContinuation { continuation in
            let known: JSON? = state.withLock { state in
                if let known = state.answers[id] { return known }
                state.waiting[id] = continuation
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// A message came. Returns the answer to a request; nil for other messages.
    func take(_ message: JSON, _ port: (JSON) -> Port) async -> Reply? {
        let (waiting, done) = state.withLock { state in
            state.received.append(message)
            var waiting: CheckedContinuation<JSON, Never>?
            if message["method"] == nil, let id = message["id"] {
                state.answers[id] = message
                waiting = state.waiting.removeValue(forKey: id)
            }
            let ready = state.watchers.filter { watcher in
                state.received.count { $0["method"]?.stringValue == watcher.method } >= watcher.count
            }
            state.watchers.removeAll { watcher in
                state.received.count { $0["method"]?.stringValue == watcher.method } >= watcher.count
            }
            return (waiting, ready.map(\.continuation))
        }
        waiting?.resume(returning: message)
        for continuation in done { continuation.resume() }
        guard let method = message["method"]?.stringValue, message["id"] != nil else { return nil }
        guard let handler = handlers[method] else {
            return .error(["code": -32601, "message": "Method not found"], status: 404)
        }
        return await handler(port(message))
    }

    static func write(_ reply: Reply, to request: JSON) -> (text: String, status: Int)? {
        let id = (request["id"] ?? .null).serialized()
        switch reply {
        case .result(let result): return (#"{"jsonrpc":"2.0","id":\#(id),"result":\#(result.serialized())}"#, 200)
        case .text(let text): return (#"{"jsonrpc":"2.0","id":\#(id),"result":\#(text)}"#, 200)
        case .error(let error, let status): return (#"{"jsonrpc":"2.0","id":\#(id),"error":\#(error.serialized())}"#, status)
        case .errorText(let text): return (#"{"jsonrpc":"2.0","id":\#(id),"error":\#(text)}"#, 200)
        case .none: return nil
        }
    }
}

extension FakeServer {
    /// The handlers that every legacy server has.
    static func legacy(
        revision: String = "2025-11-25", capabilities: JSON = ["tools": [:]], _ more: [String: Handler] = [:]
    ) -> FakeServer {
        var handlers: [String: Handler] = [
            "initialize": { _ in
                .result([
                    "protocolVersion": .string(revision), "capabilities": capabilities,
                    "serverInfo": ["name": "fake", "version": "1"], "instructions": "Be kind.",
                ])
            },
            "tools/call": { .result(["content": [["type": "text", "text": $0.params["name"] ?? "none"]]]) },
            "ping": { _ in .result([:]) },
        ]
        for (method, handler) in more { handlers[method] = handler }
        return FakeServer(handlers)
    }

    /// The handlers that every modern server has.
    static func modern(capabilities: JSON = ["tools": [:]], _ more: [String: Handler] = [:]) -> FakeServer {
        var handlers: [String: Handler] = [
            "server/discover": { _ in
                .result([
                    "resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": capabilities, "ttlMs": 0,
                    "cacheScope": "private", "instructions": "Be kind.",
                    "_meta": ["io.modelcontextprotocol/serverInfo": ["name": "fake", "version": "1"]],
                ])
            },
            "tools/list": { _ in .result(["resultType": "complete", "tools": [], "ttlMs": 0, "cacheScope": "private"]) },
            "tools/call": {
                .result(["resultType": "complete", "content": [["type": "text", "text": $0.params["name"] ?? "none"]]])
            },
        ]
        for (method, handler) in more { handlers[method] = handler }
        return FakeServer(handlers)
    }
}
