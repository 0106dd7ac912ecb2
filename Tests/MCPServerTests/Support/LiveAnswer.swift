import Synchronization
import Testing
import Wire

@testable import MCPServer

/// An answer as it arrives at a client, with the connection it arrives on.
final class LiveAnswer: MCPHTTPSink {
    /// What has arrived.
    struct Arrived: Sendable {
        var status: Int?
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
        var isWhole = false
        var isEnded = false

        /// The events of a stream, comments left out.
        var events: [SSEEvent] {
            var parser = SSEParser()
            var events: [SSEEvent] = []
            _ = body.withUnsafeBytes { bytes in try? parser.consume(bytes) { events.append($0) } }
            return events
        }

        /// The messages of a stream: its events with data.
        var messages: [JSON] { events.compactMap { $0.data.isEmpty ? nil : try? JSON.parse($0.data) } }
        var text: String { String(decoding: body, as: UTF8.self) }
        var json: JSON? { try? JSON.parse(body) }

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    private let state = Mutex(Arrived())
    private let task = Mutex<Task<Void, Never>?>(nil)

    var now: Arrived { state.withLock { $0 } }

    func whole(_ response: MCPHTTPResponse) {
        state.withLock { state in
            state.status = response.status
            state.headers = response.headers
            state.body = response.body
            state.isWhole = true
            state.isEnded = true
        }
    }

    func begin(status: Int, headers: [(name: String, value: String)]) {
        state.withLock { state in
            state.status = status
            state.headers = headers
        }
    }

    func write(_ bytes: [UInt8]) { state.withLock { $0.body += bytes } }
    func end() { state.withLock { $0.isEnded = true } }

    fileprivate func run(_ task: Task<Void, Never>) { self.task.withLock { $0 = task } }

    /// The connection breaks; returns once the server has noticed.
    func hangUp() async {
        let task = self.task.withLock { $0 }
        task?.cancel()
        await task?.value
    }

    /// What has arrived once it is as wanted. The bound is for failing tests only.
    @discardableResult
    func wait(_ what: String = "the answer", until isEnough: (Arrived) -> Bool) async throws -> Arrived {
        do {
            try await eventually(what) { isEnough(now) }
        } catch is TooLate {
            throw TooLate(description: "\(what) did not come; here is: \(now.text)")
        }
        return now
    }

    /// The first so many messages of the stream.
    @discardableResult
    func messages(_ count: Int) async throws -> [JSON] {
        Array(try await wait("\(count) messages") { $0.messages.count >= count }.messages.prefix(count))
    }

    /// The answer once it is complete.
    @discardableResult
    func ended() async throws -> Arrived { try await wait("the end") { $0.isEnded } }
}

extension Exchange {
    /// What a client says that it accepts.
    static let both = "application/json, text/event-stream"

    /// Sends a request whose answer is read as it comes.
    func begin(
        _ method: String = "POST", _ body: JSON? = nil, _ headers: [String: String] = [:],
        place: MCPHTTPRequest.Place = .endpoint, gate: (any OperationGate)? = nil
    ) -> LiveAnswer {
        var fields = ["Content-Type": "application/json", "Accept": Self.both]
        fields.merge(headers) { $1 }
        let request = MCPHTTPRequest(
            method: method, headers: MCPHTTPHeaders(fields.map { ($0.key, $0.value) }), body: body?.serializedBytes() ?? [],
            principal: principal, requestID: "request-1", place: place, messagePath: "/mcp/public/one/message")
        let answer = LiveAnswer()
        let endpoint = self.endpoint
        answer.run(Task { await endpoint.handle(request, gate: gate, sink: answer) })
        return answer
    }

    /// A request in a session, whose answer may be a stream.
    func beginCall(_ params: JSON = ["name": "x"], in session: String, id: JSON = 7, method: String = "tools/call") -> LiveAnswer
    {
        begin("POST", Self.request(method, params, id: id), ["Mcp-Session-Id": session])
    }

    /// The session's own stream.
    func listen(in session: String, after event: String? = nil) -> LiveAnswer {
        var headers = ["Mcp-Session-Id": session, "Accept": "text/event-stream"]
        if let event { headers["Last-Event-ID"] = event }
        return begin("GET", nil, headers)
    }

    /// What a client posts without waiting for anything: a notification, or a response.
    func tell(_ message: JSON, in session: String) async -> Int { await post(message, ["Mcp-Session-Id": session]).status }

    /// Answers a question with a result.
    func reply(to question: JSON, _ result: JSON, in session: String) async -> Int {
        await tell(["jsonrpc": "2.0", "id": question["id"] ?? 0, "result": result], in: session)
    }

    /// Lets time pass, and everything that falls due happen.
    func pass(_ duration: Duration) {
        time.advance(by: duration)
        sessions.pulse.beat()
    }
}

/// What did not happen in time.
struct TooLate: Error, CustomStringConvertible {
    let description: String
}

/// Waits until something is so. The bound is for failing tests only; nothing waits for it that goes well.
func eventually(_ what: String = "it", _ isSo: () -> Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(30))
    while !isSo() {
        guard ContinuousClock.now < deadline else { throw TooLate(description: "\(what) did not come") }
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// Something that a test waits for, and something that waits for the test.
final class Gate: Sendable {
    private let isOpen = Mutex(false)

    func open() { isOpen.withLock { $0 = true } }

    /// Until `open`, or the task's cancellation.
    func passed() async throws { try await eventually("the gate") { isOpen.withLock { $0 } } }
}
