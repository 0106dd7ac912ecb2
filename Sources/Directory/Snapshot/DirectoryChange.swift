public import Wire

/// One change of the directory, as the admin API makes it or the database tells of it.
public enum DirectoryChange: Sendable, Hashable {
    /// Adds a group, or replaces the one with its id; its tokens follow.
    case upsertGroup(Group)
    /// Removes a group with its tokens, its MCP servers and what it saved for public ones.
    case removeGroup(id: String)
    /// Adds a token, or replaces the one with its id.
    case upsertToken(Token)
    /// Removes a token.
    case removeToken(id: Int64)
    /// Adds a channel, or replaces the one with its id.
    case upsertChannel(Channel)
    /// Removes a channel.
    case removeChannel(id: Int64)
    /// Adds a model's configuration, or replaces it.
    case upsertModelConfig(ModelConfig)
    /// Removes a model's configuration.
    case removeModelConfig(model: String)
    /// Adds a public server, or replaces the one with its id.
    case upsertPublicServer(PublicServer)
    /// Removes a public server.
    case removePublicServer(id: String)
    /// Adds a group's server, or replaces the one with its id in the group.
    case upsertGroupServer(GroupServer)
    /// Removes a server of a group.
    case removeGroupServer(id: String, group: String)
    /// Adds what a group saved for a public server, or replaces it.
    case upsertServerParameters(ServerParameters)
    /// Removes what a group saved for a public server.
    case removeServerParameters(server: String, group: String)
    /// Sets an option of the operator's.
    case setOption(name: String, value: String)
    /// Removes an option, so that its default counts.
    case removeOption(name: String)
    /// Replaces the keys that act as the operator, all of them.
    case setInternalKeyHashes([KeyHash])
}
