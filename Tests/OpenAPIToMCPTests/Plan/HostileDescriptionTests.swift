import Testing
import Wire

@testable import OpenAPIToMCP

/// What would take years if each way through a document were gone on its own. That a test ends is what it shows.
@Suite("Descriptions whose plans would not end")
struct HostileDescriptionTests {
    private func document(_ schemas: JSONObject, paths: JSONObject) -> DocumentSet {
        let root: JSON = [
            "openapi": "3.1.0", "info": ["title": "t", "version": "1"], "components": ["schemas": .object(schemas)],
            "paths": .object(paths),
        ]
        return DocumentSet(SourceDocument(name: "a", uri: "file:///a", root: root))
    }

    private func compiled(_ documents: DocumentSet, _ options: CompileOptions = CompileOptions()) -> Compilation {
        OpenAPICompiler.compile(documents, options, DiagnosticLog())
    }

    private func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

    /// One operation that takes and gives the schema.
    private func paths(_ schema: JSON) -> JSONObject {
        let content: JSON = ["application/json": ["schema": schema]]
        return [
            "/a": [
                "post": [
                    "requestBody": ["required": true, "content": content],
                    "responses": ["200": ["description": "d", "content": content]],
                ]
            ]
        ]
    }

    @Test("a schema that asks for itself ten times over, in every way", arguments: ["allOf", "anyOf", "oneOf"])
    func selfReferences(keyword: String) {
        let schema: JSON = [
            keyword: .array(Array(repeating: reference("S"), count: 10)), "required": ["a"],
            "discriminator": ["propertyName": "a"],
        ]
        let compilation = compiled(document(["S": schema], paths: paths(reference("S"))))
        #expect(compilation.tools.count == 1)
        #expect(compilation.diagnostics.contains { $0.code == .cyclicReference })
        for tool in compilation.tools { #expect(faults(in: tool.inputSchema) == []) }
    }

    @Test("levels that each have the next ten times over", arguments: ["allOf", "anyOf", "oneOf"], [false, true])
    func levels(keyword: String, isMember: Bool) {
        var schemas = JSONObject()
        for level in 0..<30 {
            let next: JSON = isMember ? ["properties": ["p": reference("S\(level + 1)")]] : reference("S\(level + 1)")
            schemas["S\(level)"] = [
                keyword: .array(Array(repeating: next, count: 10)), "required": ["p", "q"],
                "discriminator": ["propertyName": "p"],
            ]
        }
        schemas["S30"] = ["type": "object", "properties": ["p": ["type": "string", "readOnly": true]], "required": ["p"]]
        let compilation = compiled(document(schemas, paths: paths(reference("S0"))))
        #expect(compilation.tools.count == 1)
        for tool in compilation.tools {
            #expect(faults(in: tool.inputSchema) == [])
            if let output = tool.outputSchema { #expect(faults(in: output) == []) }
        }
    }

    @Test("ten thousand alternatives, each with a name", arguments: ["anyOf", "oneOf"])
    func alternatives(keyword: String) throws {
        var schemas = JSONObject()
        var branches: [JSON] = []
        for number in 0..<10_000 {
            schemas.append("B\(number)", ["type": "object", "properties": ["k": ["type": "string"], "p\(number)": true]])
            branches.append(reference("B\(number)"))
        }
        let schema: JSON = [keyword: .array(branches), "discriminator": ["propertyName": "k"]]
        let tool = try #require(compiled(document(schemas, paths: paths(schema))).tools.first)
        #expect(tool.inputSchema["required"] == ["body"])
        #expect(faults(in: tool.inputSchema) == [])
    }

    @Test("ten thousand references, each to the next", arguments: [false, true])
    func chain(isMember: Bool) throws {
        var schemas = JSONObject()
        for number in 0..<10_000 {
            let next = reference("S\(number + 1)")
            let holder: JSON = ["type": "object", "properties": ["next": next], "required": ["next"]]
            schemas.append("S\(number)", isMember ? holder : next)
        }
        schemas.append("S10000", ["type": "object", "properties": ["last": true]])
        let tool = try #require(compiled(document(schemas, paths: paths(reference("S0")))).tools.first)
        #expect(faults(in: tool.inputSchema) == [])
        #expect(tool.inputSchema.byteCount <= CompileOptions().inputBudget)
    }

    @Test("path items that refer to each other in a circle")
    func pathItems() {
        let compilation = compiled(
            document([:], paths: ["/a": ["$ref": "#/paths/~1b"], "/b": ["$ref": "#/paths/~1a"], "/c": ["get": [:]]]))
        #expect(compilation.tools.map(\.operation) == ["GET /c"])
        #expect(compilation.diagnostics.contains { $0.code == .cyclicReference && $0.severity == .error })
    }

    @Test("a million parameters")
    func parameters() {
        let parameters = (0..<1_000_000).map { JSON.object(["name": .string("p\($0)"), "in": "query"]) }
        let compilation = compiled(document([:], paths: ["/a": ["get": ["parameters": .array(parameters)]], "/b": ["get": [:]]]))
        #expect(compilation.tools.map(\.operation) == ["GET /b"])
        #expect(compilation.coverage.refused == 1)
        #expect(compilation.diagnostics.contains { $0.code == .refusedOperation && $0.message.contains("500 parameters") })
    }

    @Test("hundreds of operations that each need everything")
    func repeatedWhole() {
        var schemas = JSONObject()
        for number in 0..<300 {
            schemas.append("S\(number)", ["allOf": [reference("S\(number + 1)"), ["required": [.string("p\(number)")]]]])
        }
        schemas.append("S300", ["type": "object", "enum": .array((0..<2_000).map { ["value": .string("\($0)")] })])
        var paths = JSONObject()
        for number in 0..<200 { paths.append("/\(number)", self.paths(reference("S0"))["/a"] ?? [:]) }
        let compilation = compiled(document(schemas, paths: paths))
        let byteCount = compilation.tools.reduce(0) { $0 + $1.definition.byteCount }
        #expect(byteCount <= ListEconomy.greatestByteCount + (1 << 20))
        #expect(compilation.tools.count + compilation.coverage.refused == 200)
        #expect(compilation.coverage.compiled == compilation.tools.count)
    }

    @Test("a document for which there is no time is refused with an error for each operation, and no tool is half made")
    func time() {
        var options = CompileOptions()
        options.limits.time = .zero
        let documents = document(["S": ["type": "object"]], paths: paths(reference("S")))
        let compilation = compiled(documents, options)
        #expect(compilation.tools.isEmpty && compilation.coverage.refused == 1 && compilation.coverage.operations == 1)
        #expect(compilation.diagnostics.contains { $0.code == .outOfTime && $0.severity == .error })

        // What was normalised in time, and then could not be planned.
        let fixture = PlanFixture(APIOperation("GET", "/a"), APIOperation("GET", "/b"))
        var log = DiagnosticLog()
        let (tools, coverage) = Planner.plan(
            fixture.api, documents: fixture.documents, fixture.options, until: CompileDeadline(.zero), &log)
        #expect(tools.isEmpty && coverage.refused == 2 && coverage.compiled == 0)
        #expect(log.list.count { $0.code == .outOfTime } == 2)
    }
}

@Suite("Servers whose URL has variables")
struct ServerTemplateTests {
    @Test(
        "a value that would change the host leaves the server out",
        arguments: [
            ("https://{tenant}.example.com/v1", "evil.example/"), ("https://{tenant}.example.com/v1", "evil.example#"),
            ("https://{tenant}.example.com/v1", "evil.example?"), ("https://{tenant}.example.com/v1", "evil.example\\"),
            ("https://api.example.com{suffix}", "@evil.example"), ("https://api.example.com:{port}/v1", "x@evil.example"),
            ("https://{a}.example.com", "evil.example/x\r\nHost: y"),
        ])
    func hosts(url: String, value: String) throws {
        let normalised = try server(url, value)
        #expect(normalised.said.contains { $0.contains("invalid-server") })
        #expect(normalised.api.servers.map(\.url) == ["/"])
    }

    @Test(
        "a value that is a part of the host, the path or the whole URL is taken",
        arguments: [
            ("https://{host}/v1", "api.example.com", "https://api.example.com/v1"),
            ("https://{host}/v1", "localhost:8080", "https://localhost:8080/v1"),
            ("https://api.example.com{base}", "/v2", "https://api.example.com/v2"),
            ("https://{host}", "example.com/api", "https://example.com/api"),
            ("{server}", "https://example.com/a", "https://example.com/a"),
            ("{a}://example.com/{b}", "https", "https://example.com/https"),
            ("https://example.com/{a}", "{b}", "https://example.com/{b}"),
        ])
    func parts(url: String, value: String, expected: String) throws {
        let server = try #require(try server(url, value).api.servers.first)
        #expect(ServerTemplate.filled(server.url) { server.variables[$0]?.standard } == expected)
    }

    private func server(_ url: String, _ value: String) throws -> Normalised {
        let names = PathTemplate.names(in: url) ?? []
        let variables = JSONObject(names.map { ($0, ["default": .string(value)]) })
        let root: JSON = [
            "openapi": "3.1.0", "info": ["title": "t", "version": "1"], "paths": ["/a": ["get": [:]]],
            "servers": [["url": .string(url), "variables": .object(variables)]],
        ]
        return try Normalised(DocumentSet(SourceDocument(name: "a", uri: "https://from.example/a", root: root)))
    }
}
