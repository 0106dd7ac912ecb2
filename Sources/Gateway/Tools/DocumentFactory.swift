internal import Directory
internal import MCPServer
internal import OpenAPIToMCP
internal import Outbound

/// Makes the services of servers that are OpenAPI documents.
struct DocumentFactory: Sendable {
    /// For URLs that the operator gave.
    let operatorClient: any WebClient
    /// For URLs that a tenant, or a document from elsewhere, gave.
    let guardedClient: any WebClient
    /// Each document is compiled once for all servers that are made of it.
    let cache = CompilationCache()

    /// - Parameter changes: where it is announced that the list of tools changed.
    /// - Throws: `ServerFault` where a certificate can't be used.
    func service(for target: DocumentTarget, changes: ChangeHub) throws(ServerFault) -> OpenAPIService {
        var configuration = try Self.configuration(
            for: target, source: self.source(of: target), client: self.client(for: target))
        // What a stored text refers to may change; the text itself only with the configuration.
        if case .text = target.configuration.source { configuration.refreshInterval = .seconds(3600) }
        return OpenAPIService(configuration, cache: self.cache, changes: changes)
    }

    /// What compiling the document gives, for a look at it.
    func compilation(of target: DocumentTarget) async -> Compilation {
        await OpenAPICompiler.compile(self.source(of: target), CompileOptions(target.configuration))
    }

    private func source(of target: DocumentTarget) -> any DocumentSource {
        switch target.configuration.source {
        case .url(let url): WebSource(url.text, client: self.client(for: target))
        // The text is the operator's own; what it refers to is not.
        case .text(let text): TextSource(Array(text.utf8), name: "openapi_content", client: self.guardedClient)
        case .given: TextSource([])
        }
    }

    /// - Parameter client: calls the API, and fetches tokens.
    /// - Throws: `ServerFault` where a certificate can't be used.
    static func configuration(
        for target: DocumentTarget, source: any DocumentSource, client: any WebClient
    ) throws(ServerFault) -> OpenAPIService.Configuration {
        var configuration = OpenAPIService.Configuration(source: source, client: client)
        configuration.options = CompileOptions(target.configuration)
        configuration.serverAddress = target.configuration.serverAddress?.text
        configuration.credentials = try Credentials(target)
        return configuration
    }

    /// What calls the API and fetches tokens, and reads a document behind a URL.
    private func client(for target: DocumentTarget) -> any WebClient {
        guard target.urlSource == .operator else { return self.guardedClient }
        var origins: Set<String> = []
        switch target.configuration.source {
        case .text, .given: return self.operatorClient
        case .url(let url): origins.insert(url.origin)
        }
        if let address = target.configuration.serverAddress { origins.insert(address.origin) }
        for case .client(_, _, let text?, _) in target.credentials.values {
            if let url = ServerURL(text) { origins.insert(url.origin) }
        }
        return OriginClient(trusted: self.operatorClient, guarded: self.guardedClient, origins: origins)
    }
}

extension CompileOptions {
    /// What a configuration chooses.
    init(_ given: DocumentConfiguration) {
        self.init()
        include = given.include.map(OperationFilter.init)
        exclude = given.exclude.map(OperationFilter.init)
        names = given.names
        if let budget = given.inputBudget { inputBudget = budget }
        if let budget = given.outputBudget { outputBudget = budget }
        structuredOutput = given.structuredOutput
    }
}

extension OperationFilter {
    fileprivate init(_ given: DocumentConfiguration.Filter) {
        self.init(tag: given.tag, path: given.path, method: given.method, operation: given.operation)
    }
}
