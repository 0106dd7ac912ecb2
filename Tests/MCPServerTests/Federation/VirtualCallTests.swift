import Synchronization
import Testing
import Wire

@testable import MCPServer

@Suite("questions, profile and completion of an endpoint made of several servers")
struct VirtualCallTests {
    private static let question: Ask = .elicit(["message": "Sure?", "requestedSchema": ["type": "object"]])

    @Test("a member that asks is named in the question, live and by value; sampling stays as it is")
    func asks() async throws {
        let docs = FakeMember { operation, context in
            if operation.target == "live" {
                _ = try await context.ask([PendingAsk("a", Self.question), PendingAsk("b", .sample(["message": "x"]))])
                return .complete(["content": []])
            }
            return .needs([PendingAsk("a", Self.question)], Continuation("inner"))
        }
        let federation = Federation([("docs", docs)])
        let context = FakeContext()
        _ = try await federation.perform(.callTool, "docs__live", context: context)
        #expect(context.asked.map { $0.ask.params?["message"]?.stringValue } == ["[DOCS] Sure?", "x"])
        guard case .needs(let asks, _?) = try await federation.perform(.callTool, "docs__value") else {
            Issue.record("no question")
            return
        }
        #expect(asks[0].ask.params?["message"] == "[DOCS] Sure?")
    }

    @Test("a visit that a member asks for has an id that no other member has, in the question, in the error, and at its end")
    func visits() async throws {
        let elicitation: RawObject = ["mode": "url", "url": "https://a.example/", "message": "Go", "elicitationId": "1"]
        let asking = FakeMember { operation, context in
            context.elicitations?.complete("1")
            if operation.target == "error" { throw MCPError(.urlElicitationRequired([elicitation]), "Visit") }
            _ = try await context.ask([PendingAsk("a", .elicit(elicitation))])
            return .complete(["content": []])
        }
        let federation = Federation([("docs", asking), ("db", asking)])
        let context = FakeContext()
        _ = try await federation.perform(.callTool, "docs__ask", context: context)
        _ = try await federation.perform(.callTool, "db__ask", context: context)
        #expect(context.asked.map { $0.ask.params?["elicitationId"] } == ["docs__1", "db__1"])
        #expect(context.ended.ids == ["docs__1", "db__1"])
        guard case .urlElicitationRequired(let named)? = await federation.error(.callTool, "db__error")?.kind else {
            Issue.record("no error")
            return
        }
        #expect(named.map { $0["elicitationId"] } == ["db__1"])
    }

    @Test("that the client's roots have changed is told to every member")
    func roots() async {
        let (docs, db) = (FakeMember(), FakeMember())
        await Federation([("docs", docs), ("db", db)]).service.rootsChanged(FakeContext())
        #expect([docs.rootChanges, db.rootChanges] == [1, 1])
    }

    @Test("a call that goes on comes to the same member with its own state, and with no other's")
    func continuation() async throws {
        let docs = FakeMember { operation, _ in
            operation.resumption == nil
                ? .needs([PendingAsk("a", Self.question)], operation.target == "bare" ? nil : Continuation("inner"))
                : .complete(["content": []])
        }
        let db = FakeMember()
        let federation = Federation([("docs", docs), ("db", db)])
        guard case .needs(_, let state?) = try await federation.perform(.callTool, "docs__t") else {
            Issue.record("no question")
            return
        }
        let answers: [AskKey: Answer] = ["a": .result(["action": "accept"])]
        _ = try await federation.perform(.callTool, "docs__t", resumption: Resumption(state: state, answers: answers))
        #expect(docs.operations.last?.resumption?.state == Continuation("inner"))
        #expect(docs.operations.last?.resumption?.answers.count == 1)
        for (tool, text) in [("db__t", state.text), ("docs__other", state.text), ("docs__t", "inner"), ("docs__t", "[]")] {
            let resumption = Resumption(state: Continuation(text), answers: answers)
            guard case .invalidParams? = await federation.error(.callTool, tool, resumption: resumption)?.kind else {
                Issue.record("\(tool) went on")
                return
            }
        }
        #expect(db.operations.isEmpty)
        // A member that gave no state gets none of ours.
        guard case .needs(_, let bare?) = try await federation.perform(.callTool, "docs__bare") else { return }
        _ = try await federation.perform(.callTool, "docs__bare", resumption: Resumption(state: bare, answers: answers))
        #expect(docs.operations.last?.resumption != nil)
        #expect(docs.operations.last?.resumption?.state == nil)
    }

    @Test("the profile has all features whoever is up, and remembers what a member that is down said last")
    func profile() async throws {
        let (docs, db) = (FakeMember(), FakeMember())
        docs.change { $0.instructions = "Read the docs." }
        db.change {
            $0.capabilities = ServerCapabilities(["resources": ["subscribe": true], "logging": [:]])
            $0.instructions = String(repeating: "é", count: 50_000)
        }
        let federation = Federation([("docs", docs), ("db", db)])
        let profile = try await federation.service.profile(FakeContext())
        #expect(profile.identity.name == "portico")
        #expect(
            profile.capabilities.json == [
                "tools": ["listChanged": true], "prompts": ["listChanged": true],
                "resources": ["listChanged": true, "subscribe": true], "completions": [:], "logging": [:],
            ])
        let instructions = try #require(profile.instructions)
        #expect(instructions.hasPrefix("# DOCS (docs__…)\n\nRead the docs.\n\n# DB (db__…)\n\né"))
        #expect(instructions.utf8.count <= federation.limits.instructionBytes)
        for member in [docs, db] { member.change { $0.failure = MCPError(.upstreamUnavailable, "down") } }
        federation.time.advance(by: .seconds(61))
        let later = try await federation.service.profile(FakeContext())
        #expect(later.capabilities == profile.capabilities)
        #expect(later.instructions == instructions)
        #expect(later.cacheHint.lifetime == .zero)
        let unknown = Federation([("docs", docs)])
        #expect(try await unknown.service.profile(FakeContext()).capabilities.declares(.completions))
    }

    @Test("a prompt's completion goes to its member; one without completions suggests nothing; 100 values at most")
    func completion() async throws {
        let docs = FakeMember { operation, _ in
            guard operation.kind == .complete else { throw MCPError.internalError() }
            return .complete(["completion": ["values": .array((0..<150).map { .string(String($0)) })]])
        }
        let db = FakeMember { _, _ in throw MCPError.methodNotFound("completion/complete") }
        let federation = Federation([("docs", docs), ("db", db)])
        func values(_ prompt: String) async throws -> Int? {
            let params: RawObject = [
                "ref": ["type": "ref/prompt", "name": .string(prompt)], "argument": ["name": "a", "value": ""],
            ]
            return try await federation.result(.complete, nil, params)["completion"]?["values"]?.arrayValue?.count
        }
        #expect(try await values("docs__p") == 100)
        #expect(docs.operations.last?.params["ref"]?["name"] == "p")
        #expect(try await values("db__p") == 0)
    }

    @Test("a resource that the member does not find is not found under the name that the client used")
    func notFound() async throws {
        let docs = FakeMember(resources: ["file:///a"])
        let db = FakeMember(resources: ["file:///a"]) { operation, _ in
            throw MCPError.resourceNotFound(uri: operation.target ?? "")
        }
        let federation = Federation([("docs", docs), ("db", db)])
        _ = try await federation.names(.resources)
        guard
            case .resourceNotFound("portico:db/file:///a")? = await federation.error(.readResource, "portico:db/file:///a")?.kind
        else {
            Issue.record("another error")
            return
        }
    }

    @Test("each member may have a gate of its own, which sees the member's names")
    func gates() async throws {
        struct Gate: OperationGate {
            func perform(
                _ operation: Operation, _ context: any CallContext, on service: any MCPService
            ) async throws -> Outcome {
                if operation.target == "spent" { throw MCPError.refused(.quotaExhausted, "spent") }
                return try await service.perform(operation, context)
            }
        }
        var federation = Federation([("docs", FakeMember()), ("db", FakeMember())])
        let docs = federation.members[0]
        federation.members[0] = VirtualService.Member(
            id: docs.id, label: docs.label, service: GatedService(docs.service, gate: Gate()))
        guard case .refused(.quotaExhausted)? = await federation.error(.callTool, "docs__spent")?.kind else {
            Issue.record("not refused")
            return
        }
        #expect(await federation.error(.callTool, "db__spent") == nil)
    }
}
