import MCPServer
import Testing
import Wire

@testable import Embedded

@Suite(
    "everything: by the schema of the revision",
    .enabled(if: SpecificationSchemas.arePresent, "the specification's schemas are not at hand"), .timeLimit(.minutes(1)))
struct EverythingSchemaTests {
    private static let revisions: [(Revision, ClientProfile.AskForm)] = [(.july2026, .value), (.november2025, .live)]
    /// Structured content that is no object: what older clients get instead is the codec's affair.
    private static let modernOnly: Set<String> = ["structured_list"]
    private let service = EverythingInventory.service()

    /// The result as a modern client gets it: the envelope is the engine's.
    private func enveloped(_ result: RawObject, _ revision: Revision) -> JSON {
        var object = result.object
        if revision.era == .modern {
            object["resultType"] = "complete"
            object["ttlMs"] = 0
            object["cacheScope"] = "private"
        }
        return .object(object)
    }

    @Test("lists", arguments: revisions)
    func lists(revision: Revision, form: ClientProfile.AskForm) async throws {
        let check = try SpecificationSchemas.check(revision)
        for (kind, definition) in [
            (MCPServer.Operation.ListKind.tools, "ListToolsResult"), (.prompts, "ListPromptsResult"),
            (.resources, "ListResourcesResult"), (.resourceTemplates, "ListResourceTemplatesResult"),
        ] {
            let page = try await TrialClient(form).run(.list(kind), on: EverythingInventory.service(pageSize: 1000))
            var object = page.object
            if revision < .july2026, kind == .tools, let tools = object["tools"]?.arrayValue {
                object["tools"] = .array(tools.filter { !Self.modernOnly.contains($0["name"]?.stringValue ?? "") })
            }
            #expect(check.faults(enveloped(RawObject(object), revision), definition) == [])
        }
    }

    @Test("results of tools, and what they ask", arguments: revisions)
    func tools(revision: Revision, form: ClientProfile.AskForm) async throws {
        let check = try SpecificationSchemas.check(revision)
        for name in EverythingInventory.conformanceTools + EverythingInventory.otherTools where name != "protocol_error" {
            if revision < .july2026, Self.modernOnly.contains(name) { continue }
            let client = TrialClient(form)
            let result = try await client.call(name, EverythingInventory.arguments(name), on: service)
            #expect(check.faults(enveloped(result, revision), "CallToolResult") == [], "\(name)")
            for pending in client.heard.asked.joined() {
                guard let params = pending.ask.params else { continue }
                let definition = pending.ask.method == "elicitation/create" ? "ElicitRequestParams" : "CreateMessageRequestParams"
                #expect(check.faults(.object(params.object), definition) == [], "\(name)")
            }
        }
    }

    @Test("results of prompts, resources and completion", arguments: revisions)
    func others(revision: Revision, form: ClientProfile.AskForm) async throws {
        let check = try SpecificationSchemas.check(revision)
        let client = TrialClient(form)
        for name in EverythingInventory.prompts {
            let result = try await client.run(.prompt(name, EverythingInventory.arguments(name)), on: service)
            #expect(check.faults(enveloped(result, revision), "GetPromptResult") == [], "\(name)")
        }
        let resources = try await client.run(.list(.resources), on: service)["resources"]?.arrayValue ?? []
        for uri in resources.compactMap({ $0["uri"]?.stringValue }) + ["test://template/123/data", "test://catalogue/birds"] {
            let result = try await client.run(.read(uri), on: service)
            #expect(check.faults(enveloped(result, revision), "ReadResourceResult") == [], "\(uri)")
        }
        let reference: JSON = ["type": "ref/prompt", "name": "test_prompt_with_arguments"]
        let completion = try await client.run(.complete(reference, "arg1", "test"), on: service)
        #expect(check.faults(enveloped(completion, revision), "CompleteResult") == [])
    }
}
