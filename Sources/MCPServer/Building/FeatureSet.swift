public import Wire

/// A service made of tools, resources, templates and prompts that are written down here: what embedded servers are.
///
/// What it declares follows from what it has. Its lists are the same for every caller and for as long as it lives.
public struct FeatureSet: MCPService {
    private let profile: ServiceProfile
    private let tools: FeatureList<Tool>
    let resources: FeatureList<Resource>
    let templates: FeatureList<ResourceTemplate>
    let prompts: FeatureList<Prompt>
    private let changes: ChangeHub?
    private let cacheHint: CacheHint

    /// A service of those features, each listed in its order. Of two with one name or URI, only the first exists.
    ///
    /// - Parameters:
    ///   - logs: whether handlers tell the client's log anything.
    ///   - changes: where handlers announce changes; without one nothing ever changes.
    ///   - pageSize: the most entries in one page of a list.
    ///   - cacheHint: how long the lists may be kept.
    public init(
        identity: Implementation, instructions: String? = nil, tools: [Tool] = [], resources: [Resource] = [],
        resourceTemplates: [ResourceTemplate] = [], prompts: [Prompt] = [], logs: Bool = false,
        changes: ChangeHub? = nil, pageSize: Int = 250,
        cacheHint: CacheHint = CacheHint(lifetime: .seconds(300), scope: .public)
    ) {
        self.tools = FeatureList(.tools, tools, pageSize: pageSize, key: \.name, definition: \.definition)
        self.resources = FeatureList(.resources, resources, pageSize: pageSize, key: \.uri, definition: \.definition)
        templates = FeatureList(
            .resourceTemplates, resourceTemplates, pageSize: pageSize, key: \.template.text, definition: \.definition)
        self.prompts = FeatureList(.prompts, prompts, pageSize: pageSize, key: \.name, definition: \.definition)
        self.changes = changes
        self.cacheHint = cacheHint

        var capabilities = JSONObject()
        let listChanged: JSONObject = changes == nil ? [:] : ["listChanged": true]
        if !tools.isEmpty { capabilities["tools"] = .object(listChanged) }
        if !prompts.isEmpty { capabilities["prompts"] = .object(listChanged) }
        if !resources.isEmpty || !resourceTemplates.isEmpty {
            capabilities["resources"] = changes == nil ? [:] : ["subscribe": true, "listChanged": true]
        }
        let completes =
            resourceTemplates.contains { !$0.completers.isEmpty }
            || prompts.contains { $0.arguments.contains { $0.completer != nil } }
        if completes { capabilities["completions"] = [:] }
        if logs { capabilities["logging"] = [:] }
        profile = ServiceProfile(
            identity: identity, capabilities: ServerCapabilities(capabilities), instructions: instructions,
            cacheHint: cacheHint)
    }

    /// Always the same.
    public func profile(_ context: any CallContext) async throws -> ServiceProfile { profile }

    /// That of the tool.
    public func inputSchema(ofTool name: String, _ context: any CallContext) async throws -> JSONObject? {
        tools[name]?.inputSchema
    }

    /// Lists, or hands a call to what it names.
    public func perform(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        do {
            switch operation.kind {
            case .list(let kind): return .complete(try page(kind, operation.cursor), cacheHint)
            case .callTool: return .complete(try await call(operation, context).object)
            case .getPrompt: return .complete(try await prompt(operation, context).object)
            case .readResource: return try await read(operation, context)
            case .complete: return .complete(try await completion(operation, context))
            case .other(let method): throw MCPError.methodNotFound(method)
            }
        } catch let needed as InputNeeded {
            return .needs(needed.asks, needed.continuation)
        } catch let refused as AskRefused {
            throw MCPError.internalError(refused.explanation)
        }
    }

    /// Watches for what handlers announce to this caller. Only resources that exist are honoured.
    /// - Throws: `MCPError` where too many watch already.
    public func watch(_ filter: ChangeFilter, _ context: any CallContext) async throws -> Watch {
        var honoured = ChangeFilter()
        guard let changes else { return Watch(honoured: honoured, changes: AsyncStream { $0.finish() }) }
        honoured.toolsListChanged = filter.toolsListChanged && !tools.isEmpty
        honoured.promptsListChanged = filter.promptsListChanged && !prompts.isEmpty
        honoured.resourcesListChanged = filter.resourcesListChanged && !(resources.isEmpty && templates.isEmpty)
        honoured.resourceSubscriptions = filter.resourceSubscriptions.filter { uri in
            resources[uri] != nil || templates.firstMap { $0.template.match(uri) } != nil
        }
        return Watch(honoured: honoured, changes: try changes.watch(honoured, audience: context.principal.id))
    }

    // MARK: - Each kind of call

    private func page(_ kind: Operation.ListKind, _ cursor: String?) throws(MCPError) -> RawObject {
        switch kind {
        case .tools: try tools.page(cursor)
        case .prompts: try prompts.page(cursor)
        case .resources: try resources.page(cursor)
        case .resourceTemplates: try templates.page(cursor)
        }
    }

    private func call(_ operation: Operation, _ context: any CallContext) async throws -> ToolResult {
        let name = operation.target ?? ""
        guard let tool = tools[name] else { throw MCPError.unknownTool(name) }
        if let fault = tool.argumentChecker.fault(in: operation.arguments) {
            throw MCPError.invalidToolArguments("Invalid arguments for tool \(name): \(fault)")
        }
        do {
            return try await tool.handler(FeatureCall(operation, context))
        } catch let refused as AskRefused {
            return .failure(refused.explanation)
        }
    }

    private func prompt(_ operation: Operation, _ context: any CallContext) async throws -> PromptResult {
        let name = operation.target ?? ""
        guard let prompt = prompts[name] else { throw MCPError.unknownPrompt(name) }
        return try await prompt.handler(prompt.texts(operation.arguments), FeatureCall(operation, context))
    }

    private func read(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        let uri = operation.target ?? ""
        let call = try FeatureCall(operation, context)
        if let resource = resources[uri] {
            return .complete(Self.contents(try await resource.reader(call)), resource.cacheHint)
        }
        let match = templates.firstMap { template in template.template.match(uri).map { (template, $0) } }
        guard let (template, variables) = match else { throw MCPError.resourceNotFound(uri: uri) }
        return .complete(Self.contents(try await template.reader(uri, variables, call)), template.cacheHint)
    }

    private static func contents(_ contents: [ResourceContents]) -> RawObject {
        ["contents": .array(contents.map(\.json))]
    }
}
