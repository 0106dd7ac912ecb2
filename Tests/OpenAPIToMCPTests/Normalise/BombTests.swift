import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Documents that are made to hurt")
struct BombTests {
    private func normalised(_ schemas: JSONObject) throws -> Normalised {
        let root: JSON = [
            "openapi": "3.1.0", "info": ["title": "t", "version": "1"], "components": ["schemas": .object(schemas)],
            "paths": [
                "/a": [
                    "get": [
                        "parameters": [["name": "q", "in": "query", "schema": ["$ref": "#/components/schemas/S0"]]]
                    ]
                ]
            ],
        ]
        return try Normalised(DocumentSet(SourceDocument(name: "a", uri: "file:///a", root: root)))
    }

    private func chain(_ count: Int, _ schema: (Int, JSON) -> JSON) -> JSONObject {
        var schemas = JSONObject()
        for number in 0..<count { schemas["S\(number)"] = schema(number, ["$ref": "#/components/schemas/S\(number + 1)"]) }
        schemas["S\(count)"] = ["type": "object", "properties": ["last": true]]
        return schemas
    }

    @Test("heirs of heirs don't repeat their members without end")
    func heirs() throws {
        let schemas = chain(1_200) { number, next in ["allOf": [next, ["properties": ["p\(number)": true]]]] }
        let normalised = try normalised(schemas)
        #expect(normalised.api.schemas.names.count == 1_201)
        let members = normalised.api.schemas.names.reduce(0) {
            $0 + (normalised.api.schemas[$1]?["properties"]?.objectValue?.count ?? 0)
        }
        #expect(members < 200_000)
    }

    @Test("parts that are deep in parts that are deep in parts don't make the stack deep")
    func deepParts() throws {
        let schemas = chain(500) { _, next in
            (0..<190).reduce(["allOf": [next, ["properties": ["a": true]]]]) { inner, _ in ["items": inner] }
        }
        let normalised = try normalised(schemas)
        #expect(normalised.api.schemas.names.count == 501 && normalised.log.list.isEmpty)
    }

    @Test("parts that are there twice at each level are not there twice to the power of the levels")
    func doubled() throws {
        let schemas = chain(300) { _, next in
            ["allOf": [next, next, ["properties": ["a": next]]], "properties": ["a": next, "b": ["allOf": [next, next]]]]
        }
        let normalised = try normalised(schemas)
        #expect(
            normalised.api.schemas.names.reduce(0) { $0 + (normalised.api.schemas[$1]?.description.utf8.count ?? 0) } < 10_000_000
        )
    }

    @Test("a document full of faults has its log filled, and no more")
    func faults() throws {
        var paths = JSONObject()
        for number in 0..<20_000 { paths["/\(number)/{"] = ["get": [:]] }
        let root: JSON = ["openapi": "3.1.0", "info": ["title": "t"], "paths": .object(paths)]
        let normalised = try Normalised(DocumentSet(SourceDocument(name: "a", uri: "file:///a", root: root)))
        #expect(normalised.api.refused == 20_000 && normalised.log.list.count == DiagnosticLog.limit)
        #expect(normalised.log.omitted == 18_000)
    }
}
