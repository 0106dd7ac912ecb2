import Testing
import Wire

@Suite("references in JSON Schema")
struct JSONSchemaReferenceTests {
    @Test(
        "lead to places, names and resources of the document",
        arguments: [
            SchemaCase(##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"null"}}}"##, valid: ["null"], invalid: ["1"]),
            SchemaCase(##"{"$ref":"#/$defs/a~1b%25c","$defs":{"a/b%c":{"type":"null"}}}"##, valid: ["null"], invalid: ["1"]),
            SchemaCase(##"{"$ref":"#here","$defs":{"a":{"$anchor":"here","type":"null"}}}"##, valid: ["null"], invalid: ["1"]),
            SchemaCase(
                ##"{"properties":{"next":{"$ref":"#"}},"type":"object"}"##, valid: [#"{"next":{"next":{}}}"#],
                invalid: [#"{"next":{"next":1}}"#]),
            // What stands beside a reference counts.
            SchemaCase(##"{"$ref":"#/$defs/a","minimum":2,"$defs":{"a":{"maximum":3}}}"##, valid: ["2"], invalid: ["1", "4"]),
            // What no keyword makes a schema, a reference does.
            SchemaCase(
                ##"{"$ref":"#/components/schemas/a","components":{"schemas":{"a":{"type":"null"}}}}"##, valid: ["null"],
                invalid: ["1"]),
            SchemaCase(
                ##"{"$id":"https://a.example/x/root","$ref":"../y/item#/$defs/n","$defs":{"i":{"$id":"/y/item","$defs":{"n":{"type":"null"}}}}}"##,
                valid: ["null"], invalid: ["1"]),
            SchemaCase(
                ##"{"$id":"urn:uuid:deadbeef","$ref":"urn:uuid:deadbeef#/$defs/a","$defs":{"a":false}}"##, valid: [],
                invalid: ["1"]),
            // An identifier changes what is meant by a reference below it.
            SchemaCase(
                ##"{"$id":"https://a.example/","items":{"$id":"inner","$ref":"#/$defs/a","$defs":{"a":{"type":"null"}}},"$defs":{"a":false}}"##,
                valid: ["[null]"], invalid: ["[1]"]),
        ])
    func places(testCase: SchemaCase) throws { try testCase.check() }

    @Test("a dynamic reference means the outermost anchor of its name")
    func dynamic() throws {
        let tree =
            ##"{"$id":"tree","$dynamicAnchor":"node","type":"object","properties":{"data":true,"children":{"items":{"$dynamicRef":"#node"}}}}"##
        let strict =
            ##"{"$id":"strict","$dynamicAnchor":"node","$ref":"tree","unevaluatedProperties":false,"$defs":{"tree":\##(tree)}}"##
        let value = #"{"children":[{"daat":1}]}"#
        try SchemaCase(tree, valid: [value], invalid: [#"{"children":[1]}"#]).check()
        try SchemaCase(strict, valid: [#"{"children":[{"data":1}]}"#], invalid: [value]).check()
    }

    @Test(
        "earlier drafts mean something else, where the document names them",
        arguments: [
            SchemaCase(
                ##"{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"null"}],"additionalItems":false,"definitions":{}}"##,
                valid: ["[null]"], invalid: ["[1]", "[null,1]"]),
            SchemaCase(
                ##"{"$schema":"http://json-schema.org/draft-07/schema#","dependencies":{"a":["b"],"c":{"maxProperties":1}}}"##,
                valid: [#"{"a":1,"b":1}"#, #"{"c":1}"#], invalid: [#"{"a":1}"#, #"{"c":1,"d":1}"#]),
            SchemaCase(
                ##"{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/n","type":"string"}},"definitions":{"n":{"type":"null"}}}"##,
                valid: [#"{"a":null}"#], invalid: [#"{"a":"x"}"#]),
            SchemaCase(
                ##"{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true,"id":"http://a.example/"}"##,
                valid: ["1.1"], invalid: ["1"]),
            SchemaCase(
                ##"{"$schema":"https://json-schema.org/draft/2019-09/schema","$recursiveAnchor":true,"type":"object","properties":{"a":{"$recursiveRef":"#"}}}"##,
                valid: [#"{"a":{}}"#], invalid: [#"{"a":1}"#]),
        ])
    func drafts(testCase: SchemaCase) throws { try testCase.check() }

    @Test(
        "that lead nowhere are errors, and nothing is fetched",
        arguments: [
            "https://a.example/other", "#/$defs/none", "#none", "#/$defs/%zz", "https://json-schema.org/draft/2020-12/schema",
            "other.json",
        ])
    func unresolved(text: String) throws {
        let document: JSON = ["properties": ["a": ["$ref": .string(text)]], "$defs": [:]]
        let refused = JSONSchema.compile(document)
        #expect(refused.schema == nil)
        #expect(refused.diagnostics.first?.severity == .error)
        #expect(refused.diagnostics.first?.pointer.description == "/properties/a/$ref")

        var options = JSONSchemaOptions()
        options.unresolvedReferences = .violate
        let kept = JSONSchema.compile(document, options: options)
        #expect(kept.diagnostics.first?.severity == .warning)
        let schema = try #require(kept.schema)
        #expect(schema.isValid(["b": 1]))
        #expect(schema.validate(["a": 1]).map(\.isUndecided) == [true])
    }
}
