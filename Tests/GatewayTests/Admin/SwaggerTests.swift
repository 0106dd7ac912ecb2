import HTTPTypes
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: its own description")
struct SwaggerTests {
    @Test("it is served without a key, and names every operation once with its parameters")
    func served() async throws {
        try await withAdmin { admin async throws in
            let document = try await admin.ask(.get, "/swagger/doc.json", headers: [:]).envelope
            #expect(document["swagger"] == "2.0" && document["basePath"] == "/api")
            let methods = document["paths"]?.objectValue?.map { $0.value.objectValue?.count ?? 0 }.reduce(0, +)
            #expect(methods == OperationTable.standard.operations.count)
            let get = try #require(document["paths"]?["/token/{group}/{id}"]?["get"])
            #expect(get["parameters"]?.arrayValue?.map { $0["name"] } == ["group", "id"])
            #expect(get["responses"]?["200"]?["schema"]?["properties"]?["data"] == ["$ref": "#/definitions/Token"])
            #expect(document["paths"]?["/status"]?["get"]?["security"] == nil)
        }
    }

    @Test("every reference has its definition, and every definition is used")
    func references() {
        var used: Set<String> = []
        func collect(_ value: JSON) {
            switch value {
            case .object(let members):
                if let reference = members["$ref"]?.stringValue {
                    used.insert(String(reference.dropFirst("#/definitions/".count)))
                }
                for (_, member) in members { collect(member) }
            case .array(let elements): elements.forEach(collect)
            default: break
            }
        }
        collect(SwaggerDocument.document)
        #expect(used == Set(SwaggerDocument.document["definitions"]?.objectValue?.names ?? []))
    }

    @Test("no path has a parameter that its pattern has not, nor one without a name")
    func parameters() throws {
        for (path, item) in try #require(SwaggerDocument.document["paths"]?.objectValue) {
            for (_, operation) in try #require(item.objectValue) {
                let named =
                    operation["parameters"]?.arrayValue?.filter { $0["in"] == "path" }.compactMap { $0["name"]?.stringValue }
                    ?? []
                #expect(
                    named == path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) })
            }
        }
    }
}
