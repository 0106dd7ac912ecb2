import Testing
import Wire

@testable import MCPServer

@Suite("a service of features")
struct FeatureSetTests {
    private static let form = Ask.form("?", schema: ["type": "object", "properties": [:]])

    private func service(
        tools: [Tool] = [], resources: [Resource] = [], templates: [ResourceTemplate] = [], prompts: [Prompt] = [],
        changes: ChangeHub? = nil
    ) -> FeatureSet {
        FeatureSet(
            identity: Implementation(name: "set", version: "1"), tools: tools, resources: resources,
            resourceTemplates: templates, prompts: prompts, changes: changes)
    }

    private func tool(_ name: String, handler: @escaping Tool.CallHandler = { _ in .text("done") }) -> Tool {
        Tool(name: name, description: "Does.", inputSchema: ["type": "object"], handler: handler)
    }

    private func call(_ kind: Operation.Kind, _ target: String, resumption: Resumption? = nil) -> MCPServer.Operation {
        Operation(kind, target: target, resumption: resumption)
    }

    @Test("what is not there is not declared, and without a hub nothing is promised")
    func capabilities() async throws {
        let context = AskedContext()
        let template = ResourceTemplate(template: "x://{a}", name: "x") { _, _, _ in [] }
        #expect(try await service().profile(context).capabilities.json.isEmpty)
        #expect(
            try await service(tools: [tool("t")], templates: [template]).profile(context).capabilities.json
                == ["tools": [:], "resources": [:]])
        let completing = Prompt(
            name: "p", description: "P", arguments: [Prompt.Argument("a") { _ in ["b"] }]
        ) { _, _ in PromptResult([]) }
        #expect(
            try await service(prompts: [completing], changes: ChangeHub()).profile(context).capabilities.json
                == ["prompts": ["listChanged": true], "completions": [:]])
        var filter = ChangeFilter()
        filter.toolsListChanged = true
        let watch = try await service(tools: [tool("t")]).watch(filter, context)
        #expect(watch.honoured == ChangeFilter())
        var changes = watch.changes.makeAsyncIterator()
        #expect(await changes.next() == nil)
    }

    @Test("of two features under one name the first counts")
    func doubles() async throws {
        let service = service(tools: [tool("t") { _ in .text("first") }, tool("t") { _ in .text("second") }])
        guard case .complete(let result, _) = try await service.perform(call(.callTool, "t"), AskedContext()) else {
            Issue.record("the tool asks nothing")
            return
        }
        #expect(result["content"]?[0]?["text"] == "first")
    }

    @Test("a name that only looks the same is another one")
    func exactNames() async throws {
        let service = service(tools: [tool("caf\u{E9}")])
        await #expect(throws: MCPError.self) {
            try await service.perform(call(.callTool, "cafe\u{301}"), AskedContext())
        }
    }

    @Test("a handler that asks is left with the questions, and runs again with the answers")
    func rounds() async throws {
        let service = service(tools: [
            tool("t") { call in
                let first = try await call.interview.elicit("one", "?", schema: ["type": "object"])
                let second = try await call.interview.elicit("two", "?", schema: ["type": "object"])
                return .text("\(first.action) \(second.action)")
            }
        ])
        let context = AskedContext()
        guard case .needs(let first, let state) = try await service.perform(call(.callTool, "t"), context) else {
            Issue.record("nothing was asked")
            return
        }
        #expect(first.map(\.key) == ["one"])
        let resumption = Resumption(state: state, answers: ["one": .result(["action": "accept"])])
        guard
            case .needs(let second, let next) = try await service.perform(
                call(.callTool, "t", resumption: resumption), context)
        else {
            Issue.record("the second question was not asked")
            return
        }
        #expect(second.map(\.key) == ["two"])
        #expect(next != state)
        let last = Resumption(state: next, answers: ["two": .result(["action": "decline"])])
        guard case .complete(let result, _) = try await service.perform(call(.callTool, "t", resumption: last), context)
        else {
            Issue.record("all was answered")
            return
        }
        #expect(result["content"]?[0]?["text"] == "accept decline")
    }

    @Test("a refused question is a failure that the model reads; of a prompt, an error")
    func refused() async throws {
        let prompt = Prompt(name: "p", description: "P") { _, call in
            _ = try await call.interview.roots("roots")
            return PromptResult([])
        }
        let service = service(
            tools: [tool("t") { call in .text("\(try await call.interview.roots("roots").count)") }], prompts: [prompt])
        let context = AskedContext(.live) { _ in .refused(code: -1, message: "User rejected it") }
        guard case .complete(let result, _) = try await service.perform(call(.callTool, "t"), context) else {
            Issue.record("a live client is not asked by value")
            return
        }
        #expect(result["isError"] == true)
        #expect(result["content"]?[0]?["text"]?.stringValue?.contains("User rejected it") == true)
        let error = await #expect(throws: MCPError.self) { try await service.perform(call(.getPrompt, "p"), context) }
        #expect(error?.message.contains("roots/list") == true)
    }

    @Test("a live client that answers nonsense, or nothing, is asked three times")
    func nonsense() async throws {
        for answer: RawObject? in [["action": "maybe"], nil] {
            let context = AskedContext(.live) { _ in answer.map { .result($0) } }
            let service = service(tools: [
                tool("t") { call in .text("\(try await call.interview.ask("one", Self.form))") }
            ])
            await #expect(throws: MCPError.self) { try await service.perform(call(.callTool, "t"), context) }
            #expect(context.askCount == InterviewNotebook.maximumAttempts)
        }
    }

    @Test("at most a hundred values are proposed, and how many there are is said")
    func completion() async throws {
        let prompt = Prompt(
            name: "p", description: "P",
            arguments: [Prompt.Argument("a") { request in request.matching((0..<250).map { "v\($0)" }) }]
        ) { _, _ in PromptResult([]) }
        let operation = Operation(
            .complete,
            params: ["ref": ["type": "ref/prompt", "name": "p"], "argument": ["name": "a", "value": "v"]])
        guard case .complete(let result, _) = try await service(prompts: [prompt]).perform(operation, AskedContext()) else {
            Issue.record("completion asks nothing")
            return
        }
        #expect(result["completion"]?["values"]?.arrayValue?.count == 100)
        #expect(result["completion"]?["total"] == 250)
        #expect(result["completion"]?["hasMore"] == true)
    }
}
