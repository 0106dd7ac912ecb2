import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Schemas as models see them")
struct SchemaViewTests {
    private func view(
        _ schema: JSON, _ direction: SchemaView.Direction, _ schemas: KeyValuePairs<String, JSON> = [:], text: Int = 800
    ) -> JSON {
        var table = SchemaTable()
        for (name, schema) in schemas { table[name] = schema }
        return SchemaView(direction: direction, table: table, textLimit: text, depthLimit: 50).schema(schema)
    }

    @Test(
        "what goes in keeps what a value must fulfil, and loses what says nothing to a model",
        arguments: [
            (
                [
                    "type": "string", "minLength": 2, "pattern": "^a", "xml": ["name": "x"], "externalDocs": ["url": "u"],
                    "x-go": 1,
                    "default": "ab", "examples": ["abc", "abd", "abe"],
                ], ["type": "string", "minLength": 2, "pattern": "^a", "default": "ab", "examples": ["abc", "abd"]]
            ),
            (["type": "integer", "format": "int64", "minimum": 1], ["type": "integer", "minimum": 1]),
            (["allOf": [["$ref": "#/$defs/A"]], "description": "d"], ["$ref": "#/$defs/A", "description": "d"]),
            (["anyOf": [["type": "string", "maxLength": 3], ["type": "null"]]], ["type": ["string", "null"], "maxLength": 3]),
            (["anyOf": [["$ref": "#/$defs/A"], ["type": "null"]]], ["anyOf": [["$ref": "#/$defs/A"], ["type": "null"]]]),
            (
                ["type": "object", "properties": ["a": true, "b": false]],
                ["type": "object", "properties": ["a": [:], "b": ["not": [:]]]]
            ),
            (["type": ["string"], "required": ["a", "a"], "minimum": "1"], ["type": "string", "required": ["a"]]),
            (["type": "object", "title": "Name"], ["type": "object", "title": "Name"]), (["$ref": "#/$defs/None"], [:]),
            (["enum": ["null"], "anyOf": []], ["enum": ["null"]]),
        ] as [(JSON, JSON)])
    func input(source: JSON, expected: JSON) { #expect(view(source, .input, ["A": ["type": "object"]]) == expected) }

    @Test("members that only the API sets are no input, and are not required of a part either")
    func readOnly() {
        let schema: JSON = [
            "allOf": [["$ref": "#/$defs/Base"], ["type": "object", "properties": ["name": ["type": "string"]]]],
            "required": ["id", "name"],
        ]
        let base: JSON = ["type": "object", "properties": ["id": ["type": "string", "readOnly": true]], "required": ["id"]]
        #expect(view(schema, .input, ["Base": base])["required"] == ["name"])
        #expect(view(base, .input) == ["type": "object"])
        #expect(
            view(["type": "object", "properties": ["key": ["$ref": "#/$defs/Secret"]]], .output, ["Secret": ["writeOnly": true]])
                == ["type": "object"])
    }

    @Test("what comes out is only a shape: nothing in it can refuse an answer that deviates a little")
    func output() {
        let schema: JSON = [
            "type": "object", "required": ["id", "kind"], "additionalProperties": false,
            "properties": [
                "id": ["type": "string", "format": "uuid", "minLength": 36], "kind": ["enum": ["cat", "dog"], "type": "string"],
                "tags": ["type": "array", "items": ["type": "string"], "minItems": 1],
                "size": ["oneOf": [["type": "integer"], ["$ref": "#/$defs/Size"]]],
            ],
        ]
        #expect(
            view(schema, .output, ["Size": ["type": "object"]]) == [
                "type": "object",
                "properties": [
                    "id": ["type": ["string", "null"]], "kind": ["type": ["string", "null"], "description": "One of: cat, dog"],
                    "tags": ["type": ["array", "null"], "items": ["type": ["string", "null"]]],
                    "size": ["anyOf": [["type": ["integer", "null"]], ["$ref": "#/$defs/Size"]]],
                ],
            ])
    }

    @Test("a discriminator becomes a constant of each alternative, unless the alternative says it itself")
    func discriminator() {
        let schema: JSON = [
            "oneOf": [["$ref": "#/$defs/Cat"], ["$ref": "#/$defs/Dog"]],
            "discriminator": ["propertyName": "kind", "mapping": ["cat": "#/$defs/Cat", "dog": "#/$defs/Dog"]],
        ]
        let cat: JSON = ["type": "object", "properties": ["kind": ["type": "string"]]]
        let dog: JSON = ["type": "object", "properties": ["kind": ["const": "dog"]]]
        let seen = view(schema, .input, ["Cat": cat, "Dog": dog])
        #expect(
            seen == [
                "oneOf": [
                    ["$ref": "#/$defs/Cat", "properties": ["kind": ["const": "cat"]], "required": ["kind"]],
                    ["$ref": "#/$defs/Dog"],
                ]
            ])
        let base: JSON = ["type": "object", "discriminator": ["propertyName": "kind", "mapping": ["cat": "#/$defs/Cat"]]]
        #expect(view(base, .input)["description"] == "`kind` tells the kind: cat.")
    }

    @Test("a schema deeper than the limit ends in one that accepts everything")
    func deep() {
        var schema: JSON = ["type": "string"]
        for _ in 0..<200 { schema = ["type": "array", "items": schema] }
        var seen = view(schema, .input)
        var depth = 0
        while let items = seen["items"] {
            seen = items
            depth += 1
        }
        #expect(depth == 50 && seen == [:])
    }

    @Test("definitions come with what they need, cycles included; those used once are put in their place")
    func definitions() throws {
        let node: JSON = ["type": "object", "properties": ["next": ["$ref": "#/$defs/Node"], "data": ["$ref": "#/$defs/Data"]]]
        let fixture = PlanFixture(
            APIOperation(
                "POST", "/a",
                body: APIRequestBody(["application/json": ["type": "object", "properties": ["tree": ["$ref": "#/$defs/Node"]]]])),
            schemas: [
                "Node": node, "Data": ["type": "object", "properties": ["x": ["type": "integer"]]], "Unused": ["type": "string"],
            ])
        let tool = try fixture.tool()
        #expect(tool.inputSchema["properties"] == ["tree": ["$ref": "#/$defs/Node"]])
        #expect(
            tool.inputSchema["$defs"] == [
                "Node": [
                    "type": "object",
                    "properties": [
                        "next": ["$ref": "#/$defs/Node"], "data": ["type": "object", "properties": ["x": ["type": "integer"]]],
                    ],
                ]
            ])
        #expect(faults(in: tool.inputSchema).isEmpty && tool.wholeInputSchema == nil)
    }

    @Test("the size of a value is known without writing it", arguments: ["a\"\\\n\u{1}é", "", "\u{7F}\u{8}\u{C}\r\t"])
    func byteCount(text: String) {
        let value: JSON = ["a": .array([.string(text), 1, 1.5, true, false, nil, [:], []]), "b": [:]]
        #expect(value.byteCount == value.serializedBytes().count)
    }
}
