import Synchronization
import Testing
import Wire

@testable import MCPServer

@Suite("watching an upstream", .timeLimit(.minutes(1)))
struct WatchingTests {
    private static let capabilities: JSON = [
        "tools": ["listChanged": true], "resources": ["subscribe": true, "listChanged": true], "prompts": [:],
    ]

    private static func filter(_ uris: String..., tools: Bool = true) -> ChangeFilter {
        var filter = ChangeFilter()
        filter.toolsListChanged = tools
        filter.promptsListChanged = true
        filter.resourceSubscriptions = uris
        return filter
    }

    private static func legacy() -> FakeServer {
        .legacy(
            capabilities: capabilities,
            [
                "resources/subscribe": { port in
                    port.params["uri"] == "r:bad" ? .error(["code": -32002, "message": "no"]) : .result([:])
                }, "resources/unsubscribe": { _ in .result([:]) },
            ])
    }

    @Test("a legacy upstream's changes reach all who want them, and each resource is subscribed to once")
    func legacyChanges() async throws {
        let upstream = FakeHTTP(Self.legacy(), FakeHTTP.Options(hasOwnStream: true))
        let service = UpstreamService.http(upstream.client())
        let first = try await service.watch(Self.filter("r:1", "r:bad"), TestCall())
        #expect(first.honoured.toolsListChanged)
        #expect(!first.honoured.promptsListChanged)
        #expect(first.honoured.resourceSubscriptions == ["r:1"])
        do {
            let second = try await service.watch(Self.filter("r:1", "r:2", tools: false), TestCall())
            #expect(upstream.server.received("resources/subscribe").map { $0["params"]?["uri"] } == ["r:1", "r:bad", "r:2"])
            let own = try #require(upstream.own.last)
            own.event(["jsonrpc": "2.0", "method": "notifications/tools/list_changed"])
            own.event([
                "jsonrpc": "2.0", "method": "notifications/resources/updated", "params": ["uri": "r:1", "x": 1],
            ])
            var iterator = first.changes.makeAsyncIterator()
            guard case .toolsListChanged? = await iterator.next(), case .resourceUpdated(let params)? = await iterator.next()
            else {
                Issue.record("other changes")
                return
            }
            #expect(params.object == ["uri": "r:1", "x": 1])
            var other = second.changes.makeAsyncIterator()
            guard case .resourceUpdated? = await other.next() else {
                Issue.record("no update")
                return
            }
        }
        // Whoever watched second has gone.
        await upstream.server.until("resources/unsubscribe")
        #expect(upstream.server.received("resources/unsubscribe").map { $0["params"]?["uri"] } == ["r:2"])
        await service.close()
    }

    @Test("after the loss of a session everything is subscribed to again, and told once")
    func legacyLoss() async throws {
        let server = Self.legacy()
        let started = Mutex<[FakeProcess]>([])
        let service = UpstreamService.lines {
            let process = FakeProcess(server)
            started.withLock { $0.append(process) }
            return process
        }
        let watch = try await service.watch(Self.filter("r:1"), TestCall())
        started.withLock { $0.last }?.die()
        var told: [String] = []
        for await change in watch.changes {
            switch change {
            case .toolsListChanged: told.append("tools")
            case .resourceUpdated(let params): told.append(params["uri"]?.stringValue ?? "")
            default: told.append("other")
            }
            if told.count == 2 { break }
        }
        #expect(told == ["tools", "r:1"])
        #expect(server.received("resources/subscribe").count == 2)
        #expect(started.withLock { $0.count } == 2)
        await service.close()
    }

    @Test("without a stream of its own nothing is promised")
    func noStream() async throws {
        let service = UpstreamService.http(FakeHTTP(Self.legacy()).client())
        let watch = try await service.watch(Self.filter("r:1"), TestCall())
        #expect(watch.honoured == ChangeFilter())
        await service.close()
        for await _ in watch.changes {}
    }

    @Test(
        "a modern upstream is listened to; who wants more gets a new subscription before the old one goes",
        arguments: [false, true])
    func modernChanges(lines: Bool) async throws {
        let ports = Mutex<[FakeServer.Port]>([])
        let server = FakeServer.modern(
            capabilities: Self.capabilities,
            [
                "subscriptions/listen": { port in
                    ports.withLock { $0.append(port) }
                    var granted = port.params["notifications"]?.objectValue ?? JSONObject()
                    granted["promptsListChanged"] = nil
                    port.notify(
                        "notifications/subscriptions/acknowledged",
                        [
                            "_meta": ["io.modelcontextprotocol/subscriptionId": port.id], "notifications": .object(granted),
                        ])
                    return .none
                }
            ])
        let service =
            lines
            ? UpstreamService.lines { FakeProcess(server) }
            : UpstreamService.http(FakeHTTP(server, FakeHTTP.Options(isModern: true)).client())
        func tell(_ index: Int, _ method: String, _ params: JSONObject) {
            let port = ports.withLock { $0[index] }
            var params = params
            params["_meta"] = ["io.modelcontextprotocol/subscriptionId": port.id]
            port.notify(method, .object(params))
        }
        let first = try await service.watch(Self.filter("r:1"), TestCall(.july2026))
        #expect(first.honoured.toolsListChanged)
        #expect(!first.honoured.promptsListChanged)
        #expect(first.honoured.resourceSubscriptions == ["r:1"])
        tell(0, "notifications/tools/list_changed", [:])
        let second = try await service.watch(Self.filter("r:2", tools: false), TestCall(.july2026))
        #expect(ports.withLock { $0.count } == 2)
        let asked = ports.withLock { $0[1] }.params["notifications"]
        #expect(asked?["resourceSubscriptions"] == ["r:1", "r:2"])
        #expect(asked?["toolsListChanged"] == true)
        // What comes on the old one now is a double.
        tell(0, "notifications/tools/list_changed", [:])
        tell(1, "notifications/resources/updated", ["uri": "r:2"])
        tell(1, "notifications/resources/updated", ["uri": "r:1"])
        var told: [String] = []
        for await change in first.changes {
            if case .resourceUpdated(let params) = change {
                told.append(params.object == ["uri": "r:1"] ? "r:1" : "other")
                break
            }
            told.append("tools")
        }
        #expect(told == ["tools", "r:1"])
        var iterator = second.changes.makeAsyncIterator()
        guard case .resourceUpdated(let params)? = await iterator.next() else {
            Issue.record("no update")
            return
        }
        #expect(params["uri"] == "r:2")
        await service.close()
    }
}
