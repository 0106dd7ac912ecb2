import MCPServer
import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Economy of schemas")
struct EconomyTests {
    /// A schema of so many optional members a level, so many levels deep, and one required member a level.
    private func tree(width: Int, depth: Int) -> JSON {
        var properties: JSONObject = ["must": ["type": "string", "description": "It must be there."]]
        for index in 0..<width {
            properties["m\(index)"] =
                depth == 0 ? ["type": "string", "description": "A member among many."] : tree(width: width, depth: depth - 1)
        }
        return ["type": "object", "properties": .object(properties), "required": ["must"]]
    }

    private func pruned(_ root: JSON, _ schemas: KeyValuePairs<String, JSON> = [:], budget: Int) throws -> SchemaPruner.Result {
        var table = SchemaTable()
        for (name, schema) in schemas { table[name] = schema }
        let definitions = Definitions(SchemaView(direction: .input, table: table, textLimit: 800, depthLimit: 100))
        return SchemaPruner.pruned(try #require(root.objectValue), definitions, budget: budget)
    }

    /// How deep the deepest optional member is that has members of its own.
    private func depth(_ schema: JSON) -> Int {
        let members = schema["properties"]?.objectValue?.filter { $0.value["properties"] != nil } ?? []
        return members.map { 1 + depth($0.value) }.max() ?? 0
    }

    @Test("optional members go, the deepest first, and never a required one", arguments: [200, 1_000, 4_000, 16_000])
    func prunes(budget: Int) throws {
        let whole = tree(width: 4, depth: 4)
        let result = try pruned(whole, budget: budget)
        let schema = JSON.object(result.schema)
        #expect(schema.byteCount <= budget && result.omitted > 0 && faults(in: result.schema).isEmpty)
        func check(_ part: JSON) -> Bool {
            guard let properties = part["properties"]?.objectValue else { return true }
            return properties["must"] != nil && properties.allSatisfy { check($0.value) }
        }
        #expect(check(schema))
        // More room never shows less.
        #expect(depth(schema) <= depth(JSON.object(try pruned(whole, budget: budget * 2).schema)))
    }

    @Test(
        "cycles and shared definitions are kept as references, and all of them lead somewhere", arguments: [150, 300, 600, 2_000])
    func cycles(budget: Int) throws {
        let node: JSON = [
            "type": "object", "required": ["value"],
            "properties": [
                "value": ["$ref": "#/$defs/Value"], "children": ["type": "array", "items": ["$ref": "#/$defs/Node"]],
                "parent": ["$ref": "#/$defs/Node"], "extra": ["$ref": "#/$defs/Extra"],
            ],
        ]
        let root: JSON = [
            "type": "object", "properties": ["node": ["$ref": "#/$defs/Node"], "limit": ["type": "integer"]],
            "required": ["node"],
        ]
        let result = try pruned(
            root,
            [
                "Node": node,
                "Value": [
                    "type": "object", "properties": ["v": ["type": "string", "description": "Its value."]], "required": ["v"],
                ],
                "Extra": tree(width: 5, depth: 1),
            ], budget: budget)
        #expect(faults(in: result.schema).isEmpty && result.schema.byteCount <= budget)
        #expect(result.schema["properties"]?["node"] != nil && result.schema["required"] == ["node"])
    }

    @Test("where required members alone are too much, texts go first, then what is deep in them; the members stay")
    func required() throws {
        var properties = JSONObject()
        for index in 0..<20 {
            properties["r\(index)"] = [
                "type": "object", "required": ["a"], "description": .string(String(repeating: "long text ", count: 20)),
                "properties": ["a": ["type": "object", "required": ["b"], "properties": ["b": ["type": "string"]]]],
            ]
        }
        let root: JSON = [
            "type": "object", "properties": .object(properties), "required": .array(properties.names.map { .string($0) }),
        ]
        let some = try pruned(root, budget: 5_000)
        #expect(some.schema["properties"]?["r3"]?["properties"]?["a"] != nil)
        #expect(
            some.schema["properties"]?["r3"]?["description"]?.stringValue?.hasSuffix("…") == true
                && some.schema.byteCount <= 5_000)
        let few = try pruned(root, budget: 100)
        #expect(few.schema["properties"]?.objectValue?.names == properties.names && few.omitted >= 20)
        #expect(few.schema["properties"]?["r3"] == ["type": "object"])
    }

    @Test("a tool whose schema is too large says so, and the whole of it can be read")
    func tool() throws {
        var fixture = PlanFixture(
            APIOperation("POST", "/a", body: APIRequestBody(["application/json": tree(width: 6, depth: 4)])))
        fixture.options.inputBudget = 2_000
        let (tools, _, log) = fixture.plan()
        #expect(JSON.object(tools[0].inputSchema).byteCount <= 2_000 && log.map(\.code) == [.prunedInput])
        let whole = try #require(tools[0].wholeInputSchema)
        #expect(JSON.object(whole).byteCount > 2_000 && faults(in: whole).isEmpty)
        #expect(tools[0].inputSchema["required"] == ["must"] && tools[0].inputSchema["additionalProperties"] == false)
    }

    @Test(
        "the common cap is the largest that fits",
        arguments: [([10, 20, 30], 60, Int.max), ([10, 20, 30], 50, 20), ([10, 20, 30], 9, 3), ([], 0, .max)])
    func caps(sizes: [Int], total: Int, expected: Int) {
        #expect(ListEconomy.cap(sizes, total: total) == expected)
        #expect(ListEconomy.cap(sizes, total: -1) == nil)
    }

    @Test(
        "the list is no larger than the document: outputs give first, then texts, then inputs",
        arguments: [60_000, 30_000, 14_000, 7_000])
    func list(limit: Int) throws {
        var operations: [APIOperation] = []
        for index in 0..<12 {
            operations.append(
                APIOperation(
                    "POST", "/things/\(index)/{id}", [APIParameter("id", .path, description: "Which.")],
                    body: APIRequestBody(["application/json": tree(width: 3, depth: 2)]),
                    responses: [APIResponse("200", ["application/json": tree(width: 3, depth: 2)])]))
        }
        var fixture = PlanFixture()
        fixture.api.operations = operations
        let free = fixture.plan().tools
        fixture.byteCount = limit
        fixture.options.listBudget = 0
        let (tools, _, log) = fixture.plan()
        let size = JSON.array(tools.map { .object($0.definition) }).byteCount
        #expect(size <= limit && size <= JSON.array(free.map { .object($0.definition) }).byteCount)
        #expect(log.contains { $0.code == .shortenedList })
        for (tool, before) in zip(tools, free) {
            #expect(faults(in: tool.inputSchema).isEmpty && faults(in: tool.outputSchema).isEmpty)
            #expect(tool.inputSchema["required"] == ["id", "must"])
            // While outputs can give, inputs don't.
            if limit == 60_000 { #expect(tool.inputSchema == before.inputSchema) }
        }
        #expect(fixture.plan().tools.map(\.definition) == tools.map(\.definition))
    }

    @Test("a tool's definition is the one that a server lists")
    func definition() throws {
        let tool = try PlanFixture(
            APIOperation(
                "PUT", "/a", id: "put", [APIParameter("b", .query)],
                responses: [APIResponse("200", ["application/json": ["type": "string"]])])
        ).tool()
        let served = Tool(
            name: tool.name, title: tool.title, description: tool.description, inputSchema: tool.inputSchema,
            outputSchema: tool.outputSchema,
            annotations: tool.annotations
        ) { (_: FeatureCall) in ToolResult.failure("never called") }
        #expect(JSON.object(served.definition).serialized() == JSON.object(tool.definition).serialized())
    }
}
