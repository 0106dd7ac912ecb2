public import Wire

/// A service made of tools alone: what most embedded servers are.
public struct ToolSet: MCPService {
    private let profile: ServiceProfile
    private let tools: [Tool]
    private let positions: [String: Int]
    private let pageSize: Int
    private let cacheHint: CacheHint

    /// A service with those tools, listed in that order. Of two tools with one name, only the first exists.
    ///
    /// - Parameters:
    ///   - pageSize: the most tools in one page of `tools/list`.
    ///   - cacheHint: how long the list may be kept. It is the same for every caller.
    public init(
        identity: Implementation, instructions: String? = nil, tools: [Tool], pageSize: Int = 250,
        cacheHint: CacheHint = CacheHint(lifetime: .seconds(300), scope: .public)
    ) {
        var positions: [String: Int] = [:]
        var unique: [Tool] = []
        for tool in tools where positions[tool.name] == nil {
            positions[tool.name] = unique.count
            unique.append(tool)
        }
        self.tools = unique
        self.positions = positions
        self.pageSize = max(1, pageSize)
        self.cacheHint = cacheHint
        profile = ServiceProfile(
            identity: identity, capabilities: ServerCapabilities(.tools), instructions: instructions,
            cacheHint: cacheHint)
    }

    /// Always the same.
    public func profile(_ context: any CallContext) async throws -> ServiceProfile { profile }

    /// That of the tool.
    public func inputSchema(ofTool name: String, _ context: any CallContext) async throws -> JSONObject? {
        tool(name)?.inputSchema
    }

    /// Lists the tools, or calls one whose arguments fit its schema.
    public func perform(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        switch operation.kind {
        case .list(.tools): return .complete(try page(operation.cursor), cacheHint)
        case .callTool: return .complete(try await call(operation, context).object)
        case .list, .getPrompt, .readResource, .complete: throw MCPError.methodNotFound("this server has tools only")
        case .other(let method): throw MCPError.methodNotFound(method)
        }
    }

    private func call(_ operation: Operation, _ context: any CallContext) async throws -> ToolResult {
        let name = operation.target ?? ""
        guard let tool = tool(name) else { throw MCPError.unknownTool(name) }
        let arguments = operation.arguments
        if let fault = ArgumentChecker.fault(in: arguments, schema: tool.inputSchema) {
            throw MCPError.invalidToolArguments("Invalid arguments for tool \(name): \(fault)")
        }
        return try await tool.handler(arguments, context)
    }

    /// The tool of exactly that name. A dictionary alone would also find it under a canonically equivalent one.
    private func tool(_ name: String) -> Tool? {
        guard let position = positions[name], tools[position].name.isExactly(name) else { return nil }
        return tools[position]
    }

    // MARK: - Pages

    /// The list never changes while this value lives, so a cursor is just the place where a page begins.
    private static let cursorPrefix = "tools-"

    private func page(_ cursor: String?) throws(MCPError) -> RawObject {
        let start = try cursor.map { text throws(MCPError) in try self.start(text) } ?? 0
        let end = min(start + pageSize, tools.count)
        var result: JSONObject = ["tools": .array(tools[start..<end].map { .object($0.definition) })]
        if end < tools.count { result["nextCursor"] = .string("\(Self.cursorPrefix)\(end)") }
        return RawObject(result)
    }

    private func start(_ cursor: String) throws(MCPError) -> Int {
        guard cursor.hasPrefix(Self.cursorPrefix), let start = Int(cursor.dropFirst(Self.cursorPrefix.count)),
            start > 0, start < tools.count, start.isMultiple(of: pageSize), cursor == "\(Self.cursorPrefix)\(start)"
        else { throw .unknownCursor }
        return start
    }
}
