import Synchronization
import Testing
import Wire

@testable import MCPServer

private let done = Outcome.complete(["content": []])
private let legacy = Revision.allCases.filter { $0.era == .legacy }

@Suite("calls of legacy clients whose answer is a stream")
struct LegacyStreamTests {
    @Test("without a message before it, the answer stays a document, also for clients that read streams")
    func document() async throws {
        let exchange = Exchange(echoServer())
        let session = try await exchange.open()
        let answer = try await exchange.beginCall(["name": "echo", "arguments": ["text": "hi"]], in: session).ended()
        #expect(answer.isWhole && answer.status == 200)
        #expect(answer.json?["result"]?["content"]?[0]?["text"] == "hi")
    }

    @Test("progress goes before the answer under the client's token, growing only", arguments: legacy)
    func progress(revision: Revision) async throws {
        let service = ScriptedService { _, context in
            for value in [0.0, 50, 50, 40, .nan, 100] {
                context.progress(Progress(value, of: 100, message: "at \(value)"))
            }
            return done
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(revision)
        let answer = try await exchange.beginCall(["name": "x", "_meta": ["progressToken": "t"]], in: session).ended()
        #expect(answer.header("content-type") == "text/event-stream")
        #expect(answer.header("x-accel-buffering") == "no")
        #expect(answer.header("cache-control") == "no-cache")
        #expect(answer.messages.dropLast().map { $0["params"]?["progress"] } == [0, 50, 100])
        #expect(answer.messages.allSatisfy { $0["params"]?["progressToken"] == "t" || $0["id"] == 7 })
        #expect((answer.messages[0]["params"]?["message"] != nil) == (revision >= .march2025))
        #expect(answer.messages.last == ["jsonrpc": "2.0", "id": 7, "result": ["content": []]])
        // Without a token nobody asked for it.
        #expect(try await exchange.beginCall(in: session).ended().isWhole)
    }

    @Test(
        "only a client of 2025-11-25 gets a first event without data, and only from 2025-03-26 on events have ids",
        arguments: legacy)
    func priming(revision: Revision) async throws {
        let service = ScriptedService { _, context in
            context.progress(Progress(1))
            return done
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(revision)
        let answer = try await exchange.beginCall(["name": "x", "_meta": ["progressToken": 1]], in: session).ended()
        #expect((answer.events.first?.data == "") == (revision == .november2025))
        #expect((answer.events.first?.retryMilliseconds != nil) == (revision == .november2025))
        #expect(answer.events.allSatisfy { ($0.id != nil) == (revision >= .march2025) })
        #expect(Set(answer.events.map(\.id)).count == (revision >= .march2025 ? answer.events.count : 1))
    }

    @Test("log entries go from the level on that the session asked for, and before it asks, none")
    func log() async throws {
        let service = ScriptedService(capabilities: ServerCapabilities(.tools, .logging)) { _, context in
            for level in LogLevel.allCases { context.log(LogEntry(level, logger: "l", data: .string(level.rawValue))) }
            return done
        }
        let exchange = Exchange(service)
        let session = try await exchange.open()
        #expect(try await exchange.beginCall(in: session).ended().isWhole)
        _ = await exchange.call("logging/setLevel", ["level": "error"], in: session)
        let messages = try await exchange.beginCall(in: session).ended().messages.dropLast()
        #expect(messages.map { $0["params"]?["data"] } == ["error", "critical", "alert", "emergency"])
        #expect(messages.allSatisfy { $0["method"] == "notifications/message" && $0["params"]?["logger"] == "l" })
    }

    @Test("a client that reads no event streams gets its document without notifications, and can't be asked")
    func documentOnly() async throws {
        let service = ScriptedService { operation, context in
            context.progress(Progress(1))
            if operation.target == "ask" { _ = try await context.ask([PendingAsk("a", .sample(["messages": []]))]) }
            return .complete(["content": [], "canAsk": .bool(context.client.accepts(.sampling))])
        }
        let exchange = Exchange(service)
        let session = try await exchange.open()
        let plain = await exchange.call("tools/call", ["name": "x", "_meta": ["progressToken": 1]], in: session)
        #expect(plain.result?["canAsk"] == false)
        let asking = await exchange.call("tools/call", ["name": "ask"], in: session)
        #expect(asking.code == -32603)
        #expect(asking.message.contains("event stream"))
    }

    @Test("after two seconds the answer is a stream; comments show that it is alive, until the time limit ends the call")
    func time() async throws {
        let gate = Gate()
        let service = ScriptedService { _, _ in
            try await gate.passed()
            return done
        }
        var configuration = MCPEndpoint.Configuration()
        configuration.callLimits = CallClock.Limits(idle: .seconds(60), total: .seconds(600))
        let exchange = Exchange(service, configuration: configuration)
        let session = try await exchange.open(.june2025)
        let answer = exchange.beginCall(in: session)
        try await eventually { !service.operations.isEmpty }
        exchange.pass(.seconds(2))
        #expect(answer.now.status == 200)
        exchange.pass(.seconds(15))
        #expect(answer.now.text.contains(": \n\n"))
        exchange.pass(.seconds(43))
        let ended = try await answer.ended()
        #expect(ended.messages.last?["error"]?["code"] == -32603)
        #expect(ended.messages.last?["error"]?["message"]?.stringValue?.contains("too long") == true)
        #expect(await exchange.call("ping", in: session).result == [:], "the session lives on")
    }

    @Test("progress keeps a call from being idle")
    func idle() async throws {
        let gate = Gate()
        let service = ScriptedService { _, context in
            for step in 0... {
                guard step < 10_000 else { break }
                context.progress(Progress(Double(step)))
                do { try await gate.passed() } catch { break }
                break
            }
            return done
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(.june2025)
        let answer = exchange.beginCall(in: session)
        try await eventually { !service.operations.isEmpty }
        exchange.pass(.seconds(59))
        gate.open()
        #expect(try await answer.ended().messages.last?["result"] == ["content": []])
    }

    @Test("notifications/cancelled ends its request without an answer, and no other")
    func cancellation() async throws {
        let gate = Gate()
        let cancelled = Mutex(0)
        let service = ScriptedService { operation, _ in
            do { try await gate.passed() } catch {
                cancelled.withLock { $0 += 1 }
                throw error
            }
            return done
        }
        let exchange = Exchange(service)
        let session = try await exchange.open()
        let first = exchange.beginCall(in: session, id: 1)
        let second = exchange.beginCall(in: session, id: "1")
        try await eventually { service.operations.count >= 2 }
        #expect(
            await exchange.tell(
                ["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": 1, "reason": "no more"]],
                in: session) == 202)
        let ended = try await first.ended()
        #expect(ended.messages.isEmpty)
        #expect(ended.header("content-type") == "text/event-stream")
        try await eventually("the cancellation") { cancelled.withLock { $0 } > 0 }
        gate.open()
        #expect(try await second.ended().json?["id"] == "1")
        #expect(cancelled.withLock { $0 } == 1)
    }

    @Test("a request under the id of one that runs is refused")
    func sameID() async throws {
        let gate = Gate()
        let service = ScriptedService { _, _ in
            try await gate.passed()
            return done
        }
        let exchange = Exchange(service)
        let session = try await exchange.open()
        let first = exchange.beginCall(in: session)
        try await eventually { !service.operations.isEmpty }
        #expect(try await exchange.beginCall(in: session).ended().json?["error"]?["code"] == -32600)
        gate.open()
        #expect(try await first.ended().json?["result"] != nil)
    }

    @Test("calls of one session run at the same time")
    func concurrent() async throws {
        let arrived = Mutex(0)
        let service = ScriptedService { _, _ in
            arrived.withLock { $0 += 1 }
            try await eventually { arrived.withLock { $0 } >= 3 }
            return done
        }
        let exchange = Exchange(service)
        let session = try await exchange.open()
        let answers = (1...3).map { exchange.beginCall(in: session, id: .integer($0)) }
        for answer in answers { #expect(try await answer.ended().json?["result"] != nil) }
    }

    @Test("a batch whose call tells something is a stream with each answer as an event of its own")
    func batch() async throws {
        let service = ScriptedService { operation, context in
            if operation.target == "tell" { context.progress(Progress(1)) }
            return done
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(.march2025)
        let calls: JSON = [
            Exchange.request("tools/call", ["name": "quiet"], id: 1),
            Exchange.request("tools/call", ["name": "tell", "_meta": ["progressToken": "t"]], id: 2),
        ]
        let answer = try await exchange.begin("POST", calls, ["Mcp-Session-Id": session]).ended()
        #expect(answer.messages.compactMap { $0["id"] } == [1, 2])
        #expect(answer.messages.count == 3)
    }
}

@Suite("questions to legacy clients")
struct LegacyAskTests {
    private let form: JSON = ["type": "object", "properties": ["name": ["type": "string"]]]

    @Test("go out on the call's own stream, with ids never used again, and the answer comes by another POST", arguments: legacy)
    func live(revision: Revision) async throws {
        let service = ScriptedService { _, context in
            let answers = try await context.ask([PendingAsk("s", .sample(["messages": [], "maxTokens": 5]))])
            guard case .result(let result)? = answers["s"] else { return .complete(["content": [], "said": "no"]) }
            return .complete(["content": [], "said": result["model"] ?? "?"])
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(revision)
        var ids: Set<JSON> = []
        for round in 0..<3 {
            let answer = exchange.beginCall(in: session)
            let question = try await answer.messages(1)[0]
            #expect(question["method"] == "sampling/createMessage")
            #expect(question["params"] == ["messages": [], "maxTokens": 5])
            #expect(ids.insert(question["id"] ?? .null).inserted)
            let result: JSON = ["model": .string("m\(round)"), "role": "assistant", "content": ["type": "text", "text": "a"]]
            #expect(await exchange.reply(to: question, result, in: session) == 202)
            #expect(try await answer.ended().messages.last?["result"]?["said"] == .string("m\(round)"))
            #expect(await exchange.reply(to: question, result, in: session) == 202, "a duplicate is dropped")
        }
    }

    @Test("a response to what was never asked, or was asked of another, is refused")
    func foreign() async throws {
        let service = ScriptedService { _, context in
            _ = try await context.ask([PendingAsk("r", .sample(["messages": []]))])
            return done
        }
        var exchange = Exchange(service)
        let session = try await exchange.open()
        let other = try await exchange.open()
        let answer = exchange.beginCall(in: session)
        let question = try await answer.messages(1)[0]
        #expect(await exchange.reply(to: question, [:], in: other) == 400)
        #expect(await exchange.tell(["jsonrpc": "2.0", "id": 99, "result": [:]], in: session) == 400)
        exchange.principal = Principal(id: "mallory")
        #expect(await exchange.reply(to: question, [:], in: session) == 404)
        exchange.principal = Principal(id: "alice")
        #expect(await exchange.reply(to: question, [:], in: session) == 202)
        #expect(try await answer.ended().messages.last?["result"] != nil)
    }

    @Test("several are out at once, and a refusal is an answer")
    func several() async throws {
        let service = ScriptedService { _, context in
            let answers = try await context.ask([
                PendingAsk("a", .roots), PendingAsk("b", .sample(["messages": []])),
            ])
            guard case .refused(let code, _)? = answers["b"], case .result(let roots)? = answers["a"] else { throw Oops() }
            return .complete(["content": [], "code": .integer(code), "roots": roots["roots"] ?? .null])
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(capabilities: ["sampling": [:], "roots": [:]])
        let answer = exchange.beginCall(in: session)
        let questions = try await answer.messages(2)
        #expect(questions[0]["params"] == nil)
        #expect(
            await exchange.tell(
                ["jsonrpc": "2.0", "id": questions[1]["id"] ?? 0, "error": ["code": -1, "message": "no"]], in: session) == 202)
        #expect(await exchange.reply(to: questions[0], ["roots": []], in: session) == 202)
        let result = try await answer.ended().messages.last?["result"]
        #expect(result?["code"] == -1)
        #expect(result?["roots"] == [])
    }

    private struct Oops: Error {}

    @Test("what the client does not declare, or its revision has not, is not asked: the tool fails instead", arguments: legacy)
    func undeclared(revision: Revision) async throws {
        let service = ScriptedService(capabilities: ServerCapabilities(.tools, .prompts)) { _, context in
            _ = try await context.ask([
                PendingAsk("e", .elicit(["message": "?", "requestedSchema": ["type": "object", "properties": [:]]]))
            ])
            return done
        }
        let exchange = Exchange(service)
        // An old client that declares what its revision has not can't be asked it either.
        let session = try await exchange.open(revision, capabilities: revision < .june2025 ? ["elicitation": [:]] : [:])
        let answer = try await exchange.beginCall(in: session).ended()
        #expect(answer.json?["result"]?["isError"] == true)
        #expect(answer.json?["result"]?["content"]?[0]?["text"]?.stringValue?.contains("elicitation") == true)
        let prompt = try await exchange.beginCall(["name": "p"], in: session, method: "prompts/get").ended()
        #expect(prompt.json?["error"]?["code"] == -32603)
    }

    @Test("a call that is cancelled while it asks takes its question back")
    func cancelled() async throws {
        let service = ScriptedService { _, context in
            _ = try await context.ask([PendingAsk("r", .sample(["messages": []]))])
            return done
        }
        let exchange = Exchange(service)
        let session = try await exchange.open()
        let answer = exchange.beginCall(in: session)
        let question = try await answer.messages(1)[0]
        _ = await exchange.tell(
            ["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": 7]], in: session)
        let messages = try await answer.ended().messages
        #expect(messages.count == 2)
        #expect(messages[1]["method"] == "notifications/cancelled")
        #expect(messages[1]["params"]?["requestId"] == question["id"])
        #expect(await exchange.reply(to: question, [:], in: session) == 202, "too late, but known")
    }

    @Test("while a question is out, the idle limit rests; an answer that takes too long is given up")
    func deadline() async throws {
        let service = ScriptedService { _, context in
            _ = try await context.ask([PendingAsk("r", .sample(["messages": []]))])
            return done
        }
        let exchange = Exchange(service)
        let session = try await exchange.open()
        let answer = exchange.beginCall(in: session)
        let question = try await answer.messages(1)[0]
        exchange.pass(.seconds(299))
        #expect(answer.now.messages.count == 1)
        exchange.pass(.seconds(1))
        let messages = try await answer.ended().messages
        #expect(messages[1]["params"]?["requestId"] == question["id"])
        #expect(messages[2]["error"]?["code"] == -32603)
    }

    @Test("a service that asks by value is called again with the answers, as one chain that is counted once")
    func byValue() async throws {
        let chains = Mutex<[String]>([])
        let service = ScriptedService { operation, context in
            chains.withLock { $0.append("\(context.chain) \(context.isContinued)") }
            guard let resumption = operation.resumption else {
                return .needs(
                    [
                        PendingAsk(
                            "name",
                            .elicit([
                                "message": "Name?",
                                "requestedSchema": ["type": "object", "properties": ["name": ["type": "string"]]],
                            ]))
                    ], Continuation("one"))
            }
            guard resumption.state?.text == "one", case .result(let answer)? = resumption.answers["name"] else {
                throw Oops()
            }
            return .complete(["content": [], "hello": answer["content"]?["name"] ?? .null])
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(capabilities: ["elicitation": [:]])
        let answer = exchange.beginCall(["name": "x", "arguments": ["a": 1]], in: session)
        let question = try await answer.messages(1)[0]
        #expect(question["method"] == "elicitation/create")
        _ = await exchange.reply(to: question, ["action": "accept", "content": ["name": "Ada"]], in: session)
        #expect(try await answer.ended().messages.last?["result"]?["hello"] == "Ada")
        #expect(chains.withLock { $0 } == ["request-1 false", "request-1 true"])
        #expect(service.operations.map { $0.arguments } == [["a": 1], ["a": 1]])
    }

    @Test("a refused elicitation reads as cancelled where the call is made again; another refusal ends the call")
    func refusedByValue() async throws {
        let service = ScriptedService { operation, _ in
            if let resumption = operation.resumption {
                guard case .result(let answer)? = resumption.answers["a"] else { throw Oops() }
                return .complete(["content": [], "action": answer["action"] ?? .null])
            }
            let ask: Ask =
                operation.target == "form"
                ? .elicit(["message": "?", "requestedSchema": ["type": "object", "properties": [:]]]) : .sample(["messages": []])
            return .needs([PendingAsk("a", ask)], nil)
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(capabilities: ["elicitation": [:], "sampling": [:]])
        for (tool, isCancelled) in [("form", true), ("sample", false)] {
            let answer = exchange.beginCall(["name": .string(tool)], in: session)
            let question = try await answer.messages(1)[0]
            _ = await exchange.tell(
                ["jsonrpc": "2.0", "id": question["id"] ?? 0, "error": ["code": -1, "message": "no"]], in: session)
            let last = try await answer.ended().messages.last
            #expect((last?["result"]?["action"] == "cancel") == isCancelled)
            #expect((last?["error"] != nil) == !isCancelled)
        }
    }

    @Test("a visit to a URL gets an id, is not asked for twice, and its end is told with the end of the call")
    func visit() async throws {
        let rounds = Mutex(0)
        let service = ScriptedService { _, _ in
            let round = rounds.withLock {
                $0 += 1
                return $0
            }
            guard round < 3 else { return done }
            return .needs([PendingAsk("pay", .elicit(["mode": "url", "url": "https://example.com/pay", "message": "Pay"]))], nil)
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(capabilities: ["elicitation": ["url": [:]]])
        let answer = exchange.beginCall(in: session)
        let question = try await answer.messages(1)[0]
        let id = try #require(question["params"]?["elicitationId"]?.stringValue)
        _ = await exchange.reply(to: question, ["action": "accept"], in: session)
        let messages = try await answer.ended().messages
        #expect(messages.count == 3)
        #expect(messages[1]["method"] == "notifications/elicitation/complete")
        #expect(messages[1]["params"]?["elicitationId"] == .string(id))
        #expect(messages[2]["result"] == ["content": []])
        // Agreed to is not declared: a client that takes forms only is not sent to a URL.
        let formOnly = try await exchange.open(capabilities: ["elicitation": [:]])
        rounds.withLock { $0 = 0 }
        #expect(try await exchange.beginCall(in: formOnly).ended().json?["result"]?["isError"] == true)
    }

    @Test(
        "URLs that must be visited first: an error of 2025-11-25 as it came, before that a failed tool without them",
        arguments: legacy)
    func urlRequired(revision: Revision) async throws {
        let elicitation: RawObject = ["mode": "url", "elicitationId": "e", "url": "https://example.com/x", "message": "Go"]
        let service = ScriptedService { _, _ in
            throw MCPError(.urlElicitationRequired([elicitation]), "Visit a page first")
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(revision)
        let answer = await exchange.call("tools/call", ["name": "x"], in: session)
        if revision == .november2025 {
            #expect(answer.code == -32042)
            #expect(answer.data?["elicitations"] == [.object(elicitation.object)])
        } else {
            #expect(answer.result?["isError"] == true)
            #expect(!answer.text.contains("example.com"))
        }
    }

    @Test("forms and messages are written as the revision has them")
    func translation() async throws {
        let choice: JSON = ["type": "string", "oneOf": [["const": "a", "title": "First"], ["const": "b", "title": "Second"]]]
        let blocks: JSON = [["type": "text", "text": "1"], ["type": "text", "text": "2"]]
        let service = ScriptedService { operation, context in
            let ask: Ask =
                switch operation.target {
                case "form": .elicit(["message": "?", "requestedSchema": ["type": "object", "properties": ["c": choice]]])
                case "many":
                    .elicit([
                        "message": "?",
                        "requestedSchema": ["type": "object", "properties": ["c": ["type": "array", "items": ["enum": ["a"]]]]],
                    ])
                default:
                    .sample([
                        "messages": [["role": "user", "content": blocks]], "maxTokens": 5, "includeContext": "allServers",
                        "_meta": ["progressToken": 1],
                    ])
                }
            _ = try await context.ask([PendingAsk("a", ask)])
            return done
        }
        let exchange = Exchange(service)
        for revision in [Revision.june2025, .november2025] {
            let session = try await exchange.open(revision, capabilities: ["elicitation": [:], "sampling": [:]])
            let isNew = revision == .november2025
            let form = try await exchange.beginCall(["name": "form"], in: session, id: 1).messages(1)[0]["params"]
            let property = form?["requestedSchema"]?["properties"]?["c"]
            #expect(property == (isNew ? choice : ["type": "string", "enum": ["a", "b"], "enumNames": ["First", "Second"]]))
            let sample = try await exchange.beginCall(["name": "sample"], in: session, id: 2).messages(1)[0]["params"]
            #expect(sample?["messages"]?.arrayValue?.count == (isNew ? 1 : 2))
            #expect(sample?["messages"]?[0]?["content"] == (isNew ? blocks : ["type": "text", "text": "1"]))
            #expect((sample?["includeContext"] == nil) == isNew, "a capability of its own in 2025-11-25")
            #expect(sample?["_meta"] == nil)
            let many = exchange.beginCall(["name": "many"], in: session, id: 3)
            if isNew {
                #expect(try await many.messages(1).count == 1)
            } else {
                #expect(try await many.ended().json?["result"]?["isError"] == true)
            }
            _ = await exchange.send("DELETE", [], ["Mcp-Session-Id": session])
        }
    }
}
