import Testing
import Wire

@testable import MCPServer

@Suite("names and URIs of an endpoint made of several servers lead back")
struct VirtualRoutingTests {
    @Test("every listed name, URI and template to exactly the member and the name it came from", arguments: 0..<25)
    func property(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let schemes = ["file:///", "note://", "portico:m0/", "db:", "https://h/"]
        let words = ["a", "b", "b__c", "_", "é", "a/b", String(repeating: "long-", count: 20), "x y", "_h0123456789ab"]
        var fakes: [(String, FakeMember)] = []
        for id in ["m0", "m1", "a", "a__b", "a_", String(repeating: "z", count: 40)].shuffled(using: &random).prefix(4) {
            func some(_ count: Int) -> [String] { Array(words.shuffled(using: &random).prefix(count)) }
            let resources = some(4).map { (schemes.randomElement(using: &random) ?? "") + $0 }
            let templates = some(2).map { (schemes.randomElement(using: &random) ?? "") + $0 + "/{id}" }
            fakes.append(
                (id, FakeMember(tools: some(5), prompts: some(3), resources: resources, templates: templates)))
        }
        let federation = Federation(fakes)
        var expected: [Operation.ListKind: [(Int, String)]] = [:]
        for (position, fake) in fakes.enumerated() {
            for kind in Operation.ListKind.allCases {
                guard case .complete(let list, _) = try await fake.1.perform(Operation(.list(kind)), FakeContext()) else {
                    continue
                }
                var seen: Set<ExactKey> = []
                for entry in list[kind.member]?.arrayValue ?? [] {
                    let key = entry[kind.keyMember]?.stringValue ?? ""
                    if seen.insert(ExactKey(key)).inserted { expected[kind, default: []].append((position, key)) }
                }
            }
        }
        _ = try await federation.names(.resourceTemplates)
        for kind in Operation.ListKind.allCases {
            let names = try await federation.names(kind)
            let owners = expected[kind] ?? []
            try #require(names.count == owners.count)
            var shared: Set<ExactKey> = []
            for (name, owner) in zip(names, owners) {
                // Whoever lists an `https` URI second shares it: clients fetch those themselves.
                let isFirst = shared.insert(ExactKey(name)).inserted
                #expect(isFirst || name.hasPrefix("https:"))
                guard isFirst else { continue }
                let (calls, called): (Operation.Kind, String)
                switch kind {
                case .tools: (calls, called) = (.callTool, name)
                case .prompts: (calls, called) = (.getPrompt, name)
                case .resources: (calls, called) = (.readResource, name)
                case .resourceTemplates:
                    let route = try await federation.service.route(name, FakeContext())
                    #expect(route == VirtualService.ResourceRoute(member: owner.0, uri: owner.1))
                    continue
                }
                let before = fakes.map { $0.1.operations.count }
                let result = try await federation.result(calls, called)
                #expect(result["called"] == .string(owner.1))
                let after = fakes.map { $0.1.operations.count }
                // The others were not asked: no call is ever broadcast.
                #expect(zip(before, after).enumerated().allSatisfy { $0.offset == owner.0 || $0.element.0 == $0.element.1 })
            }
        }
    }

    @Test("a name that was shortened, on a node that never listed it, after one look at that member's list")
    func shortened() async throws {
        let long = String(repeating: "long", count: 30)
        let (docs, db) = (FakeMember(tools: [long]), FakeMember(tools: [long]))
        let federation = Federation([("docs", docs), ("db", db)])
        let exposed = ExposedName.name(long, prefix: "db")
        #expect(try await federation.result(.callTool, exposed)["called"] == .string(long))
        #expect(db.count(of: .list(.tools)) == 1)
        #expect(docs.operations.isEmpty)
        #expect(await federation.error(.callTool, "db__" + long) != nil)
    }

    @Test("two members that have the same URI: the later one's all get a prefix, and everywhere")
    func clash() async throws {
        let docs = FakeMember(resources: ["file:///a", "file:///only"])
        let db = FakeMember(resources: ["file:///a", "https://h/x"], templates: ["file:///t/{id}"]) { operation, _ in
            let uri = operation.target ?? ""
            switch operation.kind {
            case .readResource:
                return .complete(["contents": [["uri": .string(uri), "text": "db"], ["uri": "file:///a/child", "text": ""]]])
            default:
                return .complete([
                    "content": [
                        ["type": "resource_link", "uri": "file:///new", "name": "n"],
                        ["type": "resource", "resource": ["uri": "file:///a", "text": ""]],
                        ["type": "resource_link", "uri": "https://h/y", "name": "n"],
                    ]
                ])
            }
        }
        let federation = Federation([("docs", docs), ("db", db)])
        #expect(
            try await federation.names(.resources)
                == ["file:///a", "file:///only", "portico:db/file:///a", "https://h/x"])
        #expect(try await federation.names(.resourceTemplates) == ["portico:db/file:///t/{id}"])
        let read = try await federation.result(.readResource, "portico:db/file:///a")
        #expect(read["contents"]?[0]?["uri"] == "portico:db/file:///a")
        #expect(read["contents"]?[1]?["uri"] == "portico:db/file:///a/child")
        let called = try await federation.result(.callTool, "db__t")
        #expect(called["content"]?[0]?["uri"] == "portico:db/file:///new")
        #expect(called["content"]?[1]?["resource"]?["uri"] == "portico:db/file:///a")
        #expect(called["content"]?[2]?["uri"] == "https://h/y")
        #expect(try await federation.result(.readResource, "file:///a")["called"] == "file:///a")
        #expect(docs.count(of: .readResource) == 1)
        // Completion of the template maps back, too.
        _ = try? await federation.result(
            .complete, nil,
            [
                "ref": ["type": "ref/resource", "uri": "portico:db/file:///t/{id}"],
                "argument": ["name": "id", "value": ""],
            ])
        #expect(db.operations.last?.params["ref"]?["uri"] == "file:///t/{id}")
    }

    @Test("a URI that only a result named, for the caller who got it")
    func learnt() async throws {
        let docs = FakeMember(resources: ["file:///a"]) { operation, _ in
            guard operation.kind == .callTool else { return .complete(["called": .string(operation.target ?? "")]) }
            return .complete(["content": [["type": "resource_link", "uri": "memo:7", "name": "n"]]])
        }
        let federation = Federation([("docs", docs), ("db", FakeMember(resources: ["file:///b"]))])
        _ = try await federation.result(.callTool, "docs__make")
        #expect(try await federation.result(.readResource, "memo:7")["called"] == "memo:7")
        let other = await federation.error(.readResource, "memo:7", context: FakeContext(principal: "bob"))
        guard case .resourceNotFound(uri: "memo:7")? = other?.kind else {
            Issue.record("\(String(describing: other))")
            return
        }
    }

    @Test("a URI by template, then by its scheme's only owner, and else nowhere; it is never broadcast")
    func order() async throws {
        let docs = FakeMember(resources: ["note:1"], templates: ["file:///{+any}"])
        let db = FakeMember(resources: ["row:1"], templates: ["file:///special/{id}"])
        let federation = Federation([("docs", docs), ("db", db)])
        #expect(try await federation.result(.readResource, "file:///special/1")["called"] != nil)
        #expect(db.count(of: .readResource) == 1)
        _ = try await federation.result(.readResource, "file:///other/1")
        #expect(docs.count(of: .readResource) == 1)
        _ = try await federation.result(.readResource, "row:2")
        #expect(db.count(of: .readResource) == 2)
        guard case .resourceNotFound? = await federation.error(.readResource, "none:1")?.kind else {
            Issue.record("found")
            return
        }
        guard case .resourceNotFound? = await federation.error(.readResource, "portico:nobody/x")?.kind else {
            Issue.record("found")
            return
        }
        #expect(docs.count(of: .readResource) == 1)
        let lists = docs.count(of: .list(.resources))
        _ = await federation.error(.readResource, "none:2")
        #expect(docs.count(of: .list(.resources)) == lists)
    }

    @Test("a URI that nobody who is up has: not found only where all could be asked")
    func down() async throws {
        let db = FakeMember(resources: ["row:1"])
        db.change { $0.failure = MCPError(.upstreamUnavailable, "down") }
        let federation = Federation([("docs", FakeMember(resources: ["file:///a"])), ("db", db)])
        guard case .upstreamUnavailable? = await federation.error(.readResource, "row:1")?.kind else {
            Issue.record("another error")
            return
        }
        // Known to be down: nobody waits for it again.
        let asked = db.operations.count
        guard case .upstreamUnavailable? = await federation.error(.readResource, "row:1")?.kind else {
            Issue.record("another error")
            return
        }
        #expect(db.operations.count == asked)
        db.change { $0.failure = nil }
        federation.time.advance(by: .seconds(31))
        #expect(try await federation.result(.readResource, "row:1")["called"] == "row:1")
    }

    @Test("tasks to the member whose they are")
    func tasks() async throws {
        let docs = FakeMember { _, _ in .task(TaskReference(["taskId": "7", "status": "working"])) }
        let federation = Federation([("db", FakeMember()), ("docs", docs)])
        guard case .task(let task) = try await federation.perform(.callTool, "docs__t") else {
            Issue.record("no task")
            return
        }
        #expect(task.id == "docs__7")
        let got = try await federation.service.task(
            TaskOperation(.get, id: "docs__7", params: ["taskId": "docs__7"]), FakeContext())
        #expect(got["taskId"] == "docs__7")
    }
}
