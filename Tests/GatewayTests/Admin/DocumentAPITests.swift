import HTTPTypes
import Testing
import Wire

@testable import Gateway

@Suite("Looking at an OpenAPI document")
struct DocumentAPITests {
    private static func body(_ text: String) -> JSON { ["openapi_content": .string(text)] }

    @Test("the tools that it becomes, with every diagnostic and its place")
    func preview() async throws {
        let text = """
            openapi: 3.1.0
            info: {title: Pets, version: "2"}
            paths:
              /pets/{id}:
                get: {operationId: pet, responses: {}}
            """
        try await withAdmin { admin async throws in
            let report = try await admin.data(.post, "/api/mcp/openapi/preview", Self.body(text))
            #expect(report["title"] == "Pets" && report["coverage"]?["compiled"] == 1)
            #expect(report["tools"]?[0]?["name"] == "pet" && report["tools"]?[0]?["operation"] == "GET /pets/{id}")
            let diagnostic = try #require(report["diagnostics"]?[0])
            #expect(diagnostic["severity"] == "warning" && diagnostic["code"] == "undeclared-parameter")
            #expect(diagnostic["line"] == 5 && diagnostic["document"] == "openapi_content")
        }
    }

    @Test("one that becomes none is refused, with the report; so is a body that is wrong, by its member")
    func refused() async throws {
        try await withAdmin { admin async throws in
            let answer = try await admin.ask(.post, "/api/mcp/openapi/preview", Self.body("openapi: 3.0.0\nopenapi: 3.0.0"))
            #expect(answer.status == .badRequest)
            #expect(answer.message.hasPrefix("openapi_content:2:1: error[duplicate-key]"))
            #expect(answer.envelope["data"]?["diagnostics"]?[0]?["line"] == 2)
            let failure = try await admin.failure(.post, "/api/mcp/openapi/preview", ["openapi_content": "{}", "names": 1])
            #expect(failure == "400 body.names: expected an object of at most 100 members")
        }
    }
}
