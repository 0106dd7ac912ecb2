import Synchronization
import Testing
import Wire

@testable import MCPServer

@Suite("lists of an endpoint made of several servers")
struct VirtualListTests {
    @Test("hold all pages of all members, in the members' order and theirs, under the exposed names and otherwise unchanged")
    func joined() async throws {
        let docs = FakeMember(tools: ["c", "a", "b"], prompts: ["p"])
        docs.change { $0.pageSize = 1 }
        let federation = Federation([("docs", docs), ("db", FakeMember(tools: ["a"]))])
        #expect(try await federation.names(.tools) == ["docs__c", "docs__a", "docs__b", "db__a"])
        #expect(try await federation.names(.prompts) == ["docs__p"])
        #expect(try await federation.names(.resources).isEmpty)
        let tools = try await federation.result(.list(.tools))
        #expect(tools["tools"]?[0]?["vendor"] == 1)
        #expect(tools["_meta"] == nil)
    }

    @Test("come in pages whose cursors are this endpoint's own and hold what was there at first")
    func pages() async throws {
        let docs = FakeMember(tools: (0..<5).map { "t\($0)" })
        var federation = Federation([("docs", docs)])
        federation.limits.pageSize = 2
        let first = try await federation.result(.list(.tools))
        #expect(first["tools"]?.arrayValue?.count == 2)
        let cursor = try #require(first["nextCursor"])
        docs.change { $0.lists[.tools] = [] }
        let second = try await federation.result(.list(.tools), nil, ["cursor": cursor])
        #expect(second["tools"]?[0]?["name"] == "docs__t2")
        let third = try await federation.result(.list(.tools), nil, ["cursor": try #require(second["nextCursor"])])
        #expect(third["tools"]?.arrayValue?.count == 1)
        #expect(third["nextCursor"] == nil)
        #expect(docs.count(of: .list(.tools)) == 1)
    }

    @Test("refuse a cursor that is forged, expired, or another list's, endpoint's or visibility's", arguments: [false, true])
    func cursors(isSealed: Bool) async throws {
        var federation = Federation([("docs", FakeMember(tools: ["a", "b", "c"], prompts: ["a", "b", "c"]))])
        federation.limits.pageSize = 1
        if isSealed {
            let key = try #require(SealingKey(id: 1, bytes: Array(0..<32)))
            federation.tokens = SealedTokens(keys: [key], current: 1)
        }
        let cursor = try #require(try await federation.result(.list(.tools))["nextCursor"]?.stringValue)
        func isUnknown(_ federation: Federation, _ kind: Operation.ListKind, _ cursor: String) async -> Bool {
            let error = await federation.error(.list(kind), nil, ["cursor": .string(cursor)])
            if case .invalidParams? = error?.kind { return true }
            return false
        }
        #expect(await !isUnknown(federation, .tools, cursor))
        for forged in ["", "1", "1.x", "-1.x", "0", cursor + "x", String(cursor.dropLast()), String(cursor.reversed())] {
            #expect(await isUnknown(federation, .tools, forged), "\(forged)")
        }
        #expect(await isUnknown(federation, .prompts, cursor))
        var other = federation
        other.visibility = "bob"
        #expect(await isUnknown(other, .tools, cursor))
        other = federation
        other.endpoint = "group"
        #expect(await isUnknown(other, .tools, cursor))
        federation.time.advance(by: .seconds(301))
        federation.wall.advance(by: 301_000)
        #expect(await isUnknown(federation, .tools, cursor))
    }

    @Test("are partial where a member is down: a note says which, and nobody may keep them")
    func partial() async throws {
        let (docs, db) = (FakeMember(tools: ["a"]), FakeMember(tools: ["b"]))
        for member in [docs, db] { member.change { $0.hint = CacheHint(lifetime: .seconds(60), scope: .public) } }
        db.change { $0.failure = MCPError(.upstreamUnavailable, "down") }
        let federation = Federation([("docs", docs), ("db", db)])
        guard case .complete(let result, let hint) = try await federation.perform(.list(.tools)) else {
            Issue.record("not complete")
            return
        }
        #expect(result["tools"]?.arrayValue?.count == 1)
        #expect(
            result["_meta"] == ["dev.portico/partial": ["missing": [["server": "db", "title": "DB", "reason": "unavailable"]]]])
        #expect(hint?.lifetime == .zero)
        db.change { $0.failure = nil }
        #expect(try await federation.names(.tools) == ["docs__a", "db__b"])
        // What the other said was still good.
        #expect(docs.count(of: .list(.tools)) == 1)
    }

    @Test("do not wait for a member past its deadline", .timeLimit(.minutes(1)))
    func slow() async throws {
        let db = FakeMember(tools: ["b"])
        db.change { $0.hangs = true }
        // The members are asked one after the other, and time passes once the slow one was.
        var federation = Federation([("docs", FakeMember(tools: ["a"])), ("db", db)]) { _ in
            while db.operations.isEmpty {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
        federation.limits.concurrentMembers = 1
        let result = try await federation.result(.list(.tools))
        #expect(result["tools"]?.arrayValue?.map { $0["name"] } == ["docs__a"])
        #expect(
            result["_meta"]?["dev.portico/partial"]
                == ["missing": [["server": "db", "title": "DB", "reason": "timeout"]]])
    }

    @Test("do not wait even for work that does not heed its cancellation", .timeLimit(.minutes(1)))
    func deaf() async throws {
        let (release, gate) = AsyncStream<Void>.makeStream()
        let waiter = Task { for await _ in release {} }
        await #expect(throws: MCPError.self) {
            try await within(
                .seconds(1), sleep: { _ in },
                {
                    // A task of its own is not cancelled with the one that waits for it.
                    await waiter.value
                })
        }
        gate.finish()
        await waiter.value
    }

    @Test("take so much of a member and not more: pages, entries, bytes, and no page twice")
    func bounds() async throws {
        func reason(_ change: (inout FakeMember.Content) -> Void, _ limit: (inout FederationLimits) -> Void) async throws -> JSON?
        {
            let member = FakeMember(tools: (0..<20).map { "t\($0)" })
            member.change(change)
            var federation = Federation([("docs", member)])
            limit(&federation.limits)
            let result = try await federation.result(.list(.tools))
            #expect((result["tools"]?.arrayValue?.count ?? 0) < 20 || result["_meta"] != nil)
            return result["_meta"]?["dev.portico/partial"]?["missing"]?[0]?["reason"]
        }
        #expect(try await reason({ $0.repeatsCursor = true }, { _ in }) == "repeated_cursor")
        #expect(try await reason({ $0.pageSize = 1 }, { $0.pagesPerMember = 3 }) == "too_large")
        #expect(try await reason({ $0.pageSize = 5 }, { $0.entriesPerMember = 7 }) == "too_large")
        #expect(try await reason({ $0.pageSize = 5 }, { $0.bytesPerMember = 500 }) == "too_large")
    }

    @Test("may be kept as long as the shortest-lived part, less its age, and by this caller only")
    func hints() async throws {
        let (docs, db) = (FakeMember(tools: ["a"]), FakeMember(tools: ["b"]))
        docs.change { $0.hint = CacheHint(lifetime: .seconds(100), scope: .public) }
        db.change { $0.hint = CacheHint(lifetime: .seconds(60), scope: .public) }
        let federation = Federation([("docs", docs), ("db", db)])
        func hint() async throws -> CacheHint? {
            guard case .complete(_, let hint) = try await federation.perform(.list(.tools)) else { return nil }
            return hint
        }
        #expect(try await hint() == CacheHint(lifetime: .seconds(60), scope: .private))
        federation.time.advance(by: .seconds(20))
        #expect(try await hint() == CacheHint(lifetime: .seconds(40), scope: .private))
        federation.time.advance(by: .seconds(50))
        // The second is fetched again; the first has 30 seconds left.
        #expect(try await hint() == CacheHint(lifetime: .seconds(30), scope: .private))
        #expect(docs.count(of: .list(.tools)) == 1)
        #expect(db.count(of: .list(.tools)) == 2)
    }

    @Test("fetched for one caller alone are not another's")
    func privacy() async throws {
        let docs = FakeMember(tools: ["a"])
        docs.change { $0.hint = CacheHint(lifetime: .seconds(100), scope: .private) }
        let federation = Federation([("docs", docs)])
        _ = try await federation.names(.tools)
        _ = try await federation.names(.tools)
        #expect(docs.count(of: .list(.tools)) == 1)
        _ = try await federation.names(.tools, context: FakeContext(principal: "bob"))
        #expect(docs.count(of: .list(.tools)) == 2)
    }

    @Test("leave out hidden tools before they are cut into pages, and such a tool does not exist when called")
    func visibility() async throws {
        let docs = FakeMember(tools: ["a", "b", "c"])
        var federation = Federation([("docs", docs), ("db", FakeMember(tools: ["b"]))])
        federation.limits.pageSize = 3
        federation.isVisible = { !($0 == "docs" && $1 == "b") }
        let page = try await federation.result(.list(.tools))
        #expect(page["tools"]?.arrayValue?.count == 3)
        #expect(page["nextCursor"] == nil)
        let hidden = await federation.error(.callTool, "docs__b")
        let unknown = await federation.error(.callTool, "other__b")
        #expect(hidden?.message == "Unknown tool: docs__b")
        #expect(unknown?.message == "Unknown tool: other__b")
        #expect(docs.count(of: .callTool) == 0)
        #expect(try await federation.service.inputSchema(ofTool: "docs__b", FakeContext()) == nil)
        #expect(try await federation.service.inputSchema(ofTool: "db__b", FakeContext())?["title"] == "b")
    }
}
