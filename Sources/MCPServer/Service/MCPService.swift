public import Wire

/// Something that answers MCP: an embedded server, an upstream connection, a virtual server, a wrapper around another.
///
/// A service sees operations and outcomes, never a revision or a transport. One value serves many calls at once.
public protocol MCPService: Sendable {
    /// Who this service is and what it can do for this caller.
    func profile(_ context: any CallContext) async throws -> ServiceProfile

    /// Does what the operation says.
    /// - Throws: `MCPError`; anything else is told to the client as an internal error without detail.
    func perform(_ operation: Operation, _ context: any CallContext) async throws -> Outcome

    /// The input schema of a tool, where this service knows it: the rules for `Mcp-Param-*` headers are in it.
    /// nil: not known, nothing to check.
    func inputSchema(ofTool name: String, _ context: any CallContext) async throws -> JSONObject?

    /// Watches for changes until the returned sequence is dropped.
    func watch(_ filter: ChangeFilter, _ context: any CallContext) async throws -> Watch

    /// Does something with a task.
    func task(_ operation: TaskOperation, _ context: any CallContext) async throws -> RawObject

    /// The client's roots have changed (`notifications/roots/list_changed`, legacy revisions). The context is that of the
    /// client's session: whoever wants the new roots asks for them there.
    func rootsChanged(_ context: any CallContext) async
}

extension MCPService {
    /// Not known.
    public func inputSchema(ofTool name: String, _ context: any CallContext) async throws -> JSONObject? { nil }

    /// Nothing ever changes here, and nothing is promised.
    public func watch(_ filter: ChangeFilter, _ context: any CallContext) async throws -> Watch {
        Watch(honoured: ChangeFilter(), changes: AsyncStream { $0.finish() })
    }

    /// No tasks here.
    public func task(_ operation: TaskOperation, _ context: any CallContext) async throws -> RawObject {
        throw MCPError.methodNotFound("tasks")
    }

    /// Nothing here keeps a client's roots.
    public func rootsChanged(_ context: any CallContext) async {}
}

/// What a service says of itself. An object, because every call is handed one.
public final class ServiceProfile: Sendable {
    /// Name and version of the service.
    public let identity: Implementation
    /// What it can do. An endpoint takes out what its transport can't carry.
    public let capabilities: ServerCapabilities
    /// For the model: how to use this server.
    public let instructions: String?
    /// How long this profile may be kept.
    public let cacheHint: CacheHint
    /// Methods beyond the specification's that `perform` takes as `.other`.
    public let extensionMethods: Set<String>

    /// A profile with all its parts.
    public init(
        identity: Implementation, capabilities: ServerCapabilities, instructions: String? = nil,
        cacheHint: CacheHint = .none, extensionMethods: Set<String> = []
    ) {
        self.identity = identity
        self.capabilities = capabilities
        self.instructions = instructions
        self.cacheHint = cacheHint
        self.extensionMethods = extensionMethods
    }
}
