public import Wire

/// A server made of several: everything that one caller may use, under one address.
///
/// It is made for one request, from what the caller's token allows; what must last longer is in the `FederationMemory`. Members may
/// be gated, each by a gate that knows it. `docs/mcp-federation.md` says how names and URIs are told apart.
public struct VirtualService: MCPService {
    /// One of the servers.
    public struct Member: Sendable {
        /// What tells it from the others, the same for ever: names are made of it.
        public let id: String
        /// What a person sees of it: in questions, and above its instructions.
        public let label: String
        /// The server, behind whatever gate it has.
        public let service: any MCPService

        /// A member; a label that is too long is cut.
        public init(id: String, label: String, service: any MCPService) {
            self.id = id
            self.label = label.count > 80 ? String(label.prefix(79)) + "…" : label
            self.service = service
        }
    }

    /// Whether this caller may see and call a tool of a member, by the member's id and the member's own name of the tool.
    public typealias ToolVisibility = @Sendable (_ member: String, _ tool: String) -> Bool

    let identity: Implementation
    let members: [Member]
    /// The members' parts of exposed names, in the same order.
    let prefixes: [String]
    let positions: [String: Int]
    let scope: FederationScope
    let memory: FederationMemory
    let limits: FederationLimits
    let isVisible: ToolVisibility
    let tokens: SealedTokens?
    let clock: WallClock

    /// A server made of members, in the order in which their lists are joined.
    ///
    /// - Parameters:
    ///   - endpoint: what tells this endpoint from others: cursors and URIs of one mean nothing to another.
    ///   - members: of two with one id the first counts.
    ///   - visibility: the same for callers who have the same members in the same order, may see the same tools, and reach the
    ///     members with the same credentials. The caller's principal is always right.
    ///   - tokens: seals cursors; without it they are plain, and unguessable.
    ///   - isVisible: which tools exist for this caller.
    public init(
        endpoint: String, identity: Implementation, members: [Member], visibility: String, memory: FederationMemory,
        tokens: SealedTokens? = nil, clock: WallClock = .system, limits: FederationLimits = FederationLimits(),
        isVisible: @escaping ToolVisibility = { _, _ in true }
    ) {
        var positions: [String: Int] = [:]
        var unique: [Member] = []
        var prefixes: [String] = []
        for member in members {
            let prefix = ExposedName.prefix(ofMember: member.id)
            guard positions[prefix] == nil else { continue }
            positions[prefix] = unique.count
            unique.append(member)
            prefixes.append(prefix)
        }
        self.identity = identity
        self.members = unique
        self.prefixes = prefixes
        self.positions = positions
        self.memory = memory
        self.tokens = tokens
        self.clock = clock
        self.limits = limits
        self.isVisible = isVisible
        scope = FederationScope(endpoint: endpoint, visibility: visibility)
    }

    /// Does what the operation says, at the member whose name or URI it has.
    public func perform(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        switch operation.kind {
        case .list(let kind): return try await list(kind, cursor: operation.cursor, context)
        case .callTool: return try await callTool(operation, context)
        case .getPrompt: return try await getPrompt(operation, context)
        case .readResource: return try await readResource(operation, context)
        case .complete: return try await complete(operation, context)
        // No extension is declared whose methods would come here.
        case .other(let method): throw MCPError.methodNotFound(method)
        }
    }

    /// That of the member's tool; nil also for a tool that does not exist for this caller.
    public func inputSchema(ofTool name: String, _ context: any CallContext) async throws -> JSONObject? {
        guard let (member, tool) = try await visibleTool(name, context) else { return nil }
        return try await members[member].service.inputSchema(ofTool: tool, self.context(context, of: member))
    }

    /// Told to every member that keeps something of this client.
    public func rootsChanged(_ context: any CallContext) async {
        await withTaskGroup { group in
            for member in members.indices {
                group.addTask { await members[member].service.rootsChanged(self.context(context, of: member)) }
            }
        }
    }

    /// What is remembered for this caller alone.
    func caller(_ context: any CallContext) -> FederationRecords.Caller {
        FederationRecords.Caller(scope: scope, principal: context.principal.id)
    }

    /// The context that a member gets.
    func context(_ context: any CallContext, of member: Int) -> MemberContext {
        MemberContext(base: context, label: members[member].label, prefix: idPrefix(of: member))
    }

    /// What comes before a member's ids of tasks and elicitations. They are not shortened: no model sees them.
    func idPrefix(of member: Int) -> String { prefixes[member] + ExposedName.separator }
}
