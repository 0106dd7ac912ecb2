import Synchronization
import Testing
import Wire

@testable import MCPServer

/// A service whose changes a test makes.
private final class Changing: Sendable {
    private struct Running {
        let filter: ChangeFilter
        let continuation: AsyncStream<Change>.Continuation
    }

    private let watches = Mutex<[Running]>([])
    private let ended = Mutex(0)
    let refused: Set<String>

    init(refused: Set<String> = []) { self.refused = refused }

    var filters: [ChangeFilter] { watches.withLock { $0.map(\.filter) } }
    var endedCount: Int { ended.withLock { $0 } }

    func service() -> ScriptedService {
        let capabilities = ServerCapabilities(["tools": ["listChanged": true], "resources": ["subscribe": true]])
        return ScriptedService(
            capabilities: capabilities,
            watching: { [self] filter in
                let (changes, continuation) = AsyncStream.makeStream(of: Change.self, bufferingPolicy: .bufferingNewest(64))
                continuation.onTermination = { _ in self.ended.withLock { $0 += 1 } }
                var honoured = filter
                honoured.resourceSubscriptions.removeAll { refused.contains($0) }
                watches.withLock { $0.append(Running(filter: filter, continuation: continuation)) }
                return Watch(honoured: honoured, changes: changes)
            })
    }

    /// A change, told to every watch whose filter has it.
    func change(uri: String) {
        for watch in watches.withLock({ $0 }) where watch.filter.resourceSubscriptions.contains(uri) {
            watch.continuation.yield(.resourceUpdated(["uri": .string(uri)]))
        }
    }

    func changeTools() {
        for watch in watches.withLock({ $0 }) where watch.filter.toolsListChanged {
            watch.continuation.yield(.toolsListChanged)
        }
    }

    func wait(for count: Int) async throws {
        try await eventually { watches.withLock { $0.count } >= count }
    }
}

private let legacy = Revision.allCases.filter { $0.era == .legacy }

@Suite("the stream of a legacy session")
struct LegacyListeningTests {
    @Test("tells that a list has changed", arguments: legacy)
    func listChanged(revision: Revision) async throws {
        let changing = Changing()
        let exchange = Exchange(changing.service())
        let session = try await exchange.open(revision)
        let stream = exchange.listen(in: session)
        try await changing.wait(for: 1)
        changing.changeTools()
        #expect(try await stream.messages(1) == [["jsonrpc": "2.0", "method": "notifications/tools/list_changed"]])
        #expect(stream.now.header("content-type") == "text/event-stream")
        #expect(!stream.now.isEnded)
    }

    @Test("tells updates of what was subscribed to, by one watch that is replaced only once the next stands")
    func subscriptions() async throws {
        let changing = Changing()
        let exchange = Exchange(changing.service())
        let session = try await exchange.open()
        #expect(
            await exchange.call("resources/subscribe", ["uri": "a:1"], in: session).text
                == #"{"jsonrpc":"2.0","id":7,"result":{}}"#)
        #expect(await exchange.call("resources/subscribe", ["uri": "a:2"], in: session).result == [:])
        #expect(changing.filters.map(\.resourceSubscriptions) == [["a:1"], ["a:1", "a:2"]])
        // Told while nobody listens: it waits, once.
        changing.change(uri: "a:2")
        let stream = exchange.listen(in: session)
        #expect(try await stream.messages(1)[0]["params"] == ["uri": "a:2"])
        #expect(await exchange.call("resources/unsubscribe", ["uri": "a:2"], in: session).result == [:])
        changing.change(uri: "a:1")
        #expect(try await stream.messages(2).last?["params"] == ["uri": "a:1"])
        #expect(await exchange.call("resources/unsubscribe", ["uri": "a:2"], in: session).result == [:], "is no error")
    }

    @Test("a resource without updates, a bad URI, and a service without subscriptions are refused")
    func refusedSubscriptions() async throws {
        let exchange = Exchange(Changing(refused: ["b:1"]).service())
        let session = try await exchange.open()
        let refused = await exchange.call("resources/subscribe", ["uri": "b:1"], in: session)
        #expect(refused.code == -32602)
        #expect(refused.message.contains("b:1"))
        let bad = await exchange.call("resources/subscribe", ["uri": 7], in: session)
        #expect(bad.code == -32602)
        #expect(bad.message.contains("params.uri"))
    }

    @Test("messages wait for a stream within bounds, each once")
    func waiting() async throws {
        let mailbox = Mailbox()
        for number in 0..<200 {
            mailbox.send(Array("[\(number)]".utf8))
            mailbox.send(Array("[\(number)]".utf8))
        }
        let sink = LiveAnswer()
        var terms = MCPServer.Exchange.Terms()
        terms.isListening = true
        mailbox.connect(HTTPExchange(terms, sink: sink, pulse: Pulse(isAutomatic: false)))
        #expect(sink.now.messages.count == Mailbox.maximumCount)
        #expect(sink.now.messages.first?[0] == .integer(200 - Mailbox.maximumCount))
        #expect(sink.now.messages.last?[0] == 199)
    }

    @Test("a second stream takes the place of the first, and every message goes on one of them only")
    func oneOnly() async throws {
        let changing = Changing()
        let exchange = Exchange(changing.service())
        let session = try await exchange.open()
        let first = exchange.listen(in: session)
        try await changing.wait(for: 1)
        let second = exchange.listen(in: session)
        try await first.ended()
        changing.changeTools()
        #expect(try await second.messages(1).count == 1)
        #expect(first.now.messages.isEmpty)
    }

    @Test("is only for clients that read event streams, and for the session's owner")
    func refused() async throws {
        var exchange = Exchange(echoServer())
        let session = try await exchange.open()
        #expect(await exchange.send("GET", [], ["Mcp-Session-Id": session]).status == 406)
        let stream = ["Mcp-Session-Id": session, "Accept": "text/event-stream"]
        #expect(await exchange.send("GET", [], stream.merging(["MCP-Protocol-Version": "v9"]) { $1 }).status == 400)
        #expect(await exchange.send("GET", [], stream.merging(["MCP-Protocol-Version": "2026-07-28"]) { $1 }).status == 405)
        exchange.principal = Principal(id: "mallory")
        #expect(await exchange.send("GET", [], stream).status == 404)
    }

    @Test("DELETE ends the session's streams and calls; from then on it is unknown")
    func delete() async throws {
        let gate = Gate()
        let service = ScriptedService { _, _ in
            try await gate.passed()
            return .complete(["content": []])
        }
        let exchange = Exchange(service)
        let session = try await exchange.open()
        let stream = exchange.listen(in: session)
        let call = exchange.beginCall(in: session)
        try await eventually { !service.operations.isEmpty }
        #expect(await exchange.send("DELETE", [], ["Mcp-Session-Id": session]).status == 204)
        try await stream.ended()
        #expect(try await call.ended().messages.isEmpty)
        #expect(try await exchange.listen(in: session).ended().status == 404)
        #expect(exchange.sessions.count == 0)
    }

    @Test("keeps its session from being idle; a session that is forgotten ends what it holds")
    func idle() async throws {
        let changing = Changing()
        let exchange = Exchange(changing.service(), limits: LegacySessionLimits(idle: .seconds(60)))
        let session = try await exchange.open()
        let stream = exchange.listen(in: session)
        try await changing.wait(for: 1)
        exchange.pass(.seconds(61))
        #expect(exchange.sessions.count == 1)
        await stream.hangUp()
        exchange.pass(.seconds(61))
        #expect(exchange.sessions.count == 0)
        try await eventually { changing.endedCount > 0 }
        #expect(changing.endedCount == 1)
        #expect(try await exchange.listen(in: session).ended().status == 404)
    }
}

@Suite("streams that break and are resumed")
struct ResumptionTests {
    /// Tells `first`, waits, tells `second`, and ends.
    private func service(_ gate: Gate) -> ScriptedService {
        ScriptedService { _, context in
            context.progress(Progress(1, message: "first"))
            try await gate.passed()
            context.progress(Progress(2, message: "second"))
            return .complete(["content": []])
        }
    }

    private let call: JSON = ["name": "x", "_meta": ["progressToken": 1]]

    @Test(
        "a call goes on without its client, who comes back for the rest",
        arguments: [Revision.march2025, .june2025, .november2025])
    func call(revision: Revision) async throws {
        let gate = Gate()
        let exchange = Exchange(service(gate))
        let session = try await exchange.open(revision)
        let broken = exchange.beginCall(call, in: session)
        try await broken.messages(1)
        await broken.hangUp()
        let last = try #require(broken.now.events.last?.id)
        gate.open()
        let resumed = try await exchange.listen(in: session, after: last).ended()
        #expect(resumed.messages.map { $0["params"]?["progress"] ?? $0["id"] } == [2, 7])
        // And again from the start, as long as it is kept.
        let first = try #require(broken.now.events.first?.id)
        let again = try await exchange.listen(in: session, after: first).ended()
        #expect(again.messages.count == (revision == .november2025 ? 3 : 2))
    }

    @Test("a client of 2024-11-05 can't come back: what it leaves is cancelled")
    func oldest() async throws {
        let gate = Gate()
        let cancelled = Gate()
        let service = ScriptedService { _, context in
            context.progress(Progress(1))
            do { try await gate.passed() } catch { cancelled.open() }
            return .complete(["content": []])
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(.november2024)
        let broken = exchange.beginCall(call, in: session)
        try await broken.messages(1)
        await broken.hangUp()
        try await cancelled.passed()
    }

    @Test("an event names its stream: no other stream's events come, also while several run")
    func ownOnly() async throws {
        let gate = Gate()
        let exchange = Exchange(service(gate))
        let session = try await exchange.open()
        var broken: [LiveAnswer] = []
        for id in 1...3 { broken.append(exchange.beginCall(call, in: session, id: .integer(id))) }
        for answer in broken {
            try await answer.messages(1)
            await answer.hangUp()
        }
        gate.open()
        for (index, answer) in broken.enumerated() {
            let resumed = try await exchange.listen(in: session, after: answer.now.events.last?.id).ended()
            #expect(resumed.messages.last?["id"] == .integer(index + 1))
            #expect(resumed.messages.count == 2)
        }
    }

    @Test("the session's own stream is resumed, too, and where too much was missed, it begins anew")
    func listening() async throws {
        let changing = Changing()
        let exchange = Exchange(changing.service())
        let session = try await exchange.open()
        let broken = exchange.listen(in: session)
        try await changing.wait(for: 1)
        changing.changeTools()
        try await broken.messages(1)
        await broken.hangUp()
        changing.changeTools()
        let last = try #require(broken.now.events.last?.id)
        let resumed = exchange.listen(in: session, after: last)
        #expect(try await resumed.messages(1).count == 1)
        #expect(!resumed.now.isEnded)
        await resumed.hangUp()
        exchange.pass(.seconds(301))
        let fresh = exchange.listen(in: session, after: last)
        try await fresh.wait { $0.status == 200 }
        changing.changeTools()
        #expect(try await fresh.messages(1).count == 1)
    }

    @Test(
        "an event that nobody gave, or of another session, is refused",
        arguments: ["p1_1", "p9_0", "x", "", "p1", "p1_-1", "_", "p1_1_1"])
    func forged(event: String) async throws {
        let gate = Gate()
        let exchange = Exchange(service(gate))
        let other = try await exchange.open()
        let stream = exchange.beginCall(call, in: other)
        try await stream.messages(1)
        let session = try await exchange.open()
        #expect(try await exchange.listen(in: session, after: event).ended().status == 400)
        gate.open()
    }

    @Test("a call that is left before anything was sent still runs to its end")
    func leftEarly() async throws {
        let gate = Gate()
        let finished = Gate()
        let service = ScriptedService { _, _ in
            try await gate.passed()
            finished.open()
            return .complete(["content": []])
        }
        let exchange = Exchange(service)
        let session = try await exchange.open()
        let answer = exchange.beginCall(in: session)
        try await eventually { !service.operations.isEmpty }
        await answer.hangUp()
        gate.open()
        try await finished.passed()
    }
}
