import Foundation
import Testing
import Wire

@testable import OpenAPIToMCP

/// Real descriptions, read in place. What they show is shown in small by the other suites.
@Suite(
    "Planning published descriptions", .enabled(if: PublishedDescriptions.root != nil, "there are no published descriptions here")
)
struct PlanCorpusTests {
    @Test(
        "every operation is a tool with a name and schemas that stand by themselves, in a list no larger than the document",
        arguments: PublishedDescriptions.names)
    func plans(name: String) throws {
        let documents = try PublishedDescriptions.documents(name)
        var log = DiagnosticLog()
        let options = CompileOptions()
        let api = try #require(Normaliser.normalise(documents, options, &log))
        let tools = Planner.plan(api, documents: documents, options, &log).tools

        #expect(tools.count == api.operations.count)
        #expect(Set(tools.map(\.name)).count == tools.count && tools.allSatisfy { PlainName.isToolName($0.name) })
        for tool in tools {
            #expect(faults(in: tool.inputSchema).isEmpty, "\(tool.operation)")
            #expect(faults(in: tool.outputSchema).isEmpty, "\(tool.operation)")
            #expect(faults(in: tool.wholeInputSchema).isEmpty && faults(in: tool.wholeOutputSchema).isEmpty, "\(tool.operation)")
            let names = tool.inputSchema["properties"]?.objectValue?.names ?? []
            #expect(names.allSatisfy(PlainName.isArgumentName), "\(tool.operation)")
            #expect(JSON.object(tool.inputSchema).byteCount <= options.inputBudget, "\(tool.operation)")
        }
        let list = JSON.array(tools.map { .object($0.definition) }).serializedBytes()
        #expect(list.count <= documents.byteCount ?? 0)
        var second = DiagnosticLog()
        let again = Planner.plan(api, documents: documents, options, &second)
        #expect(JSON.array(again.tools.map { .object($0.definition) }).serializedBytes() == list)
    }
}

enum PublishedDescriptions {
    /// The folder, where it is there.
    static let root: String? = {
        let folder = (ProcessInfo.processInfo.environment["PORTICO_SHARED"] ?? "../shared") + "/openapi/specs/"
        return FileManager.default.fileExists(atPath: folder) ? folder : nil
    }()

    static let names = [
        "openai-3.1.yaml", "discord-3.1.json", "box-3.0.json", "twilio-api-3.0.json", "twilio-conversations-3.0.yaml",
        "adyen-checkout-3.1.json",
        "argo-workflows-2.0.json", "harbor-2.0.yaml", "netlify-2.0.yml", "figma-3.1.yaml", "qdrant-3.0.json",
        "meilisearch-3.1.json",
        "resend-3.1.yaml", "mistral-3.1.yaml", "museum-3.1.yaml", "oas-examples/2.0/petstore.json",
        "oas-examples/3.0/callbacks.json",
        "oas-examples/3.0/parameters-style.json", "oas-examples/3.0/petstore.json", "oas-examples/3.0/schema-encoding-style.json",
        "oas-examples/3.0/schema-types.json", "oas-examples/3.0/security.json", "oas-examples/3.0/star-trek.json",
        "oas-examples/3.1/parameters-style.json", "oas-examples/3.1/petstore.json", "oas-examples/3.1/schema-encoding-style.json",
        "oas-examples/3.1/schema-types.json", "oas-examples/3.1/security.json", "oas-examples/3.1/train-travel.json",
        "oas-examples/3.1/webhooks.json",
    ]

    static func documents(_ name: String) throws -> DocumentSet {
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: #require(root) + name)))
        let value = try name.hasSuffix(".json") ? JSON.parse(bytes) : YAML.parse(bytes).root
        return DocumentSet(SourceDocument(name: name, uri: "https://api.example/\(name)", root: value, byteCount: bytes.count))
    }
}
