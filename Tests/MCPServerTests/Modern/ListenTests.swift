import Synchronization
import Testing
import Wire

@testable import MCPServer

/// A service whose changes a test makes.
private final class ChangingService: MCPService {
    private let honoured: ChangeFilter
    private let continuations = Mutex<[AsyncStream<Change>.Continuation]>([])
    private let ended = Counter()

    init(honoured: ChangeFilter) { self.honoured = honoured }

    var watchers: Int { continuations.withLock { $0.count } }
    var endedWatches: Int { ended.value }

    func profile(_ context: any CallContext) async throws -> ServiceProfile {
        ServiceProfile(
            identity: Implementation(name: "changing", version: "1"),
            capabilities: ServerCapabilities([
                "tools": ["listChanged": true], "resources": ["subscribe": true, "listChanged": true], "tasks": ["list": [:]],
            ]))
    }

    func perform(_ operation: Operation, _ context: any CallContext) async throws -> Outcome { .complete(RawObject()) }

    func watch(_ filter: ChangeFilter, _ context: any CallContext) async throws -> Watch {
        let (stream, continuation) = AsyncStream.makeStream(of: Change.self, bufferingPolicy: .bufferingNewest(1000))
        let ended = ended
        continuation.onTermination = { _ in ended.increment() }
        continuations.withLock { $0.append(continuation) }
        return Watch(honoured: honoured, changes: stream)
    }

    func change(_ change: Change) {
        for continuation in continuations.withLock({ $0 }) { continuation.yield(change) }
    }

    func finish() {
        for continuation in continuations.withLock({ $0 }) { continuation.finish() }
    }
}

private func filter(tools: Bool = false, resources: [String] = [], tasks: [String] = []) -> ChangeFilter {
    var filter = ChangeFilter()
    filter.toolsListChanged = tools
    filter.resourceSubscriptions = resources
    filter.taskIDs = tasks
    return filter
}

@Suite("subscriptions/listen")
struct ListenTests {
    @Test(
        "acknowledges what will be delivered, then delivers it, then says that it is over; always under the request's id",
        arguments: ["l-1", 12] as [JSON])
    func lifecycle(id: JSON) async throws {
        let service = ChangingService(honoured: filter(tools: true, resources: ["a:1", "a:2"]))
        let client = try ModernClient(service)
        let (port, task) = client.start(
            try client.request(
                "subscriptions/listen",
                [
                    "notifications": [
                        "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": false,
                        "resourceSubscriptions": ["a:1", "a:3"], "futureThing": true,
                    ]
                ], id: id))
        #expect(await comesTrue { !port.messages.isEmpty })
        let meta: JSON = [ProtocolKey.subscriptionID: id]
        #expect(
            port.messages == [
                [
                    "jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged",
                    "params": ["notifications": ["toolsListChanged": true, "resourceSubscriptions": ["a:1"]], "_meta": meta],
                ]
            ])
        service.change(.resourceUpdated(["uri": "a:1/part", "_meta": ["vendor/x": 1]]))
        service.change(.promptsListChanged)
        #expect(await comesTrue { port.messages.count == 2 })
        #expect(
            port.messages.last == [
                "jsonrpc": "2.0", "method": "notifications/resources/updated",
                "params": ["uri": "a:1/part", "_meta": ["vendor/x": 1, ProtocolKey.subscriptionID: id]],
            ])
        service.change(.toolsListChanged)
        service.finish()
        await task.value
        #expect(port.messages.count == 3, "what was not wanted was not sent, and what was pending was")
        #expect(port.messages.last?["method"] == "notifications/tools/list_changed")
        #expect(port.json?["id"] == id)
        #expect(
            port.result == [
                "resultType": "complete",
                "_meta": [
                    ProtocolKey.subscriptionID: id,
                    ProtocolKey.serverInfo: ["name": "changing", "version": "1"],
                ],
            ])
    }

    @Test("a burst is told once")
    func burst() async throws {
        let service = ChangingService(honoured: filter(tools: true))
        let client = try ModernClient(service)
        let (port, task) = client.start(
            try client.request("subscriptions/listen", ["notifications": ["toolsListChanged": true]]))
        #expect(await comesTrue { port.messages.count == 1 })
        for _ in 0..<500 { service.change(.toolsListChanged) }
        service.finish()
        await task.value
        #expect(port.messages.count == 2)
    }

    @Test("ends with its client, and the service's watch with it")
    func clientGone() async throws {
        let service = ChangingService(honoured: filter(tools: true))
        let client = try ModernClient(service)
        let (port, task) = client.start(
            try client.request("subscriptions/listen", ["notifications": ["toolsListChanged": true]]))
        #expect(await comesTrue { port.messages.count == 1 })
        task.cancel()
        await task.value
        #expect(port.isEnded && port.json == nil)
        #expect(await comesTrue { service.endedWatches == 1 })
    }

    @Test("tasks can be followed only by clients that declare them")
    func tasks() async throws {
        let service = ChangingService(honoured: filter(tasks: ["t"]))
        let client = try ModernClient(service)
        let params: JSONObject = ["notifications": ["taskIds": ["t", "u"]]]
        let refused = await client.send(try client.request("subscriptions/listen", params))
        #expect(refused.code == -32021)
        let declared: JSON = ["extensions": ["io.modelcontextprotocol/tasks": [:]]]
        let (port, task) = client.start(try client.request("subscriptions/listen", params, capabilities: declared))
        #expect(await comesTrue { port.messages.count == 1 })
        #expect(port.messages.first?["params"]?["notifications"] == ["taskIds": ["t"]])
        service.change(.task(["taskId": "u", "status": "working"]))
        service.change(.task(["taskId": "t", "status": "working"]))
        service.change(.task(["taskId": "t", "status": "completed"]))
        service.finish()
        await task.value
        #expect(port.messages.dropFirst().map { $0["params"]?["status"] } == ["completed"], "the latest state counts")
    }

    @Test(
        "a filter of the wrong shape is named",
        arguments: [
            ([:], "params.notifications"), (["notifications": 7], "params.notifications"),
            (["notifications": ["toolsListChanged": 1]], "toolsListChanged"),
            (["notifications": ["resourceSubscriptions": "a:1"]], "resourceSubscriptions"),
            (["notifications": ["resourceSubscriptions": ["a:1", 2]]], "resourceSubscriptions[1]"),
            (["notifications": ["taskIds": [7]]], "taskIds[0]"),
        ] as [(JSONObject, String)])
    func badFilters(params: JSONObject, named: String) async throws {
        let client = try ModernClient(ChangingService(honoured: ChangeFilter()))
        let answer = await client.send(try client.request("subscriptions/listen", params))
        #expect(answer.code == -32602)
        #expect(answer.status == 400)
        #expect(answer.message.contains(named))
    }

    @Test("a service that watches nothing promises nothing, and says so at once")
    func nothing() async throws {
        let client = try ModernClient(echoServer())
        let answer = await client.send(
            try client.request("subscriptions/listen", ["notifications": ["toolsListChanged": true]]))
        #expect(answer.messages.map { $0["params"]?["notifications"] } == [[:]])
        #expect(answer.result?["resultType"] == "complete")
    }

    @Test("what can be watched is declared; the tasks of 2025-11-25 are not")
    func discover() async throws {
        let client = try ModernClient(ChangingService(honoured: ChangeFilter()))
        let answer = await client.send(try client.request("server/discover"))
        #expect(
            answer.result?["capabilities"]
                == ["tools": ["listChanged": true], "resources": ["subscribe": true, "listChanged": true]])
    }

    @Test("a thousand of them are served side by side")
    func thousand() async throws {
        let service = ChangingService(honoured: filter(tools: true))
        let client = try ModernClient(service)
        let listens = try (0..<1000).map { index in
            client.start(
                try client.request("subscriptions/listen", ["notifications": ["toolsListChanged": true]], id: .integer(index)))
        }
        #expect(await comesTrue { listens.allSatisfy { $0.port.messages.count == 1 } })
        service.change(.toolsListChanged)
        #expect(await comesTrue { listens.allSatisfy { $0.port.messages.count == 2 } })
        for listen in listens { listen.task.cancel() }
        for listen in listens { await listen.task.value }
        #expect(await comesTrue { service.endedWatches == 1000 })
    }

    @Test("changes that wait are bounded, and told in the order in which they were first seen")
    func queue() {
        var queue = PendingChanges(limit: 256)
        for index in 0..<256 {
            #expect(!queue.isFull)
            queue.add(.resourceUpdated(["uri": .string("a:\(index % 300)")]))
        }
        #expect(queue.isFull)
        let changes = queue.takeAll()
        #expect(changes.count == 256)
        #expect(queue.isEmpty)
        guard case .resourceUpdated(let first)? = changes.first else {
            Issue.record("the first change is an update")
            return
        }
        #expect(first["uri"] == "a:0")
    }
}
