import MCPServer
import Testing
import Wire

@testable import Embedded

@Suite("everything: asking its client, live and by value", .timeLimit(.minutes(1)))
struct EverythingAskTests {
    private let service = EverythingInventory.service()

    private static let asking: [(name: String, rounds: [[String]])] = [
        ("test_sampling", [["sampling"]]), ("test_elicitation", [["elicitation"]]),
        ("test_elicitation_sep1034_defaults", [["defaults"]]), ("test_elicitation_sep1330_enums", [["enums"]]),
        ("test_input_required_result_elicitation", [["user_name"]]),
        ("test_input_required_result_sampling", [["capital_question"]]),
        ("test_input_required_result_list_roots", [["client_roots"]]),
        ("test_input_required_result_request_state", [["confirm"]]),
        ("test_input_required_result_multiple_inputs", [["user_name", "greeting", "client_roots"]]),
        ("test_input_required_result_multi_round", [["step1"], ["step2"]]),
        ("test_input_required_result_tampered_state", [["confirm"]]),
        ("test_input_required_result_capabilities", [["user_name", "greeting", "client_roots"]]),
        ("elicit_form", [["form"]]), ("elicit_url", [["visit"]]), ("list_roots", [["roots"]]),
        ("sample_with_tools", [["sampling_1"], ["sampling_2"]]),
    ]

    @Test("both forms ask the same in the same rounds, and end the same", arguments: asking)
    func bothForms(name: String, rounds: [[String]]) async throws {
        var results: [JSON] = []
        for form in [ClientProfile.AskForm.value, .live] {
            let client = TrialClient(form)
            let result = try await client.call(name, EverythingInventory.arguments(name), on: service)
            results.append(.object(result.object))
            #expect(client.heard.asked.map { $0.map(\.key.name) } == rounds)
        }
        #expect(results[0] == results[1])
        #expect(results[0]["isError"] == nil)
    }

    @Test("the answers are in the result")
    func answersArrive() async throws {
        let client = TrialClient()
        for (name, text) in [
            ("test_input_required_result_elicitation", "Hello, Alice!"),
            ("test_input_required_result_list_roots", "file:///work"),
            ("test_input_required_result_request_state", "state-ok"),
            ("test_input_required_result_multi_round", "Alice likes Alice"),
            ("test_sampling", "LLM response: Answer to 1"), ("sample_with_tools", "LLM response: Answer to 3"),
        ] {
            let result = try await client.call(name, EverythingInventory.arguments(name), on: service)
            #expect(result["content"]?[0]?["text"]?.stringValue?.contains(text) == true, "\(name)")
        }
    }

    @Test("a prompt and a resource ask too", arguments: [ClientProfile.AskForm.value, .live])
    func promptAndResource(form: ClientProfile.AskForm) async throws {
        let client = TrialClient(form)
        let prompt = try await client.run(.prompt("test_input_required_result_prompt"), on: service)
        #expect(prompt["messages"]?[0]?["content"]?["text"] == "Prompt with context: Alice")
        let resource = try await client.run(.read("test://personal-greeting"), on: service)
        #expect(resource["contents"]?[0]?["text"] == "Hello, Alice!")
        #expect(client.heard.asked.map { $0.map(\.key.name) } == [["user_context"], ["user_name"]])
        let silent = try await TrialClient(form, capabilities: [:]).run(.read("test://personal-greeting"), on: service)
        #expect(silent["contents"]?[0]?["text"] == "Hello, reader!", "who can't be asked may read nevertheless")
    }

    @Test("the user's refusal is an answer", arguments: ["decline", "cancel"], [ClientProfile.AskForm.value, .live])
    func declined(action: String, form: ClientProfile.AskForm) async throws {
        let client = TrialClient(form) { _ in .result(["action": .string(action)]) }
        for name in ["test_elicitation", "test_input_required_result_multi_round", "elicit_url"] {
            let result = try await client.call(name, EverythingInventory.arguments(name), on: service)
            #expect(result["content"]?[0]?["text"]?.stringValue?.contains(action) == true)
        }
    }

    // MARK: - Capabilities

    @Test(
        "a client is never asked what it does not declare",
        arguments: [
            ("test_sampling", ["elicitation": [:]], ClientCapabilities.Feature.sampling),
            ("test_missing_capability", [:], .sampling), ("test_elicitation", ["sampling": [:]], .elicitationForm),
            ("test_elicitation", ["elicitation": ["url": [:]]], .elicitationForm),
            ("elicit_url", ["elicitation": [:]], .elicitationURL),
            ("elicit_url", ["elicitation": ["form": [:]]], .elicitationURL),
            ("list_roots", [:], .roots), ("sample_with_tools", ["sampling": [:]], .samplingTools),
            ("test_input_required_result_multiple_inputs", ["sampling": [:], "elicitation": [:]], .roots),
        ] as [(String, JSONObject, ClientCapabilities.Feature)], [ClientProfile.AskForm.value, .live, .none])
    func undeclared(lacking: (String, JSONObject, ClientCapabilities.Feature), form: ClientProfile.AskForm) async throws {
        let client = TrialClient(form, capabilities: lacking.1)
        let error = await #expect(throws: MCPError.self) {
            try await client.call(lacking.0, EverythingInventory.arguments(lacking.0), on: service)
        }
        #expect(client.heard.asked.isEmpty)
        guard case .missingClientCapability(let feature) = error?.kind else {
            Issue.record("\(String(describing: error)) is not about a capability")
            return
        }
        if form != .none { #expect(feature == lacking.2) }
    }

    @Test("the tool that asks what is declared asks that alone")
    func capabilities() async throws {
        let client = TrialClient(capabilities: ["sampling": [:]])
        _ = try await client.call("test_input_required_result_capabilities", on: service)
        #expect(client.heard.asked.map { $0.map(\.ask.method) } == [["sampling/createMessage"]])
        let none = TrialClient(capabilities: [:])
        _ = try await none.call("test_input_required_result_capabilities", on: service)
        #expect(none.heard.asked.isEmpty)
    }

    @Test("a URL is named by an error to a client that is asked live, and by a question to the other")
    func visitByError() async throws {
        let error = await #expect(throws: MCPError.self) {
            try await TrialClient(.live).call("elicit_url", ["by_error": true], on: service)
        }
        guard case .urlElicitationRequired(let elicitations) = error?.kind else {
            Issue.record("\(String(describing: error)) names no URL")
            return
        }
        #expect(elicitations.map { $0["url"] } == ["https://example.com/"])
        #expect(elicitations.allSatisfy { $0["elicitationId"]?.stringValue?.isEmpty == false })
        let client = TrialClient(.value)
        _ = try await client.call("elicit_url", ["by_error": true], on: service)
        #expect(client.heard.asked.count == 1)
    }

    // MARK: - Forms that conformance compares

    private func form(of tool: String) async throws -> JSON {
        let client = TrialClient()
        _ = try await client.call(tool, on: service)
        return try #require(client.heard.asked.first?.first?.ask.params?["requestedSchema"]?["properties"])
    }

    @Test("each kind of field has its default")
    func defaults() async throws {
        let fields = try await form(of: "test_elicitation_sep1034_defaults")
        let expected: [(String, JSON, JSON)] = [
            ("name", "string", "John Doe"), ("age", "integer", 30), ("score", "number", 95.5),
            ("status", "string", "active"), ("verified", "boolean", true),
        ]
        for (name, type, value) in expected {
            #expect(fields[name]?["type"] == type)
            #expect(fields[name]?["default"] == value)
        }
        #expect(fields["status"]?["enum"]?.arrayValue?.contains("active") == true)
        #expect(fields.objectValue?.count == expected.count)
    }

    @Test("each kind of choice is written in its own way")
    func choices() async throws {
        let fields = try await form(of: "test_elicitation_sep1330_enums")
        #expect(fields.objectValue?.count == 5)
        #expect(fields["untitledSingle"]?.objectValue?.names == ["type", "enum"])
        #expect(fields["titledSingle"]?.objectValue?.names == ["type", "oneOf"])
        #expect(fields["legacyEnum"]?["enum"]?.arrayValue?.count == fields["legacyEnum"]?["enumNames"]?.arrayValue?.count)
        #expect(fields["untitledMulti"]?["items"]?.objectValue?.names == ["type", "enum"])
        #expect(fields["titledMulti"]?["items"]?.objectValue?.names == ["anyOf"])
        for (path, choices) in [
            ("oneOf", fields["titledSingle"]?["oneOf"]), ("anyOf", fields["titledMulti"]?["items"]?["anyOf"]),
        ] {
            let choices = try #require(choices?.arrayValue, "\(path)")
            #expect(choices.allSatisfy { $0["const"]?.kind == .string && $0["title"]?.kind == .string })
        }
    }

    @Test("a tool that wants to be called again later asks nothing, and only who is asked by value hears of it")
    func later() async throws {
        let client = TrialClient()
        _ = try await client.call("call_again_later", ["times": 3], on: service)
        #expect(client.heard.asked.map(\.count) == [0, 0, 0])
        let live = TrialClient(.live)
        _ = try await live.call("call_again_later", ["times": 3], on: service)
        #expect(live.heard.asked.isEmpty)
    }
}
