import Testing
import Wire

@testable import MCPServer

@Suite(
    "what a modern client gets besides plain results, by the schema of its revision",
    .enabled(if: Specification.isPresent, "the specification's schemas are not beside the package"))
struct ModernMessageTests {
    private func expect(_ json: JSON?, _ definition: String) throws {
        let check = ShapeCheck(definitions: try Specification.definitions(.july2026))
        #expect(check.faults(try #require(json), definition) == [], "\(definition)")
    }

    @Test("the check notices a notification that lacks something")
    func theCheck() throws {
        let check = ShapeCheck(definitions: try Specification.definitions(.july2026))
        let broken: JSON = ["jsonrpc": "2.0", "method": "notifications/progress", "params": ["progress": 1]]
        #expect(!check.faults(broken, "ProgressNotification").isEmpty)
    }

    @Test("progress and log entries")
    func notifications() throws {
        for progress in [Progress(1), Progress(1.5, of: 2, message: "m")] {
            let bytes = try #require(ModernNotification.progress(progress, token: "t"))
            try expect(try JSON.parse(bytes), "ProgressNotification")
        }
        for entry in [LogEntry(.info, data: ["a": 1]), LogEntry(.error, logger: "l", data: nil)] {
            try expect(try JSON.parse(ModernNotification.log(entry)), "LoggingMessageNotification")
        }
    }

    @Test("a subscription", arguments: ["l", 7] as [JSON])
    func subscription(id: JSON) async throws {
        let id = try #require(MessageID(id))
        var filter = ChangeFilter()
        filter.toolsListChanged = true
        filter.resourceSubscriptions = ["a:1"]
        try expect(
            try JSON.parse(ModernNotification.acknowledged(filter, subscription: id)), "SubscriptionsAcknowledgedNotification")
        for (change, definition) in [
            (Change.toolsListChanged, "ToolListChangedNotification"), (.promptsListChanged, "PromptListChangedNotification"),
            (.resourcesListChanged, "ResourceListChangedNotification"),
            (.resourceUpdated(["uri": "a:1"]), "ResourceUpdatedNotification"),
        ] {
            try expect(try JSON.parse(ModernNotification.change(change, subscription: id)), definition)
        }
        try expect(try JSON.parse(ModernNotification.cancelled(id)), "CancelledNotification")
        let client = try ModernClient(echoServer())
        let answer = await client.send(
            try client.request("subscriptions/listen", ["notifications": [:]], id: id.json))
        try expect(answer.json, "SubscriptionsListenResultResponse")
    }

    @Test("questions by value and from a parked call, and the errors of a retry")
    func rounds() async throws {
        let form: RawObject = ["message": "?", "requestedSchema": ["type": "object", "properties": [:]], "task": ["ttl": 1]]
        let sampling: RawObject = [
            "messages": [["role": "user", "content": ["type": "text", "text": "t"]]], "maxTokens": 10,
            "_meta": ["progressToken": 1],
        ]
        let asks = [PendingAsk("form", .elicit(form)), PendingAsk("sample", .sample(sampling)), PendingAsk("roots", .roots)]
        let live = try ModernClient(
            ScriptedService { _, context in
                _ = try await context.ask(asks)
                return .complete(RawObject())
            })
        let byValue = try ModernClient(ScriptedService { _, _ in .needs(asks, Continuation("x")) })
        let visit = try ModernClient(
            ScriptedService { _, _ in throw MCPError(.urlElicitationRequired([["url": "https://a.example"]]), "visit") })
        for client in [live, byValue, visit] {
            let answer = try await client.call()
            try expect(answer.result, "InputRequiredResult")
            try expect(answer.json, "CallToolResultResponse")
        }
        let first = try await live.call()
        let forged = try await live.call("tool", ModernClient.retry("forged"))
        try expect(forged.json, "JSONRPCErrorResponse")
        _ = try await live.call(
            "tool",
            ModernClient.retry(first.ticket, ["form": ["action": "cancel"], "sample": [:], "roots": ["roots": []]]))
        let consumed = try await live.call("tool", ModernClient.retry(first.ticket))
        #expect(consumed.data == ["reason": "consumed"])
        try expect(consumed.json, "JSONRPCErrorResponse")
        let incapable = try await live.call(capabilities: [:])
        try expect(incapable.json, "MissingRequiredClientCapabilityError")
    }
}
