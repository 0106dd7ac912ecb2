import Foundation
import Testing
import Wire

/// Documents from elsewhere that are read in place, where they are present beside the package.
private enum SharedDocuments {
    /// Four steps up from this file: YAML, WireTests, Tests, the package; then its neighbour.
    static let folder = (0..<5).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        .appendingPathComponent("shared")

    static func files(_ part: String, _ endings: Set<String>) -> [URL] {
        let found = FileManager.default.enumerator(at: folder.appendingPathComponent(part), includingPropertiesForKeys: nil)
        return (found?.compactMap { $0 as? URL } ?? []).filter { endings.contains($0.pathExtension) }.sorted { $0.path < $1.path }
    }

    static func exists(_ part: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent(part).path)
    }
}

@Suite("Documents of the real world") struct SharedDocumentTests {
    @Test(
        "every OpenAPI document in YAML is read", .enabled(if: SharedDocuments.exists("openapi/specs"), "needs ../shared/openapi")
    )
    func yamlSpecifications() throws {
        let files = SharedDocuments.files("openapi/specs", ["yaml", "yml"])
        #expect(files.count > 10)
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: file))
            do {
                let document = try YAML.parse(bytes)
                let text = document.root.serializedBytes()
                #expect(try JSON.parse(text) == document.root)
                // A YAML document is never a small fraction of its JSON, nor many times it, unless values were lost or repeated.
                #expect(text.count * 20 > bytes.count && text.count < bytes.count * 5 + 100, "\(file.lastPathComponent)")
            } catch {
                Issue.record("\(file.lastPathComponent): \(error)")
            }
        }
    }

    @Test(
        "every OpenAPI document in JSON is read", .enabled(if: SharedDocuments.exists("openapi/specs"), "needs ../shared/openapi")
    )
    func jsonSpecifications() throws { try readAll("openapi/specs") }

    @Test("every MCP example is read", .enabled(if: SharedDocuments.exists("mcp/examples"), "needs ../shared/mcp"))
    func mcpExamples() throws { try readAll("mcp/examples") }

    private func readAll(_ part: String) throws {
        let files = SharedDocuments.files(part, ["json"])
        #expect(files.count > 3)
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: file))
            do {
                let value = try JSON.parse(bytes)
                #expect(try JSON.parse(value.serializedBytes()).serialized() == value.serialized())
                if value.kind == .object {
                    let count = try bytes.withUnsafeBytes {
                        try JSONScanner.scan($0, for: MemberNames("openapi", "jsonrpc")).memberCount
                    }
                    #expect(count == value.objectValue?.count)
                }
            } catch {
                Issue.record("\(file.lastPathComponent): \(error)")
            }
        }
    }

    @Test("a document of our own is read") func fixture() throws {
        let text = """
            openapi: 3.1.0
            info: {title: Weather, version: 1.10.0}
            paths:
              /places/{id}:
                get:
                  parameters:
                    - &id {name: id, in: path, required: true, schema: {type: string, examples: [no, 2024-01-31, 007]}}
                  responses:
                    200: {description: "yes"}
                    default:
                      description: |
                        Anything else.
                put:
                  parameters: [*id]
            """
        let expected = #"""
            {"openapi":"3.1.0","info":{"title":"Weather","version":"1.10.0"},"paths":{"/places/{id}":{"get":{"parameters":[
            {"name":"id","in":"path","required":true,"schema":{"type":"string","examples":["no","2024-01-31",7]}}],
            "responses":{"200":{"description":"yes"},"default":{"description":"Anything else.\n"}}},
            "put":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string","examples":["no","2024-01-31",7]}}]}}}}
            """#
        #expect(try YAML.parse(text).root == JSON.parse(expected))
    }
}
