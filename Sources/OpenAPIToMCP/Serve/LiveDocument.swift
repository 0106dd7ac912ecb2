import MCPServer
import Synchronization
import Wire

/// A document with what is served of it now.
final class LiveDocument: Sendable {
    /// What is served of one version of a document.
    struct Served: Sendable {
        let compilation: Compilation
        let features: FeatureSet
    }

    private let configuration: OpenAPIService.Configuration
    private let cache: CompilationCache
    private let changes: ChangeHub
    private let state: Mutex<RefreshState<Served>>
    private let reading = SingleFlight<Void>()
    /// What tells the version that is served from another.
    private let version = Mutex<DocumentSetVersion?>(nil)

    init(_ configuration: OpenAPIService.Configuration, cache: CompilationCache, changes: ChangeHub) {
        self.configuration = configuration
        self.cache = cache
        self.changes = changes
        state = Mutex(RefreshState(interval: configuration.refreshInterval))
    }

    /// What is served now; waits only where nothing is yet.
    /// - Throws: `MCPError` that says why there is nothing.
    func current() async throws(MCPError) -> Served {
        switch state.withLock({ $0.need(now: .now) }) {
        case .use(let served): return served
        case .useAndRefresh(let served):
            // Ends within the limits of reading; nobody waits for it.
            Task { await self.reading.run { await self.read() } }
            return served
        case .fail(let message): throw .internalError(message)
        case .load:
            await reading.run { await self.read() }
            switch state.withLock({ $0.need(now: .now) }) {
            case .use(let served), .useAndRefresh(let served): return served
            case .fail(let message): throw .internalError(message)
            case .load: throw .internalError("The document could not be read")
            }
        }
    }

    private func read() async {
        let reading: RefreshState<Served>.Reading
        if let known = version.withLock({ $0 }) {
            switch await DocumentLoader.refresh(known, from: configuration.source, limits: configuration.options.limits) {
            case .unchanged: reading = .unchanged
            case .changed(let documents, let log): reading = served(documents, log)
            case .unavailable(let log): reading = .failed(Self.fault(in: log))
            }
        } else {
            let (documents, log) = await DocumentLoader.load(from: configuration.source, limits: configuration.options.limits)
            reading = documents.map { served($0, log) } ?? .failed(Self.fault(in: log))
        }
        if state.withLock({ $0.ended(reading, now: .now) }) { changes.announce(.toolsListChanged) }
    }

    /// What can be served of these documents. One without operations is served as it is; one that could not be understood is not.
    private func served(_ documents: DocumentSet, _ log: DiagnosticLog) -> RefreshState<Served>.Reading {
        let options = configuration.options
        let compilation = cache.compilation(of: documents, options) { OpenAPICompiler.compile(documents, options, log) }
        if compilation.tools.isEmpty, compilation.diagnostics.contains(where: { $0.severity == .error }) {
            return .failed(Self.fault(in: compilation.diagnostics))
        }
        let features = ServedFeatures.make(compilation, configuration, changes: changes)
        version.withLock { $0 = DocumentSetVersion(documents) }
        return .loaded(Served(compilation: compilation, features: features))
    }

    private static func fault(in log: DiagnosticLog) -> String { fault(in: log.sorted) }

    private static func fault(in diagnostics: [Diagnostic]) -> String {
        let error = diagnostics.first { $0.severity == .error } ?? diagnostics.first
        return "The OpenAPI document can't be served" + (error.map { ": \($0)" } ?? "")
    }
}
