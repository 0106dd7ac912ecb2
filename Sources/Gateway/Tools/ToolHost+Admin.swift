internal import Directory
internal import MCPServer
internal import Wire

extension ToolHost: ToolLister {
    /// The most pages and tools that are asked for.
    private static let maximumPages = 100
    private static let maximumTools = 10_000

    /// All tools of a server, by a connection that is made for it.
    func tools(of server: UsableServer, target: ServerTarget) async throws -> [JSON] {
        let hosted = try self.separate(server, target)
        do {
            let tools = try await Self.tools(of: hosted.service)
            await hosted.upstream?.close()
            return tools
        } catch {
            await hosted.upstream?.close()
            throw error
        }
    }

    private static func tools(of service: any MCPService) async throws -> [JSON] {
        let context = OwnContext(
            principal: Principal(id: "portico"), chain: "list", limits: CallClock.Limits(idle: .seconds(15), total: .seconds(60)))
        var tools: [JSON] = []
        var cursor: String?
        for _ in 0..<self.maximumPages {
            var params = RawObject()
            if let cursor { params["cursor"] = .string(cursor) }
            let outcome = try await service.perform(MCPServer.Operation(.list(.tools), params: params), context)
            guard case .complete(let result, _) = outcome else { break }
            tools += result["tools"]?.arrayValue ?? []
            guard let next = result["nextCursor"]?.stringValue, next != cursor, tools.count < self.maximumTools else { break }
            cursor = next
        }
        return Array(tools.prefix(self.maximumTools))
    }
}

extension ToolHost: UpstreamHealthSource {
    func upstreams() -> [UpstreamHealth] {
        self.all.compactMap { key, server in server.upstream.map { Self.health(key, server, $0.health) } }
    }

    private static func health(
        _ key: HostedServers.Key, _ server: HostedServer, _ found: MCPServer.UpstreamHealth
    ) -> UpstreamHealth {
        let (id, group) =
            switch key {
            case .offered(let id, let group): (id, group)
            case .own(let id, let group): (id, group)
            case .trial(let id, _, _): (id, nil)
            }
        var health = UpstreamHealth(serverID: id, groupID: group, kind: server.kind)
        health.transport = found.transport?.replacing("-", with: "_") ?? ""
        health.era =
            switch found.era {
            case .legacy: .legacy
            case .modern: .modern
            case nil: .unknown
            }
        health.revision = found.revision?.rawValue
        health.sessions = found.sessions
        health.calls = found.calls
        health.lastError = found.lastError.map { error in server.target?.redacting(error) ?? error }
        health.lastErrorAt = found.lastErrorMilliseconds ?? 0
        health.lastSuccessAt = found.lastContactMilliseconds ?? 0
        return health
    }
}
