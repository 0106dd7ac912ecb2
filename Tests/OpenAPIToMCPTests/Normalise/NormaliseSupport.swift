import Testing
import Wire

@testable import OpenAPIToMCP

/// A document that was normalised, with what there was to say about it.
struct Normalised {
    let api: APIDescription
    let log: DiagnosticLog

    /// Normalises one document, written in YAML.
    init(_ text: String, _ options: CompileOptions = CompileOptions()) throws {
        try self.init(
            DocumentSet(SourceDocument(name: "api.yaml", uri: "file:///api.yaml", root: YAML.parse(text).root)), options)
    }

    init(_ documents: DocumentSet, _ options: CompileOptions = CompileOptions()) throws {
        var log = DiagnosticLog()
        api = try #require(Normaliser.normalise(documents, options, &log))
        self.log = log
    }

    /// Severity, code and place of each diagnostic.
    var said: [String] { log.list.map { "\($0.severity.rawValue) \($0.code) \($0.pointer)" } }

    /// The operation of that method and path.
    func operation(_ name: String) throws -> APIOperation {
        try #require(api.operations.first { "\($0.method) \($0.path)" == name })
    }
}

/// A description of the given version around what stands under one of its parts.
enum Sample {
    /// A 3.1 document with these schemas, each reachable from an operation.
    static func schemas(_ version: String = "3.1.0", _ schemas: String) throws -> Normalised {
        let names = try YAML.parse(schemas).root.objectValue?.names ?? []
        let indented = schemas.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }.joined(
            separator: "\n")
        let contents = names.map { "            x/\($0): {schema: {$ref: '#/components/schemas/\($0)'}}" }.joined(separator: "\n")
        return try Normalised(
            """
            openapi: \(version)
            info: {title: t, version: '1'}
            paths:
              /a:
                get:
                  responses:
                    '200':
                      description: d
                      content:
            \(contents)
            components:
              schemas:
            \(indented)
            """)
    }

    /// What one schema becomes, as compact JSON.
    static func schema(_ version: String = "3.1.0", _ schema: String) throws -> (text: String, said: [String]) {
        let normalised = try schemas(version, "S: \(schema)")
        return (try #require(normalised.api.schemas["S"]).description, normalised.said)
    }
}
