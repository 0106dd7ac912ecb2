import Synchronization
import Testing
import Wire

@testable import MCPServer

private let done = Outcome.complete(["content": []])
private let visits: JSON = ["elicitation": ["url": [:]]]

private func visit(_ id: String) -> PendingAsk {
    PendingAsk("pay", .elicit(["mode": "url", "url": "https://example.com/pay", "message": "Pay", "elicitationId": .string(id)]))
}

private func completion(_ id: String) -> JSON {
    ["jsonrpc": "2.0", "method": "notifications/elicitation/complete", "params": ["elicitationId": .string(id)]]
}

/// What a service kept of its calls, as an upstream that says later that a visit is over.
private final class Outlets: Sendable {
    private let kept = Mutex<[ElicitationOutlet?]>([])

    var count: Int { kept.withLock { $0.count } }
    func keep(_ context: any CallContext) { kept.withLock { $0.append(context.elicitations) } }
    func complete(_ id: String) { for outlet in kept.withLock({ $0 }) { outlet?.complete(id) } }
}

@Suite("the end of a visit to a URL that a server announces")
struct ElicitationEndTests {
    @Test("after the call it goes where messages outside of calls go, to the session that was asked, once")
    func afterTheCall() async throws {
        let outlets = Outlets()
        let service = ScriptedService { operation, context in
            outlets.keep(context)
            if operation.target == "ask" { _ = try await context.ask([visit("e1")]) }
            return done
        }
        let exchange = Exchange(service)
        let (session, other) = (try await exchange.open(capabilities: visits), try await exchange.open(capabilities: visits))
        let (stream, elsewhere) = (exchange.listen(in: session), exchange.listen(in: other))
        _ = try await exchange.beginCall(in: other).ended()
        let answer = exchange.beginCall(["name": "ask"], in: session)
        let question = try await answer.messages(1)[0]
        #expect(question["params"]?["elicitationId"] == "e1")
        _ = await exchange.reply(to: question, ["action": "accept"], in: session)
        // The end of the call is not the end of the visit: who asked says that.
        #expect(try await answer.ended().messages.count == 2)
        for id in ["unknown", "e1", "e1"] { outlets.complete(id) }
        #expect(try await stream.messages(1) == [completion("e1")])
        _ = exchange.listen(in: other)
        try await elsewhere.ended()
        #expect(stream.now.messages.count == 1 && elsewhere.now.messages.isEmpty)
    }

    @Test("while the call runs it goes on the way of the call")
    func duringTheCall() async throws {
        let service = ScriptedService { _, context in
            _ = try await context.ask([visit("e1")])
            context.elicitations?.complete("e1")
            return done
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(capabilities: visits)
        let answer = exchange.beginCall(in: session)
        _ = await exchange.reply(to: try await answer.messages(1)[0], ["action": "accept"], in: session)
        let messages = try await answer.ended().messages
        #expect(messages[1] == completion("e1"))
        #expect(messages.count == 3)
    }

    @Test("of pages that an error names it comes after the error, also where it was said before")
    func afterAnError() async throws {
        let outlets = Outlets()
        let service = ScriptedService { _, context in
            outlets.keep(context)
            context.elicitations?.complete("early")
            let elicitations: [RawObject] = ["early", "late"].map {
                ["mode": "url", "elicitationId": .string($0), "url": "https://example.com/x", "message": "Go"]
            }
            throw MCPError(.urlElicitationRequired(elicitations), "Visit these pages first")
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(capabilities: visits)
        let stream = exchange.listen(in: session)
        let answer = try await exchange.beginCall(in: session).ended()
        #expect((answer.json ?? answer.messages.last)?["error"]?["code"] == -32042)
        outlets.complete("late")
        #expect(try await stream.messages(2) == [completion("early"), completion("late")])
    }

    @Test("a client that has no word for it is not told, and a session that is over hears nothing")
    func nobody() async throws {
        let outlets = Outlets()
        let service = ScriptedService { _, context in
            outlets.keep(context)
            return .complete(["content": [], "canBeTold": .bool(context.elicitations != nil)])
        }
        let exchange = Exchange(service)
        for (revision, capabilities) in [(Revision.june2025, visits), (.november2025, ["elicitation": [:]])] {
            let session = try await exchange.open(revision, capabilities: capabilities)
            #expect(try await exchange.beginCall(in: session).ended().json?["result"]?["canBeTold"] == false)
        }
        #expect(await exchange.modern("tools/call", ["name": "x"], capabilities: visits).result?["canBeTold"] == false)
        let session = try await exchange.open(capabilities: visits)
        #expect(try await exchange.beginCall(in: session).ended().json?["result"]?["canBeTold"] == true)
        #expect(await exchange.send("DELETE", [], ["Mcp-Session-Id": session]).status == 204)
        outlets.complete("e1")
    }
}

@Suite("a legacy client whose roots change")
struct RootChangeTests {
    private static let capabilities: JSON = ["roots": ["listChanged": true]]
    private static let news: JSON = ["jsonrpc": "2.0", "method": "notifications/roots/list_changed"]

    @Test("its server is told, and may ask for them outside of calls", arguments: Revision.allCases.filter { $0.era == .legacy })
    func asked(revision: Revision) async throws {
        let answers = Mutex<[JSON?]>([])
        let service = ScriptedService(rootNews: { context in
            let answer = try? await context.ask([PendingAsk("roots", .roots)])["roots"]
            let roots: JSON? = if case .result(let result)? = answer { result["roots"] } else { nil }
            answers.withLock { $0.append(roots) }
        })
        let exchange = Exchange(service)
        let session = try await exchange.open(revision, capabilities: Self.capabilities)
        let stream = exchange.listen(in: session)
        #expect(await exchange.tell(Self.news, in: session) == 202)
        let question = try await stream.messages(1)[0]
        #expect(question["method"] == "roots/list")
        #expect(await exchange.reply(to: question, ["roots": [["uri": "file:///new"]]], in: session) == 202)
        try await eventually { answers.withLock { !$0.isEmpty } }
        #expect(answers.withLock { $0 } == [[["uri": "file:///new"]]])
    }

    @Test("news that come while the last are told are told once more, together; those of nobody who declared them, never")
    func together() async throws {
        let (count, door) = (Counter(), Door())
        let service = ScriptedService(rootNews: { _ in
            count.increment()
            await door.wait()
        })
        let exchange = Exchange(service)
        let silent = try await exchange.open(capabilities: ["roots": [:]])
        _ = await exchange.tell(Self.news, in: silent)
        let session = try await exchange.open(capabilities: Self.capabilities)
        for _ in 0..<10 { _ = await exchange.tell(Self.news, in: session) }
        try await eventually { count.value == 1 }
        door.open()
        try await eventually { count.value == 2 }
        _ = await exchange.tell(Self.news, in: session)
        try await eventually { count.value == 3 }
    }

    @Test("a question outside of calls that nobody answers ends with its time")
    func late() async throws {
        let failure = Mutex<MCPError?>(nil)
        let service = ScriptedService(rootNews: { context in
            do { _ = try await context.ask([PendingAsk("roots", .roots)]) } catch {
                failure.withLock { $0 = MCPError(wrapping: error) }
            }
        })
        let exchange = Exchange(service)
        let session = try await exchange.open(capabilities: Self.capabilities)
        let stream = exchange.listen(in: session)
        _ = await exchange.tell(Self.news, in: session)
        let id = try await stream.messages(1)[0]["id"]
        exchange.pass(.seconds(301))
        try await eventually { failure.withLock { $0 != nil } }
        guard case .timedOut? = failure.withLock({ $0?.kind }) else { return #expect(Bool(false), "not too late") }
        #expect(try await stream.messages(2)[1]["params"]?["requestId"] == id)
    }
}
