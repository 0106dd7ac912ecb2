import MCPServer
import NIOCore
import Synchronization
import Testing
import Wire

@testable import Gateway

/// A service that tells progress, waits to be let go, and then answers; its tools change when a test says so.
private final class Stepping: MCPService {
    private let isOpen = Mutex(false)
    private let watch = Mutex<AsyncStream<Change>.Continuation?>(nil)
    private let cancelled = Mutex(0)
    private let floods = Mutex(0)

    var cancelledCount: Int { self.cancelled.withLock { $0 } }

    var floodCount: Int { self.floods.withLock { $0 } }

    func open() { self.isOpen.withLock { $0 = true } }

    func profile(_ context: any CallContext) async throws -> ServiceProfile {
        ServiceProfile(
            identity: Implementation(name: "stepping", version: "1"),
            capabilities: ServerCapabilities(["tools": ["listChanged": true]]))
    }

    func perform(_ operation: MCPServer.Operation, _ context: any CallContext) async throws -> Outcome {
        if operation.target == "flood" {
            let text = String(repeating: "x", count: 16_384)
            for step in 1...1000 { context.progress(Progress(Double(step), message: text)) }
            self.floods.withLock { $0 += 1 }
        }
        context.progress(Progress(100_000, message: "first"))
        do {
            while !self.isOpen.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
        } catch {
            self.cancelled.withLock { $0 += 1 }
            throw error
        }
        context.progress(Progress(200_000, message: "second"))
        return .complete(["content": [["type": "text", "text": "done"]]])
    }

    func watch(_ filter: ChangeFilter, _ context: any CallContext) async throws -> Watch {
        let (changes, continuation) = AsyncStream.makeStream(of: Change.self, bufferingPolicy: .bufferingNewest(8))
        self.watch.withLock { $0 = continuation }
        return Watch(honoured: filter, changes: changes)
    }

    /// Tells a change once somebody watches.
    func change() async throws {
        for _ in 0..<20_000 {
            if let watch = self.watch.withLock({ $0 }) {
                watch.yield(.toolsListChanged)
                return
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw RawClient.Failure("nobody watches")
    }
}

@Suite("Event streams of the tool side, over a socket")
struct ToolStreamTests {
    private static let path = "/mcp/public/time"
    private static let headers = [
        "Authorization: Bearer sk-good", "Content-Type: application/json", "Accept: application/json, text/event-stream",
    ]

    private static func withFront(
        _ service: Stepping, journal: RecordingJournal = RecordingJournal(),
        _ body: @escaping @Sendable (TestFront) async throws -> Void
    ) async throws {
        let parts = try HotFixture.Parts(journal: journal, given: ["time": service])
        try await TestFront.run(routes: { parts.router(on: $0, ticker: $1) }, body)
    }

    private static func request(_ method: String, _ params: JSON, id: JSON) -> String {
        let message: JSON = ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params]
        return message.serialized()
    }

    private static let initialize = Self.request(
        "initialize",
        ["protocolVersion": "2025-06-18", "capabilities": [:], "clientInfo": ["name": "c", "version": "1"]], id: 1)
    private static let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#

    private static func call(_ tool: String = "step", id: JSON = 2) -> String {
        Self.request("tools/call", ["name": .string(tool), "_meta": ["progressToken": 1]], id: id)
    }

    /// A session that is ready.
    private static func open(_ client: RawClient) async throws -> String {
        try await client.send(RequestText.post(Self.path, Self.initialize, Self.headers))
        let answer = try await client.answer(to: "POST")
        let session = try #require(answer["mcp-session-id"])
        try await client.send(RequestText.post(Self.path, Self.initialized, Self.headers + ["Mcp-Session-Id: \(session)"]))
        #expect(try await client.answer(to: "POST").status == 202)
        return session
    }

    @Test("the answer to a call is a stream from its first message on, sent as it comes, and the call is recorded once")
    func post() async throws {
        let service = Stepping()
        let journal = RecordingJournal()
        try await Self.withFront(service, journal: journal) { front in
            let client = try await front.client()
            let session = try await Self.open(client)
            try await client.send(RequestText.post(Self.path, Self.call(), Self.headers + ["Mcp-Session-Id: \(session)"]))
            let head = try await client.bytes(upTo: "\r\n\r\n").lowercased()
            #expect(head.hasPrefix("http/1.1 200"))
            for line in [
                "content-type: text/event-stream", "x-accel-buffering: no", "transfer-encoding: chunked", "x-request-id:",
            ] {
                #expect(head.contains(line))
            }
            #expect(!head.contains("content-length"))
            try await client.bytes(upTo: "first")
            #expect(journal.all.isEmpty)
            service.open()
            try await client.bytes(upTo: "second")
            try await client.bytes(upTo: #""text":"done""#)
            try await client.bytes(upTo: "0\r\n\r\n")
            #expect(journal.all.count == 1)
            // The connection goes on.
            try await client.send(
                RequestText.post(Self.path, Self.request("ping", [:], id: 3), Self.headers + ["Mcp-Session-Id: \(session)"]))
            #expect(try await client.answer(to: "POST").text == #"{"jsonrpc":"2.0","id":3,"result":{}}"#)
        }
    }

    @Test("a stream that breaks is resumed by a GET on another connection; the call was not cancelled")
    func resume() async throws {
        let service = Stepping()
        try await Self.withFront(service) { front in
            let client = try await front.client()
            let session = try await Self.open(client)
            try await client.send(RequestText.post(Self.path, Self.call(), Self.headers + ["Mcp-Session-Id: \(session)"]))
            let text = try await client.bytes(upTo: "first")
            let line = try #require(text.split(whereSeparator: \.isNewline).last { $0.hasPrefix("id: ") })
            await client.close()
            service.open()
            let second = try await front.client()
            try await second.send(
                RequestText.get(
                    Self.path, Self.headers + ["Mcp-Session-Id: \(session)", "Last-Event-ID: \(line.dropFirst(4))"]))
            let rest = try await second.answer()
            #expect(rest.status == 200)
            #expect(rest.text.contains("second") && rest.text.contains("done") && !rest.text.contains("first"))
            #expect(service.cancelledCount == 0)
        }
    }

    @Test("a GET is the session's stream; it ends with DELETE, or with the server")
    func listen() async throws {
        let service = Stepping()
        try await Self.withFront(service) { front in
            let client = try await front.client()
            let session = try await Self.open(client)
            let listener = try await front.client()
            let get = RequestText.get(Self.path, Self.headers + ["Mcp-Session-Id: \(session)"])
            try await listener.send(get)
            try await listener.bytes(upTo: "\r\n\r\n")
            try await service.change()
            try await listener.bytes(upTo: "notifications/tools/list_changed")
            try await client.send(
                RequestText.get(Self.path, Self.headers + ["Mcp-Session-Id: \(session)"], method: "DELETE"))
            #expect(try await client.answer(to: "DELETE").status == 204)
            try await listener.bytes(upTo: "0\r\n\r\n")
            try await listener.send(get)
            #expect(try await listener.answer().status == 404)

            let other = try await Self.open(client)
            try await listener.send(RequestText.get(Self.path, Self.headers + ["Mcp-Session-Id: \(other)"]))
            try await listener.bytes(upTo: "\r\n\r\n")
            await front.beginShutdown()
            try await listener.bytes(upTo: "0\r\n\r\n")
        }
    }

    @Test("HTTP+SSE: the stream names where to post, also with the key of a client that can't set headers, and ends its calls")
    func eventStream() async throws {
        let service = Stepping()
        try await Self.withFront(service) { front in
            let stream = try await front.client()
            try await stream.send(RequestText.get("\(Self.path)/sse?key=sk-good", ["Accept: text/event-stream"]))
            try await stream.bytes(upTo: "event: endpoint\ndata: ")
            let line = try await stream.bytes(upTo: "\n\n")
            let path = String(line.dropLast(2))
            #expect(path.hasPrefix("/mcp/public/time/message?key=sk-good&sessionId="))
            let client = try await front.client()
            let json = ["Content-Type: application/json"]
            try await client.send(RequestText.post(path, Self.initialize, json))
            #expect(try await client.answer(to: "POST").status == 202)
            try await stream.bytes(upTo: "event: message\ndata: ")
            try await stream.bytes(upTo: "2025-06-18")
            try await client.send(RequestText.post(path, Self.initialized, json))
            #expect(try await client.answer(to: "POST").status == 202)
            try await client.send(RequestText.post(path, Self.call(), json))
            #expect(try await client.answer(to: "POST").status == 202)
            try await stream.bytes(upTo: "first")
            await stream.close()
            for _ in 0..<20_000 where service.cancelledCount == 0 { try await Task.sleep(for: .milliseconds(1)) }
            #expect(service.cancelledCount == 1)
            try await client.send(RequestText.post(path, Self.call(), json))
            #expect(try await client.answer(to: "POST").status == 404)
        }
    }

    @Test("a client that reads nothing of a long stream is cut off, and the server goes on")
    func slowReader() async throws {
        let service = Stepping()
        try await Self.withFront(service) { front in
            let client = try await front.client()
            let session = try await Self.open(client)
            let slow = try await front.client(reads: false, receiveBuffer: 16 << 10)
            try await slow.send(RequestText.post(Self.path, Self.call("flood"), Self.headers + ["Mcp-Session-Id: \(session)"]))
            for _ in 0..<60_000 where service.floodCount == 0 { try await Task.sleep(for: .milliseconds(1)) }
            #expect(service.floodCount == 1)
            try await client.send(
                RequestText.post(Self.path, Self.request("ping", [:], id: 3), Self.headers + ["Mcp-Session-Id: \(session)"]))
            #expect(try await client.answer(to: "POST").status == 200)
            try await slow.startReading()
            // 16 MiB were written, of which 8 may wait and some lie in the sockets; what was cut off is not among what still comes.
            #expect(try await slow.rest() < 15 << 20)
            service.open()
        }
    }
}
