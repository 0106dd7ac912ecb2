import Testing
import Wire

/// A schema with values that are valid and values that are not, all as JSON text.
struct SchemaCase: Sendable, CustomTestStringConvertible {
    let schema: String
    let valid: [String]
    let invalid: [String]

    init(_ schema: String, valid: [String], invalid: [String]) {
        self.schema = schema
        self.valid = valid
        self.invalid = invalid
    }

    var testDescription: String { schema }

    func check(_ options: JSONSchemaOptions = .standard) throws {
        let compilation = JSONSchema.compile(try JSON.parse(schema), options: options)
        let compiled = try #require(compilation.schema, "\(compilation.diagnostics)")
        for text in valid {
            #expect(compiled.validate(try JSON.parse(text)) == [], "\(text) is valid")
        }
        for text in invalid {
            let value = try JSON.parse(text)
            let violations = compiled.validate(value)
            #expect(!violations.isEmpty && !violations.contains { $0.isUndecided }, "\(text) is invalid")
            #expect(compiled.firstViolation(in: value) == violations.first && !compiled.isValid(value))
        }
    }
}

@Suite("keywords of JSON Schema")
struct JSONSchemaKeywordTests {
    @Test(
        "any kind of value",
        arguments: [
            SchemaCase("true", valid: ["null", "{}"], invalid: []), SchemaCase("false", valid: [], invalid: ["null", "{}"]),
            SchemaCase("{}", valid: ["1", "[]"], invalid: []),
            SchemaCase(
                #"{"type":"integer"}"#, valid: ["1", "1.0", "-3e2", "12345678901234567890"], invalid: ["1.5", "1e-1", "\"1\""]),
            SchemaCase(#"{"type":"number"}"#, valid: ["1", "1.5"], invalid: ["null", "true"]),
            SchemaCase(#"{"type":["string","null"]}"#, valid: ["\"\"", "null"], invalid: ["0", "[]", "{}", "false"]),
            SchemaCase(
                #"{"enum":[1,"a",[2.0],{"b":0}]}"#, valid: ["1.0", "\"a\"", "[2]", #"{"b":-0.0}"#],
                invalid: ["true", "[true]", "\"A\""]),
            SchemaCase(#"{"const":false}"#, valid: ["false"], invalid: ["0", "null"]),
            SchemaCase(
                #"{"const":9007199254740993}"#, valid: ["9007199254740993", "9007199254740993.0"], invalid: ["9007199254740992"]),
            SchemaCase(#"{"const":"e\u0301"}"#, valid: [#""e\u0301""#], invalid: ["\"é\""]),
        ])
    func values(testCase: SchemaCase) throws { try testCase.check() }

    @Test(
        "numbers, exactly",
        arguments: [
            SchemaCase(#"{"multipleOf":0.1}"#, valid: ["0.3", "0", "-1.7", "\"x\"", "1e300"], invalid: ["0.35", "1e-2"]),
            SchemaCase(#"{"multipleOf":3}"#, valid: ["9", "300000000000000000000000000000", "3e500"], invalid: ["1e500", "10"]),
            SchemaCase(#"{"multipleOf":1e-400}"#, valid: ["1", "7e-400"], invalid: ["1e-401"]),
            SchemaCase(#"{"minimum":1.5}"#, valid: ["1.5", "2"], invalid: ["1.4999999999999999999999999999", "-2"]),
            SchemaCase(
                #"{"maximum":100000000000000000001}"#, valid: ["100000000000000000001"],
                invalid: ["100000000000000000002", "1e400"]),
            SchemaCase(#"{"exclusiveMinimum":0}"#, valid: ["1e-999"], invalid: ["0", "-0", "-1e-999"]),
            SchemaCase(#"{"exclusiveMaximum":-3}"#, valid: ["-3.1", "-30"], invalid: ["-3", "-2.9"]),
        ])
    func numbers(testCase: SchemaCase) throws { try testCase.check() }

    @Test(
        "text",
        arguments: [
            SchemaCase(#"{"minLength":2}"#, valid: ["\"ab\"", "1"], invalid: ["\"a\"", "\"😀\""]),
            SchemaCase(#"{"maxLength":1.0}"#, valid: ["\"😀\""], invalid: [#""e\u0301""#]),
            SchemaCase(#"{"pattern":"^a+$"}"#, valid: ["\"aa\"", "null"], invalid: ["\"aab\"", #""a\n""#]),
            SchemaCase(#"{"format":"date"}"#, valid: ["\"no date\""], invalid: []),
        ])
    func text(testCase: SchemaCase) throws { try testCase.check() }

    @Test(
        "arrays",
        arguments: [
            SchemaCase(#"{"items":{"type":"integer"}}"#, valid: ["[]", "[1,2]", "{}"], invalid: ["[1,\"a\"]"]),
            SchemaCase(
                #"{"prefixItems":[true,{"const":1}],"items":false}"#, valid: ["[]", "[0]", "[0,1]"],
                invalid: ["[0,2]", "[0,1,1]"]),
            SchemaCase(#"{"minItems":1,"maxItems":2}"#, valid: ["[1]", "[1,2]"], invalid: ["[]", "[1,2,3]"]),
            SchemaCase(
                #"{"uniqueItems":true}"#, valid: ["[1,true,\"1\"]", "[[1],[true]]"],
                invalid: ["[1,2,1.0]", #"[{"a":1,"b":2},{"b":2,"a":1.0}]"#]),
            SchemaCase(#"{"contains":{"const":1}}"#, valid: ["[0,1]"], invalid: ["[]", "[0]"]),
            SchemaCase(
                #"{"contains":{"const":1},"minContains":2,"maxContains":3}"#, valid: ["[1,1]", "[1,0,1,1]"],
                invalid: ["[1]", "[1,1,1,1]"]),
            SchemaCase(#"{"contains":{"const":1},"minContains":0,"maxContains":1}"#, valid: ["[]", "[1]"], invalid: ["[1,1]"]),
        ])
    func arrays(testCase: SchemaCase) throws { try testCase.check() }

    @Test(
        "objects",
        arguments: [
            SchemaCase(
                #"{"properties":{"a":{"type":"null"}}}"#, valid: ["{}", #"{"a":null,"b":1}"#, "[]"], invalid: [#"{"a":1}"#]),
            SchemaCase(
                #"{"properties":{"a":true},"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":{"type":"string"}}"#,
                valid: [#"{"a":[],"x1":1,"b":"t"}"#], invalid: [#"{"x1":"t"}"#, #"{"b":1}"#]),
            SchemaCase(#"{"additionalProperties":false}"#, valid: ["{}"], invalid: [#"{"a":1}"#]),
            SchemaCase(#"{"propertyNames":{"maxLength":1}}"#, valid: [#"{"a":1}"#], invalid: [#"{"ab":1}"#]),
            SchemaCase(#"{"required":["a","b"]}"#, valid: [#"{"a":null,"b":1}"#, "[]"], invalid: [#"{"a":1}"#]),
            SchemaCase(#"{"minProperties":1,"maxProperties":1}"#, valid: [#"{"a":1}"#], invalid: ["{}", #"{"a":1,"b":1}"#]),
            SchemaCase(#"{"dependentRequired":{"a":["b"]}}"#, valid: [#"{"b":1}"#, #"{"a":1,"b":1}"#], invalid: [#"{"a":1}"#]),
            SchemaCase(
                #"{"dependentSchemas":{"a":{"maxProperties":1}}}"#, valid: [#"{"b":1,"c":1}"#], invalid: [#"{"a":1,"b":1}"#]),
            SchemaCase(#"{"dependencies":{"a":["b"]}}"#, valid: [#"{"a":1}"#], invalid: []),
        ])
    func objects(testCase: SchemaCase) throws { try testCase.check() }

    @Test(
        "combinations",
        arguments: [
            SchemaCase(#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, valid: ["1"], invalid: ["0", "3"]),
            SchemaCase(#"{"anyOf":[{"type":"string"},{"minimum":2}]}"#, valid: ["\"a\"", "2", "null"], invalid: ["1"]),
            SchemaCase(#"{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}"#, valid: ["2", "3"], invalid: ["1", "6"]),
            SchemaCase(#"{"not":{"type":"string"}}"#, valid: ["1"], invalid: ["\"a\""]),
            SchemaCase(
                #"{"if":{"type":"string"},"then":{"minLength":1},"else":{"const":1}}"#, valid: ["\"a\"", "1"],
                invalid: ["\"\"", "2"]),
            SchemaCase(#"{"then":false,"else":false}"#, valid: ["1"], invalid: []),
        ])
    func combinations(testCase: SchemaCase) throws { try testCase.check() }

    @Test(
        "what nothing else has evaluated",
        arguments: [
            SchemaCase(
                #"{"properties":{"a":true},"allOf":[{"properties":{"b":true}}],"unevaluatedProperties":false}"#,
                valid: [#"{"a":1,"b":1}"#], invalid: [#"{"c":1}"#]),
            SchemaCase(
                #"{"anyOf":[{"required":["a"],"properties":{"a":true}},{"properties":{"b":{"const":1}}}],"unevaluatedProperties":false}"#,
                valid: [#"{"a":1}"#, #"{"a":1,"b":1}"#], invalid: [#"{"a":1,"b":2}"#]),
            SchemaCase(
                #"{"if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"properties":{"b":true}},"unevaluatedProperties":false}"#,
                valid: [#"{"a":1,"b":1}"#, "{}"], invalid: [#"{"a":2}"#, #"{"b":1}"#]),
            // Cousins do not see each other.
            SchemaCase(
                #"{"allOf":[{"properties":{"a":true}},{"unevaluatedProperties":false}]}"#, valid: ["{}"], invalid: [#"{"a":1}"#]),
            SchemaCase(
                #"{"not":{"not":{"properties":{"a":true}}},"unevaluatedProperties":false}"#, valid: ["{}"], invalid: [#"{"a":1}"#]
            ),
            SchemaCase(
                #"{"prefixItems":[true],"contains":{"const":1},"unevaluatedItems":false}"#, valid: ["[0,1,1]"],
                invalid: ["[0,1,2]"]),
            SchemaCase(
                ##"{"$ref":"#/$defs/a","unevaluatedItems":{"type":"null"},"$defs":{"a":{"prefixItems":[true]}}}"##,
                valid: ["[1,null]"],
                invalid: ["[1,1]"]),
        ])
    func unevaluated(testCase: SchemaCase) throws { try testCase.check() }
}
