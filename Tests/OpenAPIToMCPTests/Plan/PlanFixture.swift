import Testing
import Wire

@testable import OpenAPIToMCP

/// Descriptions built by hand, as normalising gives them.
struct PlanFixture {
    var api = APIDescription(
        title: "Pets", version: "1", description: nil, specification: "3.1.0",
        servers: [APIServer(url: "https://api.example.com", description: nil, variables: [:])], securitySchemes: [:],
        operations: [],
        schemas: SchemaTable(), tags: [])
    var options = CompileOptions()
    /// The size of the document; nil where the list has no bound.
    var byteCount: Int?

    init(_ operations: APIOperation..., schemas: KeyValuePairs<String, JSON> = [:]) {
        api.operations = operations
        for (name, schema) in schemas { api.schemas[name] = schema }
    }

    var documents: DocumentSet {
        DocumentSet(SourceDocument(name: "api.yaml", uri: "file:///api.yaml", root: ["openapi": "3.1.0"], byteCount: byteCount))
    }

    func plan() -> (tools: [ToolPlan], coverage: Compilation.Coverage, log: [Diagnostic]) {
        var log = DiagnosticLog()
        let (tools, coverage) = Planner.plan(api, documents: documents, options, &log)
        return (tools, coverage, log.list)
    }

    /// The plan of a description with one operation.
    func tool(_ location: Testing.SourceLocation = #_sourceLocation) throws -> ToolPlan {
        try #require(plan().tools.first, sourceLocation: location)
    }
}

extension APIOperation {
    init(
        _ method: String, _ path: String, id: String? = nil, _ parameters: [APIParameter] = [], body: APIRequestBody? = nil,
        responses: [APIResponse] = []
    ) {
        self.init(
            method: method, path: path,
            place: Place(document: 0, pointer: JSONPointer(tokens: ["paths", path, method.lowercased()])), operationID: id,
            summary: nil,
            description: nil, tags: [], isDeprecated: false, parameters: parameters, body: body, responses: responses,
            security: [],
            servers: [])
    }

    func with(_ change: (inout APIOperation) -> Void) -> APIOperation {
        var copy = self
        change(&copy)
        return copy
    }
}

extension APIParameter {
    init(
        _ name: String, _ location: Location, _ schema: JSON = ["type": "string"], required: Bool = false,
        description: String? = nil
    ) {
        self.init(
            name: name, location: location, place: .start, description: description, isRequired: required || location == .path,
            isDeprecated: false, style: location == .query || location == .cookie ? .form : .simple,
            explodes: location == .query || location == .cookie, allowsReserved: false, allowsEmptyValue: false, schema: schema,
            mediaType: nil)
    }
}

extension APIRequestBody {
    init(_ contents: KeyValuePairs<String, JSON>, required: Bool = true, encodings: [String: PartEncoding] = [:]) {
        let place = Place(document: 0, pointer: JSONPointer(tokens: ["body"]))
        self.init(
            place: place, description: nil, isRequired: required,
            contents: contents.map { APIContent(mediaType: $0, place: place.appending($0), schema: $1, encodings: encodings) })
    }
}

extension APIResponse {
    init(_ status: String, _ contents: KeyValuePairs<String, JSON> = [:]) {
        self.init(
            status: status, place: .start, description: nil,
            contents: contents.map { APIContent(mediaType: $0, place: .start, schema: $1, encodings: [:]) })
    }
}

/// What is wrong with a schema as one of 2020-12 that needs nothing but itself.
func faults(in schema: JSONObject?) -> [String] {
    guard let schema else { return [] }
    var options = JSONSchemaOptions()
    options.unresolvedReferences = .refuse
    let compilation = JSONSchema.compile(.object(schema), options: options)
    var faults = compilation.diagnostics.filter { $0.severity == .error }.map(\.description)
    if schema["type"] != "object" { faults.append("the root is not of type object") }
    return faults
}
