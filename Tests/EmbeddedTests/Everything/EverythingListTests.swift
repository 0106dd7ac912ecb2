import MCPServer
import Testing
import Wire

@testable import Embedded

@Suite("everything: what is listed")
struct EverythingListTests {
    private let service = EverythingInventory.service()
    private let client = TrialClient()

    private func list(_ kind: MCPServer.Operation.ListKind, pageSize: Int? = nil) async throws -> [JSON] {
        let service = pageSize.map { EverythingInventory.service(pageSize: $0) } ?? service
        var entries: [JSON] = []
        var cursor: String?
        repeat {
            let page = try await client.run(.list(kind, cursor: cursor), on: service)
            let members = try #require(page[kind.member]?.arrayValue)
            #expect(members.count <= pageSize ?? .max)
            #expect(!members.isEmpty)
            entries += members
            cursor = page["nextCursor"]?.stringValue
        } while cursor != nil && entries.count < 1000
        return entries
    }

    @Test("the tools are all there and no others, the harmless one first")
    func tools() async throws {
        let tools = try await list(.tools)
        let names = tools.compactMap { $0["name"]?.stringValue }
        #expect(Set(names) == Set(EverythingInventory.conformanceTools + EverythingInventory.otherTools))
        #expect(names.count == Set(names).count)
        #expect(names.first == "test_simple_text")
        for tool in tools {
            let name = try #require(tool["name"]?.stringValue)
            #expect(name.wholeMatch(of: /[A-Za-z0-9_.\/-]{1,64}/) != nil)
            #expect(tool["description"]?.stringValue?.isEmpty == false)
            #expect(tool["inputSchema"]?["type"] == "object")
        }
    }

    @Test("the schema with references, anchors and conditions is listed as it was written")
    func fullSchema() async throws {
        let tools = try await list(.tools)
        let schema = try #require(tools.first { $0["name"] == "json_schema_2020_12_tool" }?["inputSchema"])
        #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["$defs"]?["address"]?["$anchor"] == "addressDef")
        #expect(schema["properties"]?["address"] == ["$ref": "#/$defs/address"])
        #expect(schema["properties"]?["contactMethod"]?["enum"] == ["phone", "email"])
        #expect(schema["allOf"] == [["anyOf": [["required": ["phone"]], ["required": ["email"]]]]])
        for member in ["if", "then", "else"] { #expect(schema[member]?.kind == .object) }
        #expect(schema["additionalProperties"] == false)
    }

    @Test("only one tool has an argument that a header repeats")
    func header() async throws {
        let tools = try await list(.tools).filter { $0.serialized().contains("x-mcp-header") }
        #expect(tools.compactMap { $0["name"]?.stringValue } == ["test_x_mcp_header"])
        #expect(
            try await service.inputSchema(ofTool: "test_x_mcp_header", client)?["properties"]?["region"]?["x-mcp-header"]
                == "Region")
    }

    @Test("prompts, resources and templates are there")
    func others() async throws {
        let prompts = try await list(.prompts)
        #expect(prompts.compactMap { $0["name"]?.stringValue } == EverythingInventory.prompts)
        #expect(prompts.allSatisfy { $0["description"]?.stringValue?.isEmpty == false })
        let resources = try await list(.resources)
        let uris = resources.compactMap { $0["uri"]?.stringValue }
        #expect(uris.prefix(3) == ["test://static-text", "test://static-binary", "test://watched-resource"])
        #expect(uris.count > 30)
        #expect(uris.count == Set(uris).count)
        #expect(resources.allSatisfy { $0["name"]?.stringValue?.isEmpty == false })
        let templates = try await list(.resourceTemplates)
        #expect(templates.first?["uriTemplate"] == "test://template/{id}/data")
    }

    @Test("pages of any size have the same entries in the same order", arguments: [1, 3, 7, 10, 41, 1000])
    func pages(size: Int) async throws {
        for kind in MCPServer.Operation.ListKind.allCases {
            #expect(try await list(kind, pageSize: size) == list(kind))
        }
    }

    @Test(
        "a cursor that no page gave is refused",
        arguments: ["", "0", "10", "tools-", "tools-0", "tools-7", "tools-010", "tools--10", "tools-1000", "resources-10", "x"])
    func badCursor(cursor: String) async throws {
        let service = EverythingInventory.service(pageSize: 10)
        let error = await #expect(throws: MCPError.self) {
            try await client.run(.list(.tools, cursor: cursor), on: service)
        }
        guard case .invalidParams = error?.kind else {
            Issue.record("\(String(describing: error)) is not about the cursor")
            return
        }
    }

    @Test("lists say how long they may be kept, and by whom")
    func cacheHints() async throws {
        for kind in MCPServer.Operation.ListKind.allCases {
            guard case .complete(_, let hint) = try await service.perform(.list(kind), client) else {
                Issue.record("a list asks nothing")
                return
            }
            #expect(hint == CacheHint(lifetime: .seconds(300), scope: .public))
        }
    }

    @Test("everything is declared that is there")
    func capabilities() async throws {
        let profile = try await service.profile(client)
        #expect(
            profile.capabilities.json == [
                "tools": ["listChanged": true], "prompts": ["listChanged": true],
                "resources": ["subscribe": true, "listChanged": true], "completions": [:], "logging": [:],
            ])
        #expect(profile.instructions?.isEmpty == false)
        #expect(profile.identity.name == "everything")
    }

    @Test(
        "the page size is configured", arguments: [("10", true), ("1000", true), ("0", false), ("1001", false), ("ten", false)])
    func pageSize(value: String, isGood: Bool) async throws {
        let made = Result { try EmbeddedCatalogue().makeService(id: "everything", initial: ["page_size": value]) }
        guard isGood else {
            #expect(throws: EmbeddedConfigError.self) { try made.get() }
            return
        }
        let page = try await client.run(.list(.resources), on: try made.get())
        #expect(page["resources"]?.arrayValue?.count == min(41, Int(value) ?? 0))
    }
}
