import Testing
import Wire

@Suite("hostile schemas and values")
struct JSONSchemaHostileTests {
    private func compiled(_ text: String, _ options: JSONSchemaOptions = .standard) throws -> JSONSchema {
        let compilation = JSONSchema.compile(try JSON.parse(text, limits: JSONLimits(maximumDepth: 1024)), options: options)
        return try #require(compilation.schema, "\(compilation.diagnostics)")
    }

    @Test(
        "a schema that goes round without looking further into the value can't judge",
        arguments: [
            ##"{"$ref":"#"}"##, ##"{"allOf":[{"$ref":"#"}]}"##, ##"{"not":{"$ref":"#"}}"##, ##"{"anyOf":[{"$ref":"#"},true]}"##,
            ##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"if":{"$ref":"#/$defs/a"}}}}"##,
            ##"{"$dynamicAnchor":"n","oneOf":[{"$dynamicRef":"#n"}]}"##,
        ])
    func loops(text: String) throws {
        let violations = try compiled(text).validate(1)
        #expect(violations.map(\.isUndecided) == [true])
        #expect(violations.first?.message.contains("refers to itself") == true)
    }

    @Test("one that looks further into the value is no loop")
    func consuming() throws {
        var value: JSON = 1
        for _ in 0..<100 { value = [value] }
        #expect(try compiled(##"{"items":{"$ref":"#"}}"##).isValid(value))
    }

    @Test(
        "references that double at each step end in one violation",
        arguments: [("allOf", "x"), ("oneOf", 1), ("anyOf", 1)] as [(String, JSON)])
    func exponential(keyword: String, value: JSON) throws {
        var definitions = JSONObject()
        for level in 0..<40 {
            let next: JSON = ["$ref": .string("#/$defs/d\(level + 1)")]
            definitions["d\(level)"] = .object([keyword: [["not": ["not": next]], next]])
        }
        definitions["d40"] = ["type": "string"]
        var options = JSONSchemaOptions()
        options.limits.maximumSteps = 50_000
        let schema = try compiled(JSON.object(["$ref": "#/$defs/d0", "$defs": .object(definitions)]).serialized(), options)
        let violations = schema.validate(value)
        #expect(violations.map(\.message) == ["is too complex to be judged by this schema"])
        #expect(violations.map(\.isUndecided) == [true])
    }

    @Test("depth of schemas within each other is bounded while judging")
    func deepValues() throws {
        var value: JSON = 1
        for _ in 0..<1000 { value = [value] }
        #expect(try compiled(##"{"items":{"$ref":"#"}}"##).validate(value).map(\.isUndecided) == [true])
    }

    @Test("a schema that is too deep is refused")
    func deepSchemas() throws {
        for opening in [#"{"not":"#, #"{"allOf":["#, #"{"enum":[["#] {
            let closing = opening.hasSuffix("[[") ? "]]}" : opening.hasSuffix("[") ? "]}" : "}"
            let text = String(repeating: opening, count: 300) + "true" + String(repeating: closing, count: 300)
            let document = try JSON.parse(text, limits: JSONLimits(maximumDepth: 1024))
            let compilation = JSONSchema.compile(document)
            #expect(compilation.schema == nil && compilation.diagnostics.map(\.severity) == [.error])
        }
    }

    @Test("a schema that is too large is refused, whatever it is large in")
    func large() throws {
        var options = JSONSchemaOptions()
        options.limits.maximumSubschemas = 100
        options.limits.maximumEnumValues = 10
        options.limits.maximumValues = 1000
        for document in [
            ["allOf": .array(Array(repeating: true, count: 200))], ["enum": .array((0..<11).map { .integer($0) })],
            ["examples": .array((0..<2000).map { .integer($0) })],
        ] as [JSON] {
            #expect(JSONSchema.compile(document, options: options).schema == nil)
        }
    }

    @Test(
        "patterns that make others backtrack take linear time",
        arguments: ["(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$"])
    func patterns(pattern: String) throws {
        let schema = try compiled(JSON.object(["pattern": .string(pattern)]).serialized())
        let violations = schema.validate(.string(String(repeating: "a", count: 20_000) + "!"))
        #expect(violations.map(\.isUndecided) == [false])
    }

    @Test(
        "patterns that are too large or have no bound are left out, and that is said; or the schema is refused",
        arguments: [
            "(a{1000}){1000}", "(?=a)b", #"(a)\1"#, "(?<!a)b", "[", "a{2,1}", "*a", #"\p{Script=Latin}"#,
            String(repeating: "(", count: 5000),
        ])
    func unsupported(pattern: String) throws {
        let document: JSON = [
            "pattern": .string(pattern), "patternProperties": .object([pattern: false]), "additionalProperties": false,
        ]
        let compilation = JSONSchema.compile(document)
        #expect(compilation.diagnostics.map(\.severity) == [.warning, .warning])
        let schema = try #require(compilation.schema)
        // Whether a member is additional is not known without the pattern.
        #expect(schema.isValid("anything") && schema.isValid(["a": 1]))
        var options = JSONSchemaOptions()
        options.unsupportedPatterns = .refuse
        #expect(JSONSchema.compile(document, options: options).schema == nil)
    }

    @Test("a costly pattern on a long text ends by the steps that are allowed")
    func patternCost() throws {
        var options = JSONSchemaOptions()
        options.limits.maximumSteps = 10_000
        let schema = try compiled(#"{"pattern":"(a?){200}b"}"#, options)
        #expect(schema.validate(.string(String(repeating: "a", count: 100_000))).map(\.isUndecided) == [true])
        #expect(schema.validate("ab") == [])
    }

    @Test("many elements are told apart in linear time, within the steps")
    func unique() throws {
        let elements = (0..<50_000).map { JSON.integer($0) }
        let schema = try compiled(#"{"uniqueItems":true}"#)
        #expect(schema.isValid(.array(elements)))
        #expect(schema.validate(.array(elements + [.integer(7)])).map(\.keyword) == ["uniqueItems"])
    }

    @Test("no more violations are kept than allowed")
    func manyViolations() throws {
        let value = JSON.array(Array(repeating: nil, count: 1000))
        #expect(try compiled(#"{"items":{"type":"string"}}"#).validate(value).count == 20)
    }

    @Test(
        "keywords of the wrong kind are errors that name their place",
        arguments: [
            (#"{"type":"text"}"#, "/type"), (#"{"type":[1]}"#, "/type"), (#"{"enum":1}"#, "/enum"),
            (#"{"minLength":-1}"#, "/minLength"),
            (#"{"minLength":1.5}"#, "/minLength"), (#"{"multipleOf":0}"#, "/multipleOf"), (#"{"minimum":"1"}"#, "/minimum"),
            (#"{"pattern":1}"#, "/pattern"), (#"{"properties":[]}"#, "/properties"),
            (#"{"properties":{"a":1}}"#, "/properties/a"),
            (#"{"allOf":[]}"#, "/allOf"), (#"{"anyOf":{}}"#, "/anyOf"), (#"{"items":[]}"#, "/items"),
            (#"{"required":"a"}"#, "/required"),
            (#"{"dependentRequired":{"a":"b"}}"#, "/dependentRequired/a"), (#"{"uniqueItems":1}"#, "/uniqueItems"),
            (#"{"$ref":1}"#, "/$ref"),
            (#"{"$id":1}"#, "/$id"), (#"{"$anchor":""}"#, "/$anchor"), (#"{"$schema":1}"#, "/$schema"),
            (#"{"format":1}"#, "/format"), ("7", ""),
            (#"{"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}}"#, "/$defs/"),
        ])
    func malformed(text: String, place: String) throws {
        let compilation = JSONSchema.compile(try JSON.parse(text))
        #expect(compilation.schema == nil)
        #expect(compilation.diagnostics.first?.severity == .error)
        #expect(compilation.diagnostics.first?.pointer.description.hasPrefix(place) == true, "\(compilation.diagnostics)")
    }
}
