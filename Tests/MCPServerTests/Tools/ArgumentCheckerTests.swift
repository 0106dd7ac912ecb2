import Testing
import Wire

@testable import MCPServer

@Suite("arguments of embedded tools")
struct ArgumentCheckerTests {
    private let schema: JSONObject = [
        "type": "object",
        "properties": [
            "text": ["type": "string", "minLength": 1, "maxLength": 3], "count": ["type": "integer", "minimum": 1, "maximum": 9],
            "mode": ["enum": ["fast", "slow"]], "both": ["type": ["string", "null"]], "flag": ["type": "boolean"],
            "id": ["pattern": "^[A-Z]-[0-9]+$"], "either": ["anyOf": [["type": "string"], ["type": "null"]]],
            "one": ["oneOf": [["const": "a", "title": "A"], ["const": "b", "title": "B"]]], "set": ["uniqueItems": true],
            "tree": ["$ref": "#/$defs/tree"],
            "list": ["type": "array", "items": ["type": "object", "required": ["id"]], "maxItems": 2],
        ],
        "required": ["text"], "additionalProperties": false,
        "$defs": ["tree": ["type": "object", "properties": ["next": ["$ref": "#/$defs/tree"]]]],
    ]

    @Test(
        "what fits is let through",
        arguments: [
            ["text": "a"], ["text": "äöü", "count": 9, "mode": "fast", "both": nil, "flag": false, "list": [["id": 1]]],
            ["text": "a", "count": 1.0], ["text": "a", "both": "x"],
            ["text": "a", "id": "A-7", "either": nil, "one": "b", "set": [1, 2], "tree": ["next": ["next": [:]]]],
        ] as [JSONObject])
    func good(arguments: JSONObject) {
        #expect(ArgumentChecker(schema: schema).fault(in: arguments) == nil)
    }

    @Test(
        "what does not is named, with what was expected",
        arguments: [
            ([:], "arguments.text is missing"), (["text": 7], "arguments.text must be a string, not a number"),
            (["text": nil], "arguments.text must be a string, not null"), (["text": ""], "arguments.text must have at least 1"),
            (["text": "abcd"], "arguments.text must have at most 3"),
            (["text": "a", "count": 1.5], "arguments.count must be an integer"),
            (["text": "a", "count": 0], "arguments.count must be at least 1"),
            (["text": "a", "count": 10], "arguments.count must be at most 9"),
            (["text": "a", "mode": "x"], #"arguments.mode must be one of "fast", "slow""#),
            (["text": "a", "both": 7], "arguments.both must be a string or null, not a number"),
            (["text": "a", "list": [["id": 1], [:]]], "arguments.list[1].id is missing"),
            (["text": "a", "list": [["id": 1], ["id": 2], ["id": 3]]], "arguments.list must have at most 2"),
            (["text": "a", "other": 1], "arguments.other is not known; known are text, count"),
            (["text": "a", "id": "A-7x"], "arguments.id must match ^[A-Z]-[0-9]+$"),
            (["text": "a", "either": 7], "arguments.either must be a string or null, not a number"),
            (["text": "a", "one": "c"], #"arguments.one must be one of "a", "b""#),
            (["text": "a", "set": [1, 1.0]], "arguments.set must have no equal elements"),
            (["text": "a", "tree": ["next": ["next": 7]]], "arguments.tree.next.next must be an object, not a number"),
        ] as [(JSONObject, String)])
    func bad(arguments: JSONObject, message: String) throws {
        let fault = try #require(ArgumentChecker(schema: schema).fault(in: arguments))
        #expect(fault.hasPrefix(message), "\(fault)")
    }
}

@Suite("tools whose schemas are wrong")
struct ArgumentCheckerSchemaTests {
    @Test("no arguments are good by a schema that can't be used, and why is told to whoever made it")
    func unusable() {
        let checker = ArgumentChecker(schema: ["type": "object", "properties": ["a": ["type": "text"]]])
        #expect(checker.fault(in: [:]) == "arguments can't be checked: the schema is not valid")
        #expect(checker.diagnostics.first?.pointer.description == "/properties/a/type")
    }

    @Test("places and names of a caller are told in part only")
    func long() throws {
        let schema: JSONObject = ["additionalProperties": ["additionalProperties": false]]
        let name = String(repeating: "n", count: 5000)
        let fault = try #require(ArgumentChecker(schema: schema).fault(in: [name: [name: 1]]))
        #expect(fault.utf8.count < 300)
    }
}

@Suite("a set of tools")
struct ToolSetTests {
    private func tools(_ count: Int) -> ToolSet {
        let tools = (0..<count).map { number in
            Tool(name: "t\(number)", description: "Tool.", inputSchema: ["type": "object"]) { _, _ in .text("\(number)") }
        }
        return ToolSet(identity: Implementation(name: "set", version: "1"), tools: tools, pageSize: 3)
    }

    @Test("is listed in pages, in order, each tool once", arguments: [0, 1, 3, 4, 9])
    func pages(count: Int) async {
        let exchange = Exchange(tools(count))
        var names: [String] = []
        var params = JSONObject()
        for _ in 0..<10 {
            let page = await exchange.modern("tools/list", params).result
            names += page?["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
            guard let next = page?["nextCursor"] else { break }
            params["cursor"] = next
        }
        #expect(names == (0..<count).map { "t\($0)" })
    }

    @Test(
        "a cursor that was not given is refused", arguments: ["", "tools-0", "tools-2", "tools-9", "tools-03", "tools--3", "x"])
    func cursors(cursor: String) async {
        let answer = await Exchange(tools(9)).modern("tools/list", ["cursor": .string(cursor)])
        #expect(answer.code == -32602)
    }

    @Test("a tool that fails in its own way tells the client nothing of how")
    func failures() async throws {
        struct Leak: Error {}
        let set = ToolSet(
            identity: Implementation(name: "set", version: "1"),
            tools: [
                Tool(name: "leak", description: "", inputSchema: ["type": "object"]) { _, _ in throw Leak() },
                Tool(name: "fail", description: "", inputSchema: ["type": "object"]) { _, _ in .failure("no such file") },
            ])
        let exchange = Exchange(set)
        #expect(await exchange.modern("tools/call", ["name": "leak"]).message == "Internal error")
        let failed = await exchange.modern("tools/call", ["name": "fail"])
        #expect(failed.result?["isError"] == true)
        #expect(failed.result?["content"]?[0]?["text"] == "no such file")
    }
}
