import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Answers of tools")
struct ToolAnswerTests {
    private let pet: JSON = ["type": "object", "properties": ["id": ["type": "integer"]], "required": ["id"]]

    private func tool(_ responses: APIResponse...) throws -> ToolPlan {
        try PlanFixture(APIOperation("GET", "/a", responses: responses), schemas: ["Pet": pet]).tool()
    }

    @Test("an object is the structured content itself")
    func object() throws {
        let tool = try tool(
            APIResponse("200", ["application/json": ["$ref": "#/$defs/Pet"]]), APIResponse("404", ["application/json": true]))
        #expect(tool.outputSchema == ["type": "object", "properties": ["id": ["type": ["integer", "null"]]]])
        #expect(!tool.result.wraps && tool.result.responses.count == 2)
    }

    @Test(
        "anything else is wrapped",
        arguments: [
            ["type": "array", "items": ["$ref": "#/$defs/Pet"]], ["type": "string"],
            ["type": ["object", "null"], "properties": [:]],
            ["oneOf": [["$ref": "#/$defs/Pet"], ["type": "string"]]],
        ] as [JSON])
    func wrapped(schema: JSON) throws {
        let tool = try tool(APIResponse("200", ["application/json": schema]))
        #expect(tool.result.wraps && tool.outputSchema?["properties"]?.objectValue?.names == ["result"])
        #expect(faults(in: tool.outputSchema).isEmpty)
        let output = try #require(tool.outputSchema)
        let compiled = try #require(JSONSchema.compile(.object(output)).schema)
        #expect(compiled.isValid(["result": nil]) && compiled.isValid([:]))
    }

    @Test("several successes are alternatives; without one of them what is said of all answers counts")
    func several() throws {
        let both = try tool(
            APIResponse("200", ["application/json": ["$ref": "#/$defs/Pet"]]),
            APIResponse("202", ["application/json": ["type": "object", "properties": ["job": [:]]]]),
            APIResponse("204"))
        #expect(
            both.outputSchema?["anyOf"]?.arrayValue?.count == 2 && !both.result.wraps && both.outputSchema?["type"] == "object")
        let standard = try tool(APIResponse("default", ["application/json": ["$ref": "#/$defs/Pet"]]))
        #expect(standard.outputSchema != nil)
        let same = try tool(
            APIResponse("200", ["application/json": ["$ref": "#/$defs/Pet"]]),
            APIResponse("201", ["application/json": ["$ref": "#/$defs/Pet"]]))
        #expect(same.outputSchema?["anyOf"] == nil)
    }

    @Test(
        "what is not data has no schema",
        arguments: [
            ["text/plain": ["type": "string"]], ["image/png": ["type": "string", "format": "binary"]], ["application/json": true],
            ["application/xml": ["type": "string"]], [:],
        ] as [KeyValuePairs<String, JSON>])
    func none(contents: KeyValuePairs<String, JSON>) throws {
        #expect(try tool(APIResponse("200", contents)).outputSchema == nil)
    }

    @Test("XML is data where it is an object")
    func xml() throws {
        #expect(try tool(APIResponse("200", ["application/xml": ["$ref": "#/$defs/Pet"]])).outputSchema != nil)
    }

    @Test("the operator may do without output schemas")
    func off() throws {
        var fixture = PlanFixture(
            APIOperation("GET", "/a", responses: [APIResponse("200", ["application/json": ["type": "string"]])]))
        fixture.options.structuredOutput = false
        let tool = try fixture.tool()
        #expect(tool.outputSchema == nil && tool.result.wraps)
    }

    @Test("data is asked for first, and nothing that can't stand in a field")
    func accept() throws {
        let tool = try tool(
            APIResponse(
                "200", ["text/event-stream": true, "application/xml": true, "application/json": true, "a b\r\nX: y": true]))
        #expect(tool.result.accept == "application/json, application/xml;q=0.8, text/event-stream;q=0.7, */*;q=0.1")
        #expect(try self.tool(APIResponse("204")).result.accept == "*/*")
    }
}
