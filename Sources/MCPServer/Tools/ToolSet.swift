public import Wire

/// A service made of tools alone: what most embedded servers are.
public struct ToolSet: MCPService {
    private let features: FeatureSet
    private let profile: ServiceProfile

    /// A service with those tools, listed in that order. Of two tools with one name, only the first exists.
    ///
    /// - Parameters:
    ///   - pageSize: the most tools in one page of `tools/list`.
    ///   - cacheHint: how long the list may be kept. It is the same for every caller.
    public init(
        identity: Implementation, instructions: String? = nil, tools: [Tool], pageSize: Int = 250,
        cacheHint: CacheHint = CacheHint(lifetime: .seconds(300), scope: .public)
    ) {
        features = FeatureSet(
            identity: identity, instructions: instructions, tools: tools, pageSize: pageSize, cacheHint: cacheHint)
        // Tools are declared where there are none too: an empty list is one.
        profile = ServiceProfile(
            identity: identity, capabilities: ServerCapabilities(.tools), instructions: instructions, cacheHint: cacheHint)
    }

    /// Always the same.
    public func profile(_ context: any CallContext) async throws -> ServiceProfile { profile }

    /// That of the tool.
    public func inputSchema(ofTool name: String, _ context: any CallContext) async throws -> JSONObject? {
        try await features.inputSchema(ofTool: name, context)
    }

    /// Lists the tools, or calls one whose arguments fit its schema.
    public func perform(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        switch operation.kind {
        case .list(.tools), .callTool, .other: return try await features.perform(operation, context)
        case .list, .getPrompt, .readResource, .complete: throw MCPError.methodNotFound("this server has tools only")
        }
    }
}
