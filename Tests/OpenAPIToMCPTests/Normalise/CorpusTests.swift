import Foundation
import Testing
import Wire

@testable import OpenAPIToMCP

/// Descriptions that their owners publish, read in place; they are no part of this package.
@Suite("Normalising published descriptions", .enabled(if: SharedDescriptions.root != nil, "PORTICO_SHARED is not set"))
struct CorpusTests {
    static let documents: [(file: String, operations: Int)] = [
        ("openai-3.1.yaml", 288), ("discord-3.1.json", 242), ("box-3.0.json", 296), ("twilio-api-3.0.json", 197),
        ("twilio-conversations-3.0.yaml", 103), ("adyen-checkout-3.1.json", 28), ("argo-workflows-2.0.json", 73),
        ("harbor-2.0.yaml", 203), ("netlify-2.0.yml", 174), ("figma-3.1.yaml", 47), ("qdrant-3.0.json", 69),
        ("meilisearch-3.1.json", 113), ("resend-3.1.yaml", 104), ("mistral-3.1.yaml", 173), ("museum-3.1.yaml", 8),
        ("oas-examples/2.0/petstore.json", 20), ("oas-examples/3.0/callbacks.json", 1),
        ("oas-examples/3.0/parameters-style.json", 25), ("oas-examples/3.0/petstore.json", 20),
        ("oas-examples/3.0/schema-encoding-style.json", 1), ("oas-examples/3.0/schema-types.json", 21),
        ("oas-examples/3.0/security.json", 15), ("oas-examples/3.0/star-trek.json", 120),
        ("oas-examples/3.1/parameters-style.json", 25), ("oas-examples/3.1/petstore.json", 20),
        ("oas-examples/3.1/schema-encoding-style.json", 1), ("oas-examples/3.1/schema-types.json", 23),
        ("oas-examples/3.1/security.json", 15), ("oas-examples/3.1/train-travel.json", 7), ("oas-examples/3.1/webhooks.json", 0),
    ]

    @Test("every operation is there, without an error, and every schema is valid", arguments: documents)
    func normalises(_ file: String, _ operations: Int) throws {
        let normalised = try Normalised(SharedDescriptions.documents(file))
        let errors = normalised.log.list.filter { $0.severity == .error }
        #expect(errors.isEmpty, "\(errors.prefix(5).map(\.description))")
        #expect(normalised.api.operations.count == operations)
        let compilation = JSONSchema.compile(SharedDescriptions.everything(normalised.api), options: SharedDescriptions.options)
        #expect(compilation.schema != nil, "\(compilation.diagnostics.prefix(5).map(\.description))")
    }
}

enum SharedDescriptions {
    static let root = ProcessInfo.processInfo.environment["PORTICO_SHARED"].map { $0 + "/openapi/specs/" }

    static func documents(_ file: String) throws -> DocumentSet {
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: #require(root) + file)))
        let value = try file.hasSuffix(".json") ? JSON.parse(bytes) : YAML.parse(bytes).root
        return DocumentSet(SourceDocument(name: file, uri: "https://api.example/\(file)", root: value))
    }

    /// One schema that holds all schemas of a description.
    static func everything(_ api: APIDescription) -> JSON {
        var inline: [JSON] = []
        for operation in api.operations {
            inline += operation.parameters.map(\.schema)
            for content in (operation.body?.contents ?? []) + operation.responses.flatMap(\.contents) {
                inline.append(content.schema)
                for (_, encoding) in content.encodings { inline += encoding.headers.values }
            }
        }
        let named = api.schemas.names.map { ($0, api.schemas[$0] ?? true) }
        return ["$defs": .object(JSONObject(named)), "anyOf": .array(inline + [true])]
    }

    static let options = {
        var options = JSONSchemaOptions()
        options.limits.maximumValues = 5_000_000
        options.limits.maximumSubschemas = 1_000_000
        options.limits.maximumDepth = 1_000
        return options
    }()
}
