import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("References between schemas")
struct SchemaReferenceTests {
    @Test("a component keeps its name, a tree stays a tree, and what nobody refers to is left out")
    func names() throws {
        let normalised = try Normalised(
            """
            openapi: 3.0.0
            info: {title: t, version: 1}
            paths:
              /a:
                get:
                  responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}}}
            components:
              schemas:
                Unused: {type: string}
                Node: {type: object, properties: {next: {$ref: '#/components/schemas/Node'}, 'odd name': {$ref: '#/components/schemas/odd%20name'}}}
                odd name: {type: string}
            """)
        #expect(normalised.api.schemas.names == ["Node", "odd_name"])
        #expect(
            normalised.api.schemas["Node"]?.description
                == ##"{"type":"object","properties":{"next":{"$ref":"#/$defs/Node"},"odd name":{"$ref":"#/$defs/odd_name"}}}"##)
        #expect(try normalised.operation("GET /a").responses[0].contents[0].schema.description == ##"{"$ref":"#/$defs/Node"}"##)
        #expect(normalised.log.list.isEmpty)
    }

    @Test("references into the middle of things are named for the last word on their way, each name once")
    func middle() throws {
        let normalised = try Sample.schemas(
            "3.1.0",
            """
            b: {type: number}
            A: {type: object, properties: {b: {type: string}, c: {type: array, items: {type: object}}}}
            S:
              properties:
                one: {$ref: '#/components/schemas/A/properties/b'}
                two: {$ref: '#/components/schemas/A/properties/c/items'}
                three: {$ref: '#/paths/~1a/get/responses/200/content/x~1A/schema'}
            """)
        #expect(
            normalised.api.schemas["S"]?.description
                == ##"{"properties":{"one":{"$ref":"#/$defs/b_2"},"two":{"$ref":"#/$defs/c"},"three":{"$ref":"#/$defs/a"}}}"##)
        #expect(normalised.api.schemas["b_2"]?.description == #"{"type":"string"}"#)
        #expect(normalised.api.schemas["a"]?.description == ##"{"$ref":"#/$defs/A"}"##)
    }

    @Test("a reference to nothing takes any value, with a warning")
    func missing() throws {
        let schema = try Sample.schema("3.0.0", "{properties: {a: {$ref: '#/components/schemas/No'}}}")
        #expect(schema.text == #"{"properties":{"a":{}}}"#)
        #expect(schema.said == ["warning unresolved-reference /components/schemas/S/properties/a/$ref"])
    }

    @Test("what stands beside a reference counts from 3.1 on only")
    func siblings() throws {
        let source = "{properties: {a: {$ref: '#/components/schemas/S', maxProperties: 2, description: d}}}"
        #expect(
            try Sample.schema("3.1.0", source).text
                == ##"{"properties":{"a":{"$ref":"#/$defs/S","maxProperties":2,"description":"d"}}}"##)
        let schema = try Sample.schema("3.0.0", source)
        #expect(schema.text == ##"{"properties":{"a":{"$ref":"#/$defs/S"}}}"##)
        #expect(schema.said == ["note ignored-siblings /components/schemas/S/properties/a/maxProperties"])
    }

    @Test(
        "a schema that is only itself is cut, with a warning",
        arguments: [
            "S: {$ref: '#/components/schemas/S'}", "S: {oneOf: [{type: string}, {$ref: '#/components/schemas/S'}]}",
            "S: {allOf: [{$ref: '#/components/schemas/T'}, {type: object}]}\nT: {$ref: '#/components/schemas/S'}",
        ] as [String])
    func circle(_ schemas: String) throws {
        let normalised = try Sample.schemas("3.1.0", schemas)
        #expect(normalised.log.list.map(\.code) == [.cyclicReference])
        let whole = SharedDescriptions.everything(normalised.api)
        let schema = try #require(JSONSchema.compile(whole).schema)
        let violations = schema.validate(["a": 1])
        #expect(violations.allSatisfy { !$0.isUndecided })
    }

    @Test("a dynamic reference is followed where only one schema has its anchor")
    func dynamic() throws {
        let one = try Sample.schema("3.1.0", "{$dynamicAnchor: node, properties: {a: {$dynamicRef: '#node'}}}")
        #expect(one.text == ##"{"properties":{"a":{"$ref":"#/$defs/S"}}}"## && one.said.isEmpty)
        let two = try Sample.schemas(
            "3.1.0", "S: {$dynamicAnchor: node, properties: {a: {$dynamicRef: '#node'}}}\nT: {$dynamicAnchor: node}")
        #expect(two.api.schemas["S"]?.description == ##"{"properties":{"a":{"$ref":"#/$defs/S"}}}"##)
        #expect(two.said == ["warning dynamic-reference /components/schemas/S/properties/a/$dynamicRef"])
    }

    // MARK: - Discriminators

    @Test("a discriminator's mapping leads to schemas by name, told or not")
    func discriminator() throws {
        let normalised = try Sample.schemas(
            "3.0.0",
            """
            S:
              oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}, {$ref: '#/components/schemas/Cow'}]
              discriminator: {propertyName: kind, mapping: {cat: Cat, lost: '#/components/schemas/No'}}
            Cat: {type: object}
            Dog: {type: object, properties: {kind: {type: string, enum: [hound, puppy]}}}
            Cow: {type: object}
            """)
        #expect(
            normalised.api.schemas["S"]?["discriminator"]?["mapping"]?.description
                == ##"{"cat":"#/$defs/Cat","hound":"#/$defs/Dog","puppy":"#/$defs/Dog","Cow":"#/$defs/Cow"}"##)
        #expect(normalised.said.contains("warning repaired-schema /components/schemas/S/discriminator"))
    }

    @Test("a discriminator without alternatives leads to the schemas that inherit")
    func heirs() throws {
        let normalised = try Normalised(
            """
            swagger: '2.0'
            info: {title: t, version: '1'}
            paths: {/a: {get: {responses: {'200': {description: d, schema: {$ref: '#/definitions/Pet'}}}}}}
            definitions:
              Pet: {type: object, discriminator: kind, properties: {kind: {type: string}}}
              Cat: {allOf: [{$ref: '#/definitions/Pet'}, {type: object, properties: {claws: {type: integer}}}]}
            """)
        #expect(
            normalised.api.schemas["Pet"]?["discriminator"]?.description
                == ##"{"propertyName":"kind","mapping":{"Cat":"#/$defs/Cat"}}"##)
        #expect(normalised.api.schemas["Cat"]?["properties"]?.objectValue?.names == ["kind", "claws"])
    }
}
