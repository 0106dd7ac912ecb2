import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Schemas become JSON Schema 2020-12")
struct SchemaShapeTests {
    @Test(
        "keywords of 3.0 become those of 2020-12",
        arguments: [
            ("{type: string, nullable: true}", #"{"type":["string","null"]}"#),
            ("{type: string, nullable: true, enum: [a, b]}", #"{"type":["string","null"],"enum":["a","b",null]}"#),
            ("{$ref: '#/components/schemas/S', nullable: true}", ##"{"anyOf":[{"$ref":"#/$defs/S"},{"type":"null"}]}"##),
            (
                "{nullable: true, anyOf: [{type: string}, {type: integer}]}",
                #"{"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}"#
            ),
            (
                "{nullable: true, description: d, oneOf: [{type: string}]}",
                #"{"description":"d","anyOf":[{"oneOf":[{"type":"string"}]},{"type":"null"}]}"#
            ),
            ("{type: integer, minimum: 1, exclusiveMinimum: true}", #"{"type":"integer","exclusiveMinimum":1}"#),
            ("{type: integer, maximum: 9, exclusiveMaximum: false}", #"{"type":"integer","maximum":9}"#),
            ("{type: string, example: a}", #"{"type":"string","examples":["a"]}"#),
            (
                "{type: object, x-internal: 1, xml: {name: n}, readOnly: true}",
                #"{"type":"object","xml":{"name":"n"},"readOnly":true}"#
            ),
        ] as [(String, String)])
    func of30(_ source: String, _ expected: String) throws {
        // A reference to the schema itself would be cut: it stands in a member.
        let normalised = try Sample.schemas("3.0.3", "S: {properties: {a: \(source)}}")
        #expect(normalised.api.schemas["S"]?["properties"]?["a"]?.description == expected)
        #expect(normalised.log.list.isEmpty)
    }

    @Test(
        "what 3.1 has already stays",
        arguments: [
            "true", "false", ##"{"type":["string","null"],"const":"a"}"##,
            ##"{"$ref":"#/$defs/S","description":"d","minProperties":1}"##,
            #"{"type":"array","prefixItems":[{"type":"string"}],"items":false}"#, #"{"exclusiveMinimum":3}"#,
            #"{"if":{"required":["a"]},"then":{"required":["b"]},"else":false}"#,
            #"{"type":"object","patternProperties":{"^x":true},"unevaluatedProperties":false,"dependentRequired":{"a":["b"]}}"#,
            #"{"type":"string","contentMediaType":"application/json","contentSchema":{"type":"object"}}"#,
        ] as [String])
    func of31(_ schema: String) throws {
        let source = schema.replacing("#/$defs/", with: "#/components/schemas/")
        let normalised = try Sample.schemas("3.1.0", "S: {properties: {a: \(source)}}")
        #expect(normalised.api.schemas["S"]?["properties"]?["a"]?.description == schema)
        #expect(normalised.log.list.isEmpty)
    }

    @Test(
        "invalid parts of real documents are repaired, with a warning at the part",
        arguments: [
            ("{type: int}", #"{"type":"integer"}"#, "type"),
            ("{type: file}", #"{"format":"binary","type":"string"}"#, "type"),
            ("{type: datetime}", #"{"format":"date-time","type":"string"}"#, "type"),
            ("{type: whatever}", "{}", "type"), ("{type: [], title: t}", #"{"title":"t"}"#, "type"),
            ("{type: array}", #"{"type":"array","items":{}}"#, "type"),
            ("{type: string, enum: null}", #"{"type":"string"}"#, "enum"), ("{enum: []}", "{}", "enum"),
            ("{type: string, enum: [1, 2]}", #"{"type":"string","enum":["1","2"]}"#, "enum"),
            ("{type: string, format: [a]}", #"{"type":"string"}"#, "format"),
            ("{type: integer, default: '5'}", #"{"type":"integer","default":5}"#, "default"),
            ("{type: integer, default: many}", #"{"type":"integer"}"#, "default"),
            ("{type: string, pattern: '('}", #"{"type":"string"}"#, "pattern"),
            (#"{type: string, pattern: '/^a\d$/'}"#, #"{"type":"string","pattern":"^a\\d$"}"#, "pattern"),
            ("{type: string, maxLength: -1}", #"{"type":"string"}"#, "maxLength"),
            ("{type: string, maxLength: '8'}", #"{"type":"string","maxLength":8}"#, "maxLength"),
            ("{minimum: low}", "{}", "minimum"), ("{multipleOf: 0}", "{}", "multipleOf"),
            (
                "{type: object, additionalProperties: 'false'}", #"{"type":"object","additionalProperties":false}"#,
                "additionalProperties"
            ),
            ("{type: object, required: [a, 1, a]}", #"{"type":"object","required":["a"]}"#, "required"),
            ("{allOf: []}", "{}", "allOf"), ("{anyOf: {type: string}}", #"{"anyOf":[{"type":"string"}]}"#, "anyOf"),
            ("{items: [{type: string}, {type: integer}]}", #"{"prefixItems":[{"type":"string"},{"type":"integer"}]}"#, "items"),
            ("{deprecated: maybe}", "{}", "deprecated"), ("{properties: [a]}", "{}", "properties"),
        ] as [(String, String, String)])
    func repaired(_ source: String, _ expected: String, _ keyword: String) throws {
        let schema = try Sample.schema("3.0.0", source)
        #expect(schema.text == expected)
        #expect(schema.said == ["warning repaired-schema /components/schemas/S/\(keyword)"])
    }

    @Test("a member that says it is required is required by the object around it")
    func requiredMember() throws {
        let schema = try Sample.schema(
            "3.0.0", "{type: object, properties: {a: {type: string, required: true}, b: {required: false}}}")
        #expect(schema.text == #"{"type":"object","properties":{"a":{"type":"string"},"b":{}},"required":["a"]}"#)
        #expect(schema.said == ["warning repaired-schema /components/schemas/S/properties/a/required"])
    }

    @Test("what a pattern can't be judged by here is a pattern all the same")
    func lookahead() throws {
        #expect(try Sample.schema("3.1.0", "{pattern: '^(?=a).*$'}").text == #"{"pattern":"^(?=a).*$"}"#)
    }

    @Test(
        "an allOf is merged where the result says the same",
        arguments: [
            ("{allOf: [{$ref: '#/components/schemas/B'}]}", ##"{"$ref":"#/$defs/B"}"##),
            ("{allOf: [{$ref: '#/components/schemas/B'}, {description: d}]}", ##"{"$ref":"#/$defs/B","description":"d"}"##),
            ("{type: object, allOf: [{$ref: '#/components/schemas/B'}]}", ##"{"$ref":"#/$defs/B"}"##),
            (
                "{allOf: [{$ref: '#/components/schemas/B'}, {properties: {c: {type: integer}}, required: [c]}]}",
                #"{"type":"object","properties":{"b":{"type":"string"},"c":{"type":"integer"}},"required":["c"]}"#
            ),
            (
                "{allOf: [{properties: {a: {type: string}}}, {properties: {a: {maxLength: 3}}}]}",
                #"{"properties":{"a":{"allOf":[{"type":"string"},{"maxLength":3}]}}}"#
            ),
        ] as [(String, String)])
    func merged(_ source: String, _ expected: String) throws {
        let normalised = try Sample.schemas("3.1.0", "S: \(source)\nB: {type: object, properties: {b: {type: string}}}")
        #expect(normalised.api.schemas["S"]?.description == expected)
    }

    @Test(
        "an allOf is kept where its parts look at each other's members, or are no plain objects",
        arguments: [
            #"{"allOf":[{"properties":{"a":true},"additionalProperties":false},{"properties":{"b":true}}]}"#,
            #"{"allOf":[{"properties":{"a":true}},{"oneOf":[{"required":["a"]},{"required":["b"]}]}]}"#,
            #"{"type":"string","allOf":[{"minLength":1}]}"#,
        ] as [String])
    func kept(_ schema: String) throws {
        #expect(try Sample.schema("3.1.0", schema).text == schema)
    }

    @Test("nesting stops at the limit, with a warning")
    func depth() throws {
        var options = CompileOptions()
        options.limits.schemaDepth = 3
        let deep = "{items: {items: {items: {items: {}}}}}"
        let normalised = try Normalised(
            "{openapi: 3.1.0, info: {title: t}, paths: {/a: {get: {parameters: [{name: q, in: query, schema: \(deep)}]}}}}",
            options)
        #expect(normalised.api.operations[0].parameters[0].schema.description == #"{"items":{"items":{"items":true}}}"#)
        #expect(normalised.said == ["warning too-deep /paths/~1a/get/parameters/0/schema/items/items/items"])
    }
}
