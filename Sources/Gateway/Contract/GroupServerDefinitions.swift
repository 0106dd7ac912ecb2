internal import Directory
internal import Wire

extension Definitions {
    /// An MCP server of a group. Of its configuration the part that its kind uses is there, the other only where it holds
    /// something; secrets are masked unless they are shown.
    static let groupServer = Definition<GroupServer>(
        name: "GroupMCP",
        members: [
            .string("id") { $0.id },
            .string("group_id") { $0.groupID },
            .integer("status") { $0.status.number },
            .string("type") { $0.kind.name },
            .string("name") { $0.name },
            .string("description") { $0.description },
            .moment("created_at") { $0.createdAt },
            .moment("update_at") { $0.updatedAt },
            ServerConfigurationPart<GroupServer>.proxy.shown { $0.kind.isProxy },
            ServerConfigurationPart<GroupServer>.openAPI.shown { !$0.kind.isProxy },
            Member("endpoints", .reference(Definitions.endpoints.name)) { server, presentation in
                Definitions.endpoints.json(ServerEndpoints(server, presentation), presentation)
            },
        ])

    /// What a group saved for a public server. Its values are secrets.
    static let serverParameters = Definition<ServerParameters>(
        name: "PublicMCPReusingParam",
        members: [
            .string("mcp_id") { $0.serverID },
            .string("group_id") { $0.groupID },
            Member("params", .map(.string)) { $0.shownValues($1) },
            .moment("created_at") { $0.createdAt },
            .moment("update_at") { $0.updatedAt },
        ])
}

extension ServerParameters {
    /// The values by their keys, masked unless secrets are shown.
    func shownValues(_ presentation: Presentation) -> JSON {
        .object(JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, .string(presentation.secret($0.value))) }))
    }
}

extension ServerConfigurationPart where Server == GroupServer {
    static var proxy: Self { Self(member: "proxy_config", place: \.proxyConfig, secretMembers: ["headers", "querys"]) }
    static var openAPI: Self {
        Self(member: "openapi_config", place: \.openAPIConfig, secretMembers: openAPISecrets)
    }
    static var all: [Self] { [proxy, openAPI] }
}
