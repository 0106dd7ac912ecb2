import Testing
import Wire

@testable import MCPServer

@Suite("who hears of a change", .timeLimit(.minutes(1)))
struct ChangeHubTests {
    private func filter(_ uris: String..., tools: Bool = false) -> ChangeFilter {
        var filter = ChangeFilter()
        filter.toolsListChanged = tools
        filter.resourceSubscriptions = uris
        return filter
    }

    private func updated(_ uri: String) -> Change { .resourceUpdated(["uri": .string(uri)]) }

    @Test("those whose filter it passes, in their own audience")
    func recipients() {
        var table = WatcherTable()
        let tools = table.add(filter(tools: true), audience: "a")
        let text = table.add(filter("x://text"), audience: "a")
        let other = table.add(filter("x://text", tools: true), audience: "b")
        #expect(table.recipients(of: .toolsListChanged, audience: nil) == [tools, other])
        #expect(table.recipients(of: .toolsListChanged, audience: "a") == [tools])
        #expect(table.recipients(of: updated("x://text"), audience: "a") == [text])
        #expect(table.recipients(of: updated("x://text/part"), audience: nil) == [text, other], "a part of it is it too")
        #expect(table.recipients(of: updated("x://texture"), audience: nil) == [])
        #expect(table.recipients(of: .promptsListChanged, audience: nil) == [])
        table.remove(tools)
        table.remove(tools)
        #expect(table.recipients(of: .toolsListChanged, audience: nil) == [other])
        #expect(table.recipients(of: .toolsListChanged, audience: "nobody") == [])
    }

    @Test("a change that waits is there once, and the oldest of a resource gives way")
    func pending() {
        var pending = PendingChanges(limit: 4)
        for change in [
            .toolsListChanged, updated("1"), .toolsListChanged, updated("1"), updated("2"), updated("3"), updated("4"),
        ] as [Change] {
            pending.add(change)
        }
        #expect("\(String(describing: pending.takeFirst()))".contains("toolsListChanged"))
        for expected in ["2", "3", "4"] {
            guard case .resourceUpdated(let params) = pending.takeFirst() else {
                Issue.record("an update was expected")
                return
            }
            #expect(params["uri"]?.stringValue == expected)
        }
        #expect(pending.takeFirst() == nil)
    }

    @Test("a watcher that waits gets a change at once; one that comes later finds it")
    func delivery() async throws {
        let hub = ChangeHub()
        var changes = try hub.watch(filter(tools: true), audience: "a").makeAsyncIterator()
        hub.announce(.toolsListChanged)
        hub.announce(.toolsListChanged, to: "b")
        #expect(await changes.next() != nil)
        async let announced: Void = { hub.announce(.toolsListChanged, to: "a") }()
        #expect(await changes.next() != nil)
        await announced
    }

    @Test("a sequence that is dropped gives up its place")
    func dropped() async throws {
        let hub = ChangeHub(limits: ChangeHub.Limits(watchers: 1))
        func watchOnce() throws {
            let changes = try hub.watch(filter(tools: true), audience: "a")
            withExtendedLifetime(changes) { #expect(hub.watcherCount == 1) }
        }
        try watchOnce()
        #expect(hub.watcherCount == 0)
        try watchOnce()
    }

    @Test("a watcher whose task is cancelled ends and gives up its place")
    func cancelled() async throws {
        let hub = ChangeHub()
        let changes = try hub.watch(filter(tools: true), audience: "a")
        let watching = Task {
            var count = 0
            for await _ in changes { count += 1 }
            return count
        }
        watching.cancel()
        #expect(await watching.value == 0)
        #expect(hub.watcherCount == 0)
    }

    @Test("only so many may watch, and so much")
    func limits() throws {
        let hub = ChangeHub(limits: ChangeHub.Limits(watchers: 1, subscriptions: 1))
        #expect(throws: MCPError.self) { try hub.watch(filter("1", "2"), audience: "a") }
        let first = try hub.watch(filter("1"), audience: "a")
        #expect(throws: MCPError.self) { try hub.watch(filter("1"), audience: "b") }
        withExtendedLifetime(first) {}
    }
}
