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
            "list": ["type": "array", "items": ["type": "object", "required": ["id"]], "maxItems": 2],
        ],
        "required": ["text"], "additionalProperties": false,
    ]

    @Test(
        "what fits is let through",
        arguments: [
            ["text": "a"], ["text": "äöü", "count": 9, "mode": "fast", "both": nil, "flag": false, "list": [["id": 1]]],
            ["text": "a", "count": 1.0], ["text": "a", "both": "x"],
        ] as [JSONObject])
    func good(arguments: JSONObject) {
        #expect(ArgumentChecker.fault(in: arguments, schema: schema) == nil)
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
        ] as [(JSONObject, String)])
    func bad(arguments: JSONObject, message: String) throws {
        let fault = try #require(ArgumentChecker.fault(in: arguments, schema: schema))
        #expect(fault.hasPrefix(message), "\(fault)")
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
