/// Turns an OpenAPI document into tools: load, resolve, normalise, plan.
///
/// It takes the world's documents as they are: what can't be expressed is a diagnostic with its place, and never costs another operation.
public enum OpenAPICompiler {
    /// Reads a document, with all that its references lead to, and compiles it. Never throws: a document that can't be read is a compilation
    /// without tools whose diagnostics say why.
    public static func compile(_ source: any DocumentSource, _ options: CompileOptions = CompileOptions()) async -> Compilation {
        let deadline = CompileDeadline(options.limits.time)
        let (documents, log) = await DocumentLoader.load(from: source, limits: options.limits)
        guard let documents else { return Compilation(log) }
        return compile(documents, options, log, deadline)
    }

    /// Compiles what was read.
    ///
    /// - Parameter deadline: nil: the time of the limits, from now on.
    static func compile(
        _ documents: DocumentSet, _ options: CompileOptions, _ log: DiagnosticLog, _ deadline: CompileDeadline? = nil
    ) -> Compilation {
        var log = log
        let deadline = deadline ?? CompileDeadline(options.limits.time)
        guard let api = Normaliser.normalise(documents, options, until: deadline, &log) else { return Compilation(log) }
        let (tools, coverage) = Planner.plan(api, documents: documents, options, until: deadline, &log)
        return Compilation(
            title: api.title, version: api.version, description: api.description, tools: tools, diagnostics: log.sorted,
            omittedDiagnostics: log.omitted, schemas: api.schemas, securitySchemes: api.securitySchemes,
            baseURI: documents.documents[0].uri, coverage: coverage)
    }
}

extension Compilation {
    /// Of a document that could not be understood.
    init(_ log: DiagnosticLog) {
        self.init(
            title: "", version: "", description: nil, tools: [], diagnostics: log.sorted, omittedDiagnostics: log.omitted,
            schemas: SchemaTable(), securitySchemes: [:], baseURI: "", coverage: Coverage())
    }
}
