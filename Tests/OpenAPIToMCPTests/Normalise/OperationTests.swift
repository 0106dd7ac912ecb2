import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Operations with all that path and document say")
struct OperationTests {
    private func normalised(
        _ path: String, _ item: String, _ rest: String = "components: {}", options: CompileOptions = CompileOptions()
    ) throws -> Normalised {
        try Normalised(
            """
            openapi: 3.1.0
            info: {title: t, version: '1'}
            \(rest)
            paths:
              '\(path)': \(item)
              /other: {get: {}}
            """, options)
    }

    @Test(
        "a document of no known version is refused",
        arguments: ["{}", "{openapi: 4.0.0}", "{swagger: '1.2'}", "[]"])
    func versions(_ text: String) throws {
        var log = DiagnosticLog()
        let documents = DocumentSet(SourceDocument(name: "a", uri: "file:///a", root: try YAML.parse(text).root))
        let api = Normaliser.normalise(documents, CompileOptions(), &log)
        #expect(api == nil)
        #expect(log.list.map(\.code) == [.notADescription] && log.hasErrors)
    }

    @Test("an operation has its path's parameters unless it has its own of that name and place, and its nearest servers")
    func merged() throws {
        let normalised = try normalised(
            "/a/{id}",
            """

                parameters: [{name: id, in: path, required: true, schema: {type: integer}}, {name: q, in: query, schema: {type: string}}]
                servers: [{url: 'https://path.example'}]
                get: {parameters: [{name: q, in: query, schema: {type: boolean}}]}
                put: {servers: [{url: 'https://{n}.example', variables: {n: {default: a, enum: [a, b]}}}]}
            """, "servers: [{url: 'https://root.example'}]")
        let get = try normalised.operation("GET /a/{id}")
        #expect(get.parameters.map(\.name) == ["q", "id"])
        #expect(get.parameters[0].schema == ["type": "boolean"] && get.servers.map(\.url) == ["https://path.example"])
        let put = try normalised.operation("PUT /a/{id}")
        #expect(put.servers[0].variables == ["n": .init(values: ["a", "b"], standard: "a")])
        #expect(try normalised.operation("GET /other").servers.map(\.url) == ["https://root.example"])
        #expect(normalised.log.list.isEmpty)
    }

    @Test(
        "styles are those of the place where nothing is said",
        arguments: [
            ("query", "", .form, true), ("path", "", .simple, false), ("header", "", .simple, false), ("cookie", "", .form, true),
            ("query", "style: deepObject, ", .deepObject, true), ("query", "style: pipeDelimited, ", .pipeDelimited, false),
            ("path", "style: matrix, explode: true, ", .matrix, true), ("header", "style: form, ", .simple, false),
        ] as [(String, String, ParameterStyle, Bool)])
    func styles(_ location: String, _ said: String, _ style: ParameterStyle, _ explodes: Bool) throws {
        let item = "{get: {parameters: [{name: id, required: true, in: \(location), \(said)schema: {}}]}}"
        let parameter = try #require(
            try normalised(location == "path" ? "/a/{id}" : "/a", item).api.operations[0].parameters.first)
        #expect(parameter.style == style && parameter.explodes == explodes)
    }

    @Test(
        "what is wrong with a parameter costs as little as it may",
        arguments: [
            ("/a/{x}", "[]", ["x"], "warning undeclared-parameter"),
            ("/a", "[{name: x, in: path, required: true, schema: {}}]", [], "warning unused-parameter"),
            ("/a/{x}", "[{name: x, in: path, schema: {}}]", ["x"], "note optional-path-parameter"),
            ("/a", "[{name: Accept, in: header, schema: {}}]", [], "note ignored-parameter"),
            ("/a", "[{name: q, in: query, schema: {}}, {name: q, in: query, schema: {}}]", ["q"], "warning duplicate-parameter"),
            ("/a", "[{name: q, in: body, schema: {}}]", [], "warning invalid-value"),
            ("/a", "[{name: q, in: query}]", ["q"], "warning missing-part"),
            ("/a?b=c", "[]", ["b"], "warning invalid-path"), ("/a#again", "[]", [], "note invalid-path"),
        ] as [(String, String, [String], String)])
    func tolerated(_ path: String, _ parameters: String, _ names: [String], _ said: String) throws {
        let normalised = try normalised(path, "{get: {parameters: \(parameters)}}")
        #expect(normalised.api.operations.count == 2 && normalised.api.refused == 0)
        let operation = normalised.api.operations[0]
        #expect(operation.parameters.map(\.name) == names)
        #expect(operation.parameters.allSatisfy { $0.location != .path || $0.isRequired })
        #expect(!operation.path.contains("?") && !operation.path.contains("#"))
        #expect(normalised.log.list.map { "\($0.severity.rawValue) \($0.code)" } == [said])
    }

    @Test(
        "an operation that can't be called is an error at its place; the others are compiled",
        arguments: [
            ("/a", "{get: {parameters: [{$ref: '#/components/parameters/No'}]}}", "/paths/~1a/get"),
            ("/a", "{get: {parameters: [{$ref: '#/paths/~1a/get/parameters/0'}]}}", "/paths/~1a/get"),
            ("/a", "{get: {parameters: [{name: q, in: body, required: true}]}}", "/paths/~1a/get"),
            ("/a", "{post: {requestBody: {$ref: '#/components/requestBodies/No'}}}", "/paths/~1a/post"),
            ("/a/{x", "{get: {}}", "/paths/~1a~1{x"), ("/a", "{get: [no]}", "/paths/~1a/get"),
        ] as [(String, String, String)])
    func refused(_ path: String, _ item: String, _ place: String) throws {
        let normalised = try normalised(path, item)
        #expect(normalised.api.operations.map(\.path) == ["/other"] && normalised.api.refused == 1)
        #expect(normalised.log.list.contains { $0.severity == .error && $0.pointer.description == place })
    }

    @Test("a path item's reference is followed, with what stands beside it; a circle is an error")
    func pathItems() throws {
        let normalised = try normalised(
            "/a", "{$ref: '#/components/pathItems/P', get: {summary: own}}",
            "components: {pathItems: {P: {get: {summary: far}, delete: {}, parameters: [{name: q, in: query, schema: {}}]}}}")
        #expect(normalised.api.operations.map(\.method) == ["GET", "DELETE", "GET"])
        #expect(try normalised.operation("GET /a").summary == "own")
        #expect(try normalised.operation("DELETE /a").parameters.map(\.name) == ["q"])
        #expect(try normalised.operation("DELETE /a").place.pointer.description == "/components/pathItems/P/delete")
        let circle = try self.normalised("/a", "{$ref: '#/paths/~1a'}")
        #expect(circle.said == ["error cyclic-reference /paths/~1a"])
        #expect(circle.api.operations.map(\.path) == ["/other"])
    }

    @Test("bodies and answers are by media type, with how members of forms are written")
    func contents() throws {
        let normalised = try normalised(
            "/a",
            """
            {post: {requestBody: {$ref: '#/components/requestBodies/B', description: mine}, responses: {2xx: {description: d}, nonsense: {}}}}
            """,
            """
            components:
              requestBodies:
                B:
                  required: true
                  content:
                    multipart/form-data:
                      schema: {type: object}
                      encoding: {f: {contentType: image/png, headers: {X-A: {schema: {type: string}}, Content-Type: {}}}, l: {style: pipeDelimited}}
                    image/*: {}
            """)
        let operation = try normalised.operation("POST /a")
        let body = try #require(operation.body)
        #expect(
            body.isRequired && body.description == "mine" && body.contents.map(\.mediaType) == ["multipart/form-data", "image/*"])
        #expect(body.contents[0].encodings["f"] == PartEncoding(contentType: "image/png", headers: ["X-A": ["type": "string"]]))
        #expect(body.contents[0].encodings["l"] == PartEncoding(style: .pipeDelimited, explodes: false))
        #expect(body.contents[1].schema == true)
        #expect(operation.responses.map(\.status) == ["2XX"])
        #expect(normalised.said == ["warning invalid-value /paths/~1a/post/responses/nonsense"])
    }

    @Test("up to 3.0 styles are for URL-encoded forms alone", arguments: ["3.0.3", "3.1.0"])
    func styles(version: String) throws {
        let form =
            "{schema: {type: object}, encoding: {l: {contentType: text/plain, style: form, explode: false, allowReserved: true}}}"
        let normalised = try Normalised(
            """
            openapi: \(version)
            info: {title: t, version: "1"}
            paths: {/a: {post: {requestBody: {content: {multipart/form-data: \(form), application/x-www-form-urlencoded: \(form)}}}}}
            """)
        let contents = try #require(try normalised.operation("POST /a").body).contents
        var styled = PartEncoding(contentType: "text/plain", style: .form, explodes: false)
        styled.allowsReserved = true
        #expect(contents[1].encodings["l"] == styled)
        #expect(contents[0].encodings["l"] == (version == "3.0.3" ? PartEncoding(contentType: "text/plain") : styled))
    }

    @Test(
        "security is the operation's or else the document's; unknown schemes are warned of",
        arguments: [
            ("", [["k"]], 0), ("security: []", [], 0), ("security: [{}, {k: []}]", [[], ["k"]], 0),
            ("security: [{k: [], no: []}, {k: []}]", [["k"]], 1), ("security: [{no: []}]", [[]], 1),
        ] as [(String, [[String]], Int)])
    func security(_ said: String, _ expected: [[String]], _ warnings: Int) throws {
        let normalised = try normalised(
            "/a", "{get: {\(said)}}",
            "security: [{k: []}]\ncomponents: {securitySchemes: {k: {type: apiKey, name: X-K, in: header}}}")
        #expect(normalised.api.operations[0].security.map { $0.map(\.scheme) } == expected)
        #expect(normalised.log.list.map(\.code) == Array(repeating: .unknownSecurityScheme, count: warnings))
    }

    @Test("webhooks and callbacks are counted and noted, not compiled")
    func inbound() throws {
        let normalised = try normalised(
            "/a", "{post: {callbacks: {done: {'{$request.body#/url}': {post: {}}}}}}", "webhooks: {new: {post: {}, put: {}}}")
        #expect(normalised.api.inbound == 3 && normalised.api.operations.count == 2)
        #expect(normalised.log.list.map(\.code) == [.inboundOperation, .inboundOperation])
    }

    @Test("what is more than the limits is an error, and not read")
    func limits() throws {
        var options = CompileOptions()
        options.limits.parameters = 2
        options.limits.operations = 1
        let many = (0..<3).map { "{name: q\($0), in: query, schema: {}}" }.joined(separator: ", ")
        let parameters = try normalised("/a", "{get: {parameters: [\(many)]}}", options: options)
        #expect(parameters.said == ["error refused-operation /paths/~1a/get"])
        let operations = try normalised("/a", "{get: {}}", options: options)
        #expect(operations.said == ["error too-many /paths/~1other/get"] && operations.api.refused == 1)
    }
}
