import Wire

/// Turns documents of any version into the one shape that the later stages know: references outside of schemas are followed, what a path
/// says is merged into its operations, schemas become JSON Schema 2020-12 with all named ones in one table.
///
/// One part that is not as it should be costs as little as possible: a warning where the tool works without it, an error for its operation
/// where it doesn't; the other operations are compiled in any case.
struct Normaliser {
    let documents: DocumentSet
    let limits: CompileLimits
    let deadline: CompileDeadline
    /// By the index of the document; one that says none is of the first one's.
    let versions: [SpecificationVersion]
    var log: DiagnosticLog
    /// Names of the schemas, and those that wait to be normalised.
    var names: SchemaNames
    var table = SchemaTable()
    /// Where the schema is that is being normalised: the document, and the tokens to what is looked at just now. Kept as a stack, since
    /// a `Place` is needed for few of the values.
    var document = 0
    var path: [String] = []
    /// The named schema that is being normalised; nil in one of an operation.
    var currentName: String?
    /// For each named schema, those that its values must also fit, found by way of `$ref`, `allOf` and their like.
    var inPlaceReferences: [String: [String]] = [:]
    /// Schemas of operations that are normalised already: components are used many times.
    var schemasByPlace: [Place: JSON] = [:]
    /// Whether a pattern is a regular expression.
    var knownPatterns: [String: Bool] = [:]
    /// What is found by one pass over a document, once it is needed.
    var index: DocumentIndex
    /// Calls that the API makes.
    var inbound = 0
    /// Operations with an error.
    var refused = 0
    /// Errors that there was something to say about.
    private var errors = 0

    /// The API that the documents describe; nil where the first of them is no description at all, with an error that says why.
    static func normalise(
        _ documents: DocumentSet, _ options: CompileOptions, until deadline: CompileDeadline? = nil, _ log: inout DiagnosticLog
    ) -> APIDescription? {
        let root = documents.documents[0].root
        guard let version = documents.version else {
            log.add(
                .error, .notADescription, at: .start, in: documents,
                "this is no OpenAPI document: it says no version that is known",
                advice: "have `openapi: 3.0.x`, `openapi: 3.1.x` or `swagger: \"2.0\"` at its top")
            return nil
        }
        let versions = documents.documents.map { SpecificationVersion(of: $0.root) ?? version }
        let deadline = deadline ?? CompileDeadline(options.limits.time)
        var normaliser = Normaliser(documents, options.limits, deadline, versions, log)
        // The log is in one place at a time, so that adding to it is never a copy.
        log = DiagnosticLog()
        let api = normaliser.describe(root, version)
        log = normaliser.log
        return api
    }

    private init(
        _ documents: DocumentSet, _ limits: CompileLimits, _ deadline: CompileDeadline, _ versions: [SpecificationVersion],
        _ log: DiagnosticLog
    ) {
        self.documents = documents
        self.limits = limits
        self.deadline = deadline
        self.versions = versions
        self.log = log
        names = SchemaNames(documents, versions, limit: limits.schemas)
        index = DocumentIndex()
    }

    private mutating func describe(_ root: JSON, _ version: SpecificationVersion) -> APIDescription {
        let isVersion2 = version == .swagger2
        checkDialect(root["jsonSchemaDialect"], at: Place.start.appending("jsonSchemaDialect"))
        let info = root["info"]
        if info?["title"]?.stringValue == nil {
            note(.warning, .missingPart, at: .start, "the document has no title", advice: "give it `info.title`")
        }
        var api = APIDescription(
            title: info?["title"]?.stringValue ?? "", version: Self.text(info?["version"]) ?? "",
            description: info?["description"]?.stringValue,
            specification: (root["openapi"] ?? root["swagger"]).flatMap(SpecificationVersion.text) ?? version.rawValue,
            servers: isVersion2 ? servers2(root) : servers(root, at: .start) ?? [.origin],
            securitySchemes: securitySchemes(root, version), operations: [], schemas: SchemaTable(), tags: tags(root))
        api.operations = operations(root, api)
        countWebhooks(root)
        guard normaliseNamedSchemas(), finishSchemas(&api) else { return refused(api) }
        api.inbound = inbound
        api.refused = refused
        return api
    }

    /// Whether all schemas could be finished in time.
    private mutating func finishSchemas(_ api: inout APIDescription) -> Bool {
        cutCycles()
        var uses: [String: Int] = [:]
        for targets in inPlaceReferences.values {
            for target in Set(targets) { uses[target, default: 0] += 1 }
        }
        var finisher = SchemaFinisher(table, names, uses: uses)
        return finisher.finish(&api, until: deadline)
    }

    /// The API without operations: their schemas could not be read in time, and any tool may need any of them.
    private mutating func refused(_ api: APIDescription) -> APIDescription {
        var api = api
        for operation in api.operations { noteOutOfTime(operation.place) }
        api.refused = refused + api.operations.count
        api.operations = []
        api.inbound = inbound
        return api
    }

    /// Says of a place that there was no time for it.
    mutating func noteOutOfTime(_ place: Place) {
        note(
            .error, .outOfTime, at: place, "compiling takes more than \(limits.time), and this is not compiled",
            advice: "filter what is not needed, split the document, or raise the limit")
    }

    private func tags(_ root: JSON) -> [(name: String, description: String?)] {
        (root["tags"]?.arrayValue ?? []).compactMap { tag in
            tag["name"]?.stringValue.map { ($0, tag["description"]?.stringValue) }
        }
    }

    /// A text, also where YAML has read it as a number or a truth value.
    static func text(_ value: JSON?) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): String(flag)
        default: nil
        }
    }

    // MARK: - Diagnostics

    /// Says something about a place.
    mutating func note(
        _ severity: Diagnostic.Severity, _ code: Diagnostic.Code, at place: Place, _ message: String, advice: String? = nil
    ) {
        // Finding a place's line takes time, which a document with a million faults must not be able to multiply.
        guard !log.isFull || severity == .error && errors < DiagnosticLog.limit else {
            log.omit()
            return
        }
        if severity == .error { errors += 1 }
        log.add(severity, code, at: place, in: documents, message, advice: advice)
    }

    /// Says something about the schema that is looked at just now, or one of its keywords.
    mutating func noteHere(
        _ severity: Diagnostic.Severity, _ code: Diagnostic.Code, _ keyword: String? = nil, _ message: String,
        advice: String? = nil
    ) {
        note(severity, code, at: keyword.map { here.appending($0) } ?? here, message, advice: advice)
    }

    /// The place that is looked at just now.
    var here: Place { Place(document: document, pointer: JSONPointer(tokens: path)) }
}

extension Place {
    /// The whole of the document that was asked for.
    static let start = Place(document: 0, pointer: .root)
}
