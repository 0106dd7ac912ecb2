import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("What a document is")
struct SpecificationVersionTests {
    @Test(
        "versions that are compiled",
        arguments: [
            ("swagger: '2.0'", SpecificationVersion.swagger2), ("swagger: 2.0", .swagger2), ("openapi: 3.0.3", .openAPI30),
            ("openapi: 3.0", .openAPI30), ("openapi: 3.1.0", .openAPI31), ("openapi: 3.1", .openAPI31),
            ("openapi: 3.1.0-rc1", .openAPI31),
        ])
    func known(text: String, version: SpecificationVersion) throws {
        #expect(SpecificationVersion.reading(of: try YAML.parse(text).root) == .known(version))
    }

    @Test("3.2 is taken as 3.1, with a warning", arguments: ["openapi: 3.2.0", "openapi: 3.2"])
    func newer(text: String) async throws {
        let (documents, log) = await DocumentLoader.load(from: TextSource(Array("info: {}\n\(text)\n".utf8), name: "new.yaml"))
        #expect(documents?.version == .openAPI31)
        #expect(
            log.lines == [
                "new.yaml:2:1: warning[unsupported-version] at /openapi: OpenAPI 3.2 is taken as 3.1: what 3.2 adds is not read"
            ]
        )
    }

    @Test(
        "whatever else it is, is said",
        arguments: [
            ("openapi: 4.0.0", "OpenAPI 4.0.0 is not known here"), ("swagger: '1.2'", "Swagger 1.2 is not known here"),
            ("swaggerVersion: '1.2'\napis: []", "this is a Swagger 1 description"), ("asyncapi: 2.6.0", "this is an AsyncAPI"),
            (
                "info: {schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'}\nitem: []",
                "Postman collection"
            ),
            ("info: {_postman_id: x}\nitem: []", "Postman collection"), ("$schema: x", "this is a JSON Schema"),
            ("openapi: [3]", "`openapi` is no version"), ("openAPI: 3.0.0", "the member is written `openAPI`"),
            ("swagger: '3.0.0'", "belongs to the member `openapi`"), ("paths: {}", "add `openapi`"),
            ("[1, 2]", "the document is an array, not an object"), ("just words", "the document is a single string"),
            ("message: Not Found", "the document has neither `openapi` nor `swagger`"),
        ])
    func others(text: String, message: String) async {
        let (documents, log) = await DocumentLoader.load(from: TextSource(Array(text.utf8)))
        #expect(documents == nil)
        #expect(log.lines.count == 1 && log.lines[0].contains(message) && log.hasErrors, "\(log.lines)")
    }
}
