import Testing
import Wire

@testable import MCPServer

@Suite("watching an endpoint made of several servers", .timeLimit(.minutes(1)))
struct VirtualWatchTests {
    private func filter(_ uris: String...) -> ChangeFilter {
        var filter = ChangeFilter()
        filter.toolsListChanged = true
        filter.resourceSubscriptions = uris
        return filter
    }

    @Test("gives the changes of all, a subscription only to the member that has the resource, and its own name back")
    func merged() async throws {
        let docs = FakeMember(resources: ["file:///a"])
        let db = FakeMember(resources: ["file:///a"])
        let federation = Federation([("docs", docs), ("db", db)])
        _ = try await federation.names(.resources)
        let watch = try await federation.service.watch(
            filter("portico:db/file:///a", "nobody:1"), FakeContext())
        #expect(watch.honoured.resourceSubscriptions == ["portico:db/file:///a"])
        #expect(watch.honoured.toolsListChanged)
        #expect(docs.filters.map(\.resourceSubscriptions) == [[]])
        #expect(db.filters.map(\.resourceSubscriptions) == [["file:///a"]])
        var changes = watch.changes.makeAsyncIterator()
        db.tell(.resourceUpdated(["uri": "file:///a/part", "vendor": 1]))
        guard case .resourceUpdated(let params)? = await changes.next() else {
            Issue.record("no update")
            return
        }
        #expect(params.object == ["uri": "portico:db/file:///a/part", "vendor": 1])
        // One that ends leaves the other.
        docs.endWatches()
        db.tell(.toolsListChanged)
        guard case .toolsListChanged? = await changes.next() else {
            Issue.record("no change")
            return
        }
    }

    /// Deadlines never pass; the waits before a member is tried again take no time.
    private static let impatient: Sleeper = { duration in
        if duration > .seconds(4) { try await Task.sleep(for: .seconds(3600)) }
        try Task.checkCancellation()
        await Task.yield()
    }

    @Test(
        "a member that ended is watched again, and what may have been missed is told once; the end is when none promises anything"
    )
    func again() async throws {
        let docs = FakeMember(tools: ["a"])
        let federation = Federation([("docs", docs)], sleep: Self.impatient)
        let watch = try await federation.service.watch(filter(), FakeContext())
        var changes = watch.changes.makeAsyncIterator()
        docs.endWatches()
        guard case .toolsListChanged? = await changes.next() else {
            Issue.record("no change")
            return
        }
        #expect(docs.filters.count == 2)
        docs.tell(.toolsListChanged)
        docs.tell(.promptsListChanged)
        guard case .toolsListChanged? = await changes.next() else {
            Issue.record("no change")
            return
        }
        docs.change { $0.honoursNothing = true }
        docs.endWatches()
        // Of prompts nothing was asked for, so nothing is told.
        #expect(await changes.next() == nil)
    }

    @Test("a member that was down at first joins when it comes up")
    func late() async throws {
        let docs = FakeMember(tools: ["a"])
        docs.change { $0.failure = MCPError(.upstreamUnavailable, "down") }
        let federation = Federation([("docs", docs)]) { duration in
            if duration > .seconds(4) { try await Task.sleep(for: .seconds(3600)) }
            docs.change { $0.failure = nil }
        }
        let watch = try await federation.service.watch(filter("file:///a"), FakeContext())
        #expect(watch.honoured.toolsListChanged)
        #expect(watch.honoured.resourceSubscriptions.isEmpty)
        var changes = watch.changes.makeAsyncIterator()
        guard case .toolsListChanged? = await changes.next() else {
            Issue.record("no change")
            return
        }
    }

    @Test("a list that changed is fetched anew by whoever hears of it, however long it might have been kept")
    func invalidation() async throws {
        let docs = FakeMember(tools: ["a"])
        docs.change { $0.hint = CacheHint(lifetime: .seconds(1000), scope: .public) }
        let federation = Federation([("docs", docs)])
        #expect(try await federation.names(.tools) == ["docs__a"])
        let watch = try await federation.service.watch(filter(), FakeContext())
        docs.change { $0.lists[.tools] = [["name": "b"]] }
        docs.tell(.toolsListChanged)
        var changes = watch.changes.makeAsyncIterator()
        _ = await changes.next()
        #expect(try await federation.names(.tools) == ["docs__b"])
    }

    @Test("members that promise nothing make a watch of nothing, which ends at once")
    func nothing() async throws {
        let docs = FakeMember()
        docs.change { $0.honoursNothing = true }
        let watch = try await Federation([("docs", docs)]).service.watch(filter(), FakeContext())
        #expect(watch.honoured == ChangeFilter())
        for await _ in watch.changes { Issue.record("a change") }
    }

    @Test("dropping the sequence ends what feeds it")
    func dropped() async throws {
        let docs = FakeMember()
        var watch: Watch? = try await Federation([("docs", docs)]).service.watch(filter(), FakeContext())
        #expect(watch?.honoured.toolsListChanged == true)
        watch = nil
        while docs.hasListeners { await Task.yield() }
        #expect(!docs.hasListeners)
    }
}
