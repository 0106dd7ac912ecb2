import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Version 2.0 in the shape of 3.1")
struct Version2Tests {
    private func normalised(_ operation: String, _ rest: String = "") throws -> Normalised {
        try Normalised(
            """
            swagger: '2.0'
            info: {title: t, version: '1'}
            \(rest)
            paths:
              /a:
                post: \(operation)
            """)
    }

    @Test(
        "host, base path and schemes are servers",
        arguments: [
            ("host: h.example\nbasePath: /v1/\nschemes: [http, https]", ["https://h.example/v1", "http://h.example/v1"]),
            ("host: 'h.example:8080'", ["https://h.example:8080"]), ("basePath: /v1", ["/v1"]), ("", ["/"]),
        ] as [(String, [String])])
    func servers(_ head: String, _ expected: [String]) throws {
        let normalised = try normalised("{responses: {}}", head)
        #expect(normalised.api.servers.map(\.url) == expected)
        #expect(try normalised.operation("POST /a").servers.map(\.url) == expected)
    }

    @Test(
        "collection formats are styles",
        arguments: [
            ("query", "csv", .form, false), ("query", "ssv", .spaceDelimited, false), ("query", "tsv", .tabDelimited, false),
            ("query", "pipes", .pipeDelimited, false), ("query", "multi", .form, true), ("header", "csv", .simple, false),
        ] as [(String, String, ParameterStyle, Bool)])
    func collections(_ location: String, _ format: String, _ style: ParameterStyle, _ explodes: Bool) throws {
        let list = "{name: n, in: \(location), type: array, items: {type: string}, collectionFormat: \(format)}"
        let parameter = try #require(try normalised("{parameters: [\(list)]}").api.operations[0].parameters.first)
        #expect(parameter.style == style && parameter.explodes == explodes)
        #expect(parameter.schema.description == #"{"type":"array","items":{"type":"string"}}"#)
        let body = try normalised("{parameters: [\(list.replacing("in: \(location)", with: "in: formData"))]}").api.operations[0]
            .body
        if location == "query" { #expect(body?.contents[0].encodings["n"] == PartEncoding(style: style, explodes: explodes)) }
    }

    @Test("a body parameter is the body, in every media type that is consumed")
    func body() throws {
        let normalised = try normalised(
            "{consumes: [application/json, text/xml], parameters: [{name: b, in: body, required: true, schema: {type: object}}]}")
        let body = try #require(normalised.api.operations[0].body)
        #expect(body.isRequired && body.contents.map(\.mediaType) == ["application/json", "text/xml"])
        #expect(body.contents[0].schema == ["type": "object"])
        #expect(normalised.api.operations[0].parameters.isEmpty && normalised.log.list.isEmpty)
    }

    @Test(
        "form parameters are a form, one with a file in parts",
        arguments: [
            ("type: string", "", "application/x-www-form-urlencoded", ##"{"type":"string"}"##),
            ("type: string", "consumes: [multipart/form-data], ", "multipart/form-data", ##"{"type":"string"}"##),
            ("type: file", "", "multipart/form-data", ##"{"format":"binary","type":"string"}"##),
        ] as [(String, String, String, String)])
    func form(_ field: String, _ consumes: String, _ type: String, _ schema: String) throws {
        let normalised = try normalised(
            "{\(consumes)parameters: [{name: f, in: formData, required: true, \(field)}, {name: g, in: formData, type: integer}]}"
        )
        let content = try #require(normalised.api.operations[0].body?.contents.first)
        #expect(content.mediaType == type)
        #expect(content.schema["properties"]?["f"]?.description == schema)
        #expect(content.schema["required"] == ["f"])
        #expect(normalised.log.list.isEmpty)
    }

    @Test("answers are in the media types that are produced, those of the operation before those of the document")
    func responses() throws {
        let operation =
            "{produces: [text/csv], responses: {'200': {description: d, schema: {type: file}}, default: {$ref: '#/responses/Error'}}}"
        let responses = try normalised(
            operation,
            "produces: [application/json]\nresponses: {Error: {description: wrong, schema: {type: string, x-nullable: true}}}"
        ).api.operations[0].responses
        #expect(responses.map(\.status) == ["200", "default"])
        #expect(responses[0].contents.map(\.mediaType) == ["text/csv"])
        #expect(responses[0].contents[0].schema == ["type": "string", "format": "binary"])
        #expect(responses[1].description == "wrong" && responses[1].contents[0].schema == ["type": ["string", "null"]])
    }

    @Test("security definitions are security schemes")
    func security() throws {
        let definitions = """
            {a: {type: basic}, b: {type: apiKey, name: k, in: query},
             c: {type: oauth2, flow: application, tokenUrl: 'https://t.example', scopes: {read: r}},
             d: {type: oauth2, flow: implicit, authorizationUrl: 'https://t.example', scopes: {}}}
            """
        let schemes = try normalised("{}", "securityDefinitions: \(definitions)").api.securitySchemes
        #expect(
            schemes == [
                "a": .basic, "b": .apiKey(name: "k", location: .query),
                "c": .oauth2(clientCredentials: .init(tokenURL: "https://t.example", scopes: ["read"])),
                "d": .oauth2(clientCredentials: nil),
            ])
    }
}
