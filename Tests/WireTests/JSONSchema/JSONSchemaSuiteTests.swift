import Foundation
import Testing
import Wire

/// The official test suite, read in place: a checkout of json-schema-org/JSON-Schema-Test-Suite that
/// PORTICO_JSON_SCHEMA_SUITE names.
private enum OfficialSuite {
    static let folder = ProcessInfo.processInfo.environment["PORTICO_JSON_SCHEMA_SUITE"].map { URL(filePath: $0) }

    /// Groups that need another document: they refer to one that a server of the suite would give, or to a metaschema.
    static func needsAnotherDocument(_ schema: JSON) -> Bool {
        JSONSchema.compile(schema).diagnostics.contains {
            $0.message.hasPrefix("refers to another document") || $0.message.hasPrefix("refers to a metaschema")
                || $0.message.hasPrefix("not a known metaschema")
        }
    }

    /// What is not served: the formats that are not listed, and the inner rules of Punycode labels; `dependencies` without
    /// an earlier draft's name.
    static let unserved: Set<String> = ["dependencies-compatibility.json"]
    static let formats = JSONSchemaFormat.allCases.map { $0.rawValue + ".json" }.filter { $0 != "hostname.json" }
}

@Suite("the official test suite of JSON Schema", .enabled(if: OfficialSuite.folder != nil))
struct JSONSchemaSuiteTests {
    @Test("2020-12, the optional parts but formats included", arguments: ["", "optional"])
    func required(part: String) throws { try run(part) { !OfficialSuite.unserved.contains($0) } }

    @Test("the formats that are asserted")
    func formats() throws { try run("optional/format") { OfficialSuite.formats.contains($0) } }

    private func run(_ part: String, _ isServed: (String) -> Bool) throws {
        let folder = try #require(OfficialSuite.folder).appending(path: "tests/draft2020-12/\(part)")
        var options = JSONSchemaOptions()
        options.assertsFormats = part.hasSuffix("format")
        var count = 0
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.pathExtension == "json" && isServed(file.lastPathComponent) {
            for group in try JSON.parse(Array(Data(contentsOf: file)), limits: JSONLimits(duplicateNames: .lastWins)).arrayValue
                ?? []
            {
                let document = try #require(group["schema"])
                guard !OfficialSuite.needsAnotherDocument(document) else { continue }
                let compilation = JSONSchema.compile(document, options: options)
                let name = "\(file.lastPathComponent): \(group["description"]?.stringValue ?? "")"
                let schema = try #require(compilation.schema, "\(name): \(compilation.diagnostics)")
                for test in group["tests"]?.arrayValue ?? [] {
                    let value = try #require(test["data"])
                    #expect(
                        schema.isValid(value) == test["valid"]?.boolValue, "\(name): \(test["description"]?.stringValue ?? "")")
                    count += 1
                }
            }
        }
        #expect(count > 100)
    }
}
