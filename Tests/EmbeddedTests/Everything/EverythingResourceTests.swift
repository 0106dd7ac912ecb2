import MCPServer
import Testing
import Wire

@testable import Embedded

@Suite("everything: resources, prompts, completion, watching", .timeLimit(.minutes(1)))
struct EverythingResourceTests {
    private let service = EverythingInventory.service()
    private let client = TrialClient()

    @Test("every listed resource can be read, and says its URI")
    func everyResource() async throws {
        let resources = try await client.run(.list(.resources), on: service)["resources"]?.arrayValue ?? []
        for resource in resources {
            let uri = try #require(resource["uri"]?.stringValue)
            let result = try await client.run(.read(uri), on: service)
            #expect(ShapeCheck.ours.faults(.object(result.object), "ReadResourceResult") == [])
            let contents = try #require(result["contents"]?.arrayValue)
            #expect(!contents.isEmpty)
            #expect(contents.allSatisfy { $0["uri"]?.stringValue?.hasPrefix(uri) == true })
            if contents.count == 1 { #expect(contents[0]["mimeType"] == resource["mimeType"]) }
            if let size = resource["size"]?.intValue, let text = contents[0]["text"]?.stringValue {
                #expect(text.utf8.count == size)
            }
        }
    }

    @Test(
        "a template answers for what it matches",
        arguments: [
            ("test://template/123/data", #"{"id":"123","templateTest":true,"data":"Data for ID: 123"}"#),
            ("test://template/a%20b/data", #"{"id":"a b","templateTest":true,"data":"Data for ID: a b"}"#),
            ("test://catalogue/birds/cr%61ne", #"{"shelf":"birds","item":"crane"}"#),
        ])
    func templates(uri: String, text: String) async throws {
        let result = try await client.run(.read(uri), on: service)
        #expect(result["contents"]?[0]?["text"]?.stringValue == text)
        #expect(result["contents"]?[0]?["uri"]?.stringValue == uri)
    }

    @Test(
        "a URI of nothing is not found, and named",
        arguments: [
            "test://nonexistent-resource-for-conformance-testing", "", "test://static-text/", "TEST://static-text",
            "test://template//data", "test://template/1/2/data", "test://template/%zz/data", "test://template/%ff/data",
            "test://catalogue/birds/penguin", "test://catalogue/cars", "test://catalogue/birds/crane/1",
        ])
    func notFound(uri: String) async throws {
        let error = await #expect(throws: MCPError.self) { try await client.run(.read(uri), on: service) }
        guard case .resourceNotFound(let named) = error?.kind else {
            Issue.record("\(String(describing: error)) does not say that there is no such resource")
            return
        }
        #expect(named == uri)
    }

    @Test("every prompt can be got, whichever way its client is asked", arguments: EverythingInventory.prompts)
    func everyPrompt(name: String) async throws {
        var results: [JSON] = []
        for form in [ClientProfile.AskForm.value, .live] {
            let result = try await TrialClient(form).run(.prompt(name, EverythingInventory.arguments(name)), on: service)
            #expect(ShapeCheck.ours.faults(.object(result.object), "GetPromptResult") == [])
            results.append(.object(result.object))
        }
        #expect(results[0] == results[1])
        for (_, value) in EverythingInventory.arguments(name) ?? JSONObject() {
            #expect(results[0].serialized().contains(value.stringValue ?? ""))
        }
    }

    @Test(
        "arguments of a prompt must be there and be texts",
        arguments: [
            ("test_prompt_with_arguments", ["arg1": "x"], "arguments.arg2"),
            ("test_prompt_with_arguments", ["arg1": 1, "arg2": "x"], "arguments.arg1"),
            ("test_prompt_with_embedded_resource", [:], "arguments.resourceUri"), ("nothing", [:], "nothing"),
        ] as [(String, JSONObject, String)])
    func badPrompt(name: String, arguments: JSONObject, place: String) async throws {
        let error = await #expect(throws: MCPError.self) { try await client.run(.prompt(name, arguments), on: service) }
        #expect(error?.message.contains(place) == true)
        guard case .invalidParams = error?.kind else {
            Issue.record("\(String(describing: error)) is not about the parameters")
            return
        }
    }

    // MARK: - Completion

    @Test(
        "proposals begin with what was typed, and know the other arguments",
        arguments: [
            (
                ["type": "ref/prompt", "name": "test_prompt_with_arguments"], "arg1", "test", nil,
                ["test", "testValue1", "testing"]
            ),
            (["type": "ref/prompt", "name": "test_prompt_with_arguments"], "arg2", "test", nil, []),
            (
                ["type": "ref/prompt", "name": "travel"], "city", "", ["country": "Austria"],
                ["Graz", "Linz", "Salzburg", "Vienna"]
            ),
            (["type": "ref/prompt", "name": "travel"], "city", "L", nil, ["Linz", "Lille", "Lyon"]),
            (["type": "ref/resource", "uri": "test://catalogue/{shelf}/{item}"], "item", "s", ["shelf": "fruit"], ["sloe"]),
            (["type": "ref/resource", "uri": "test://template/{id}/data"], "id", "12", nil, ["12", "123"]),
            (["type": "ref/resource", "uri": "test://static-text"], "id", "", nil, []),
        ] as [(JSON, String, String, JSONObject?, [String])])
    func completion(reference: JSON, argument: String, value: String, resolved: JSONObject?, expected: [String]) async throws {
        let result = try await client.run(.complete(reference, argument, value, resolved: resolved), on: service)
        #expect(
            result["completion"] == [
                "values": .array(expected.map { .string($0) }), "total": .integer(expected.count), "hasMore": false,
            ])
    }

    @Test(
        "what can't be completed is named",
        arguments: [
            (["type": "ref/prompt", "name": "nothing"], "x", "nothing"),
            (["type": "ref/prompt", "name": "travel"], "planet", "planet"),
            (["type": "ref/resource", "uri": "test://nothing/{id}"], "id", "test://nothing"),
            (["type": "ref/resource", "uri": "test://template/{id}/data"], "name", "name"),
            (["type": "ref/tool"], "x", "ref.type"),
        ] as [(JSON, String, String)])
    func badCompletion(reference: JSON, argument: String, place: String) async throws {
        let error = await #expect(throws: MCPError.self) {
            try await client.run(.complete(reference, argument, ""), on: service)
        }
        #expect(error?.message.contains(place) == true)
    }

    // MARK: - Watching

    private func filter(_ uris: [String] = [], tools: Bool = false, prompts: Bool = false) -> ChangeFilter {
        var filter = ChangeFilter()
        filter.toolsListChanged = tools
        filter.promptsListChanged = prompts
        filter.resourceSubscriptions = uris
        return filter
    }

    @Test("who subscribed hears that the watched resource was touched, and reads it changed")
    func touched() async throws {
        let watch = try await service.watch(filter(["test://watched-resource"]), client)
        #expect(watch.honoured.resourceSubscriptions == ["test://watched-resource"])
        _ = try await client.call("touch_watched_resource", on: service)
        var changes = watch.changes.makeAsyncIterator()
        guard case .resourceUpdated(let params) = await changes.next() else {
            Issue.record("no update came")
            return
        }
        #expect(params["uri"] == "test://watched-resource")
        let read = try await client.run(.read("test://watched-resource"), on: service)
        #expect(read["contents"]?[0]?["text"]?.stringValue?.contains("1 times") == true)
    }

    @Test("only what exists is honoured")
    func honoured() async throws {
        let wanted = ["test://watched-resource", "test://nothing", "test://template/7/data"]
        let watch = try await service.watch(filter(wanted, tools: true), client)
        #expect(watch.honoured == filter(["test://watched-resource", "test://template/7/data"], tools: true))
    }

    @Test("changes reach those who want them, of the same principal")
    func triggered() async throws {
        let tools = try await service.watch(filter(tools: true), client)
        let prompts = try await service.watch(filter(prompts: true), client)
        let stranger = try await service.watch(filter(tools: true, prompts: true), TrialClient(principal: "bob"))
        _ = try await client.call("test_trigger_tool_change", on: service)
        _ = try await client.call("test_trigger_prompt_change", on: service)
        _ = try await TrialClient(principal: "bob").call("trigger_resource_change", on: service)
        _ = try await TrialClient(principal: "bob").call("test_trigger_prompt_change", on: service)
        for (watch, expected) in [(tools, "toolsListChanged"), (prompts, "promptsListChanged"), (stranger, "promptsListChanged")]
        {
            var changes = watch.changes.makeAsyncIterator()
            let first = try #require(await changes.next())
            #expect("\(first)" == expected)
        }
    }
}
