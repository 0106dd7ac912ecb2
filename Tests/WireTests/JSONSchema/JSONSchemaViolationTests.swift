import Testing
import Wire

@Suite("violations of a JSON Schema")
struct JSONSchemaViolationTests {
    private let schema: JSON = [
        "type": "object",
        "properties": [
            "list": ["type": "array", "items": ["$ref": "#/$defs/item"], "maxItems": 2], "mode": ["enum": ["fast", "slow"]],
            "count": ["type": "integer", "minimum": 1], "never": false,
        ],
        "required": ["list"], "additionalProperties": false, "$defs": ["item": ["type": "string", "minLength": 2]],
    ]

    @Test(
        "tell the value, the keyword's place in the document, and what was expected",
        arguments: [
            (#"{}"#, "", "/required", #"must have the member "list""#), ("[]", "", "/type", "must be an object, not an array"),
            (#"{"list":["a"]}"#, "/list/0", "/$defs/item/minLength", "must have at least 2 characters"),
            (#"{"list":["ab",1]}"#, "/list/1", "/$defs/item/type", "must be a string, not a number"),
            (#"{"list":["ab","ab","ab"]}"#, "/list", "/properties/list/maxItems", "must have at most 2 elements"),
            (#"{"list":[],"mode":"x"}"#, "/mode", "/properties/mode/enum", #"must be one of "fast", "slow""#),
            (#"{"list":[],"count":0.0}"#, "/count", "/properties/count/minimum", "must be at least 1"),
            (#"{"list":[],"other":1}"#, "/other", "/additionalProperties", "is not known; known are list, mode, count, never"),
            (#"{"list":[],"never":1}"#, "/never", "/properties/never", "is not allowed"),
        ])
    func places(text: String, instance: String, keyword: String, message: String) throws {
        let compiled = try #require(JSONSchema.compile(schema).schema)
        let violations = compiled.validate(try JSON.parse(text))
        #expect(violations.map(\.instance.description) == [instance])
        #expect(violations.map(\.schema.description) == [keyword])
        #expect(violations.map(\.message) == [message])
    }

    @Test("all are found, those of a value before those of its parts")
    func all() throws {
        let compiled = try #require(JSONSchema.compile(schema).schema)
        let violations = compiled.validate(["list": ["a", 1, "b"], "mode": "x", "count": 0.5])
        #expect(violations.map(\.instance.description) == ["/list", "/list/0", "/list/1", "/list/2", "/mode", "/count"])
        #expect(violations.map(\.keyword) == ["maxItems", "minLength", "type", "minLength", "enum", "type"])
    }

    @Test(
        "alternatives tell what they have in common",
        arguments: [
            (#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, "7", "must be a string or null, not a number"),
            (#"{"oneOf":[{"const":"a"},{"const":"b"}]}"#, "\"c\"", #"must be one of "a", "b""#),
            (#"{"anyOf":[{"minimum":2},{"type":"null"}]}"#, "1", "must fit one of 2 alternatives, but fits none"),
            (#"{"oneOf":[true,true]}"#, "1", "must fit exactly one of 2 alternatives, but fits more"),
        ])
    func alternatives(schema: String, value: String, message: String) throws {
        let compiled = try #require(JSONSchema.compile(try JSON.parse(schema)).schema)
        #expect(compiled.validate(try JSON.parse(value)).map(\.message) == [message])
    }

    @Test("never repeat a value, and only the beginning of a name")
    func secrets() throws {
        let secret = "sk-" + String(repeating: "x", count: 500)
        let schema: JSON = [
            "properties": ["a": ["enum": [1], "const": 2, "pattern": "^$", "maxLength": 1, "format": "uri"]],
            "additionalProperties": false,
            "propertyNames": ["maxLength": 64],
        ]
        var options = JSONSchemaOptions()
        options.assertsFormats = true
        let compiled = try #require(JSONSchema.compile(schema, options: options).schema)
        let violations = compiled.validate(["a": .string(secret), secret: 1])
        #expect(violations.count == 7)
        #expect(violations.allSatisfy { !$0.message.contains(secret) })
        #expect(violations.filter { $0.instance.description == "/a" }.allSatisfy { !$0.message.contains("sk-") })
    }
}
