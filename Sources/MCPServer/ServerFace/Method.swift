/// What is known about a method: its eras, what must be declared for it, and what it becomes.
struct Method: Sendable {
    enum Handling: Sendable {
        case initialize, ping, discover, setLevel
        case operation(Operation.Kind)
        case task(TaskOperation.Kind)
    }

    let handling: Handling
    /// The era it belongs to; nil: both.
    let era: Revision.Era?
    /// The server capability behind it.
    let feature: ServerCapabilities.Feature?
    /// The member of its parameters that says on what it works, and that `Mcp-Name` repeats.
    let targetMember: String?

    private init(
        _ handling: Handling, era: Revision.Era? = nil, feature: ServerCapabilities.Feature? = nil, target: String? = nil
    ) {
        self.handling = handling
        self.era = era
        self.feature = feature
        targetMember = target
    }

    /// Every method whose answer is the outcome of one call. What changes a session's subscriptions, or opens a stream of its
    /// own, is not among them.
    private static let known: [String: Method] = [
        "initialize": Method(.initialize, era: .legacy),
        "ping": Method(.ping, era: .legacy),
        "logging/setLevel": Method(.setLevel, era: .legacy, feature: .logging),
        "server/discover": Method(.discover, era: .modern),
        "tools/list": Method(.operation(.list(.tools)), feature: .tools),
        "tools/call": Method(.operation(.callTool), feature: .tools, target: "name"),
        "prompts/list": Method(.operation(.list(.prompts)), feature: .prompts),
        "prompts/get": Method(.operation(.getPrompt), feature: .prompts, target: "name"),
        "resources/list": Method(.operation(.list(.resources)), feature: .resources),
        "resources/templates/list": Method(.operation(.list(.resourceTemplates)), feature: .resources),
        "resources/read": Method(.operation(.readResource), feature: .resources, target: "uri"),
        "completion/complete": Method(.operation(.complete), feature: .completions),
        "tasks/get": Method(.task(.get), era: .modern, target: "taskId"),
        "tasks/update": Method(.task(.update), era: .modern, target: "taskId"),
        "tasks/cancel": Method(.task(.cancel), era: .modern, target: "taskId"),
    ]

    /// The method of that name as a client of that era may call it on a service of that profile.
    /// - Throws: `methodNotFound`, also where the capability behind it is not declared.
    static func named(_ name: String, era: Revision.Era, profile: ServiceProfile) throws(MCPError) -> Method {
        guard let method = known[name], method.era == nil || method.era == era else {
            guard profile.extensionMethods.contains(name) else { throw .methodNotFound(name) }
            return Method(.operation(.other(method: name)))
        }
        if let feature = method.feature, !profile.capabilities.declares(feature) { throw .methodNotFound(name) }
        if case .task = method.handling,
            !profile.capabilities.declares(extension: ClientCapabilities.tasksExtension)
        {
            throw .methodNotFound(name)
        }
        return method
    }
}
