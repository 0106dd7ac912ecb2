import Testing
import Wire

@testable import ModelRelay

@Suite("Values that are made from schemas")
struct SimulatedValueTests {
    @Test(
        "They are what the schema allows",
        arguments: [
            ["type": "string", "minLength": 20], ["type": "string", "maxLength": 2],
            ["type": "integer", "minimum": 5, "multipleOf": 4],
            ["type": "integer", "maximum": -5, "multipleOf": 3], ["type": "number", "exclusiveMinimum": 3],
            ["type": "number", "minimum": 0, "maximum": 0.25], ["type": "boolean"], ["type": "null"],
            ["type": ["null", "string"]],
            ["enum": ["a", "b"]], ["const": [1, 2]], ["type": "array", "items": ["type": "integer"], "minItems": 3],
            ["type": "array", "maxItems": 0], ["type": "array", "prefixItems": [["type": "string"], ["type": "boolean"]]],
            ["anyOf": [["type": "null"], ["type": "object", "properties": ["a": ["type": "string"]], "required": ["a"]]]],
            [
                "allOf": [["properties": ["a": ["type": "string"]]], ["properties": ["b": ["type": "integer"]]]],
                "required": ["a", "b"], "type": "object",
            ],
            [
                "type": "object", "required": ["next"], "properties": ["next": ["$ref": "#/$defs/node"]],
                "$defs": [
                    "node": ["type": "object", "properties": ["next": ["$ref": "#/$defs/node"], "value": ["type": "string"]]]
                ],
            ],
            ["type": "string", "format": "date-time"], ["type": "string", "format": "uuid"], [:], true,
        ] as [JSON])
    func valid(schema: JSON) throws {
        let value = SimulatedValue.make(schema)
        let compiled = try #require(JSONSchema.compile(schema).schema)
        #expect(compiled.validate(value).isEmpty, "\(value)")
        #expect(SimulatedValue.make(schema) == value)
    }

    @Test("A schema that branches everywhere, refers to itself or is absurd ends")
    func bounded() {
        let everywhere: JSON = .object(
            JSONObject((0..<50).map { ("p\($0)", JSON.object(["$ref": "#"])) }))
        let root: JSON = ["type": "object", "properties": everywhere, "required": .array((0..<50).map { .string("p\($0)") })]
        #expect(SimulatedValue.make(root).serialized().utf8.count < 100_000)
        #expect(SimulatedValue.make(["$ref": "#"]).isNull)
        #expect(SimulatedValue.make(["$ref": "https://a.example/schema"]).isNull)
        _ = SimulatedValue.make(["type": "integer", "maximum": .integer(Int64.min), "multipleOf": .integer(Int64.max)])
        _ = SimulatedValue.make(["type": "integer", "minimum": .integer(Int64.max), "multipleOf": .integer(Int64.max - 1)])
        _ = SimulatedValue.make(["type": "integer", "exclusiveMinimum": .integer(Int64.max)])
        _ = SimulatedValue.make(["type": "string", "minLength": .integer(Int64.max), "maxLength": -4])
        _ = SimulatedValue.make(["type": "array", "minItems": .integer(Int64.max), "items": 7])
    }
}
