public import MCPServer
public import Outbound
public import Wire

/// An OpenAPI document as an MCP server: each operation a tool.
///
/// The document is read when it is first needed, compiled once for all who use the same, and looked at again from time to time where it is
/// behind a URL; who watches then learns that the list changed.
public final class OpenAPIService: MCPService {
    /// What a service is made of.
    public struct Configuration: Sendable {
        /// Where the document is.
        public var source: any DocumentSource
        /// Calls the API, and fetches access tokens.
        public var client: any WebClient
        public var options = CompileOptions()
        /// The base URL of the API, in place of the document's.
        public var serverAddress: String?
        public var credentials = Credentials()
        public var policy = CallPolicy()
        /// How often the document is looked at again; nil: it can't change.
        public var refreshInterval: Duration? = .seconds(300)

        /// A configuration with the rest as it is by itself.
        public init(source: any DocumentSource, client: any WebClient) {
            self.source = source
            self.client = client
        }
    }

    private let document: LiveDocument

    /// A service that has read nothing yet.
    ///
    /// - Parameters:
    ///   - cache: shared by services, so that each document is compiled once.
    ///   - changes: where it announces that its list changed.
    public init(_ configuration: Configuration, cache: CompilationCache, changes: ChangeHub = ChangeHub()) {
        document = LiveDocument(configuration, cache: cache, changes: changes)
    }

    /// Title and description of the document.
    /// - Throws: `MCPError` where the document can't be had.
    public func profile(_ context: any CallContext) async throws -> ServiceProfile {
        try await document.current().features.profile(context)
    }

    /// Lists tools, calls one, or reads a schema that was too large for the list.
    public func perform(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        try await document.current().features.perform(operation, context)
    }

    /// That of the tool.
    public func inputSchema(ofTool name: String, _ context: any CallContext) async throws -> JSONObject? {
        try await document.current().features.inputSchema(ofTool: name, context)
    }

    /// Watches for another version of the document.
    public func watch(_ filter: ChangeFilter, _ context: any CallContext) async throws -> Watch {
        try await document.current().features.watch(filter, context)
    }

    /// What compiling the document gave: for people.
    /// - Throws: `MCPError` where the document can't be had.
    public func compilation() async throws -> Compilation { try await document.current().compilation }
}
