/// Which MCP servers there are and who may use them.
///
/// A caller may use every enabled public server whose required parameters its group has saved, and its group's own enabled servers.
extension Snapshot {
    /// A server that is offered to all, whether or not anybody can use it.
    public func publicServer(id: String) -> PublicServer? { state.publicServers[id]?.server }

    /// All servers that are offered to all, by id, disabled ones too.
    public var publicServers: [PublicServer] { state.publicServers.sorted.map(\.server) }

    /// A server that is offered to all, if the caller can use it: two dictionary accesses.
    /// - Throws: `ServerRefusal`.
    public func publicServer(id: String, for caller: Caller) throws(ServerRefusal) -> PublicServer {
        guard let offered = state.publicServers[id] else { throw .unknown }
        if let refusal = offered.refusal(parameters(ofServer: id, group: caller.group.id)) { throw refusal }
        return offered.server
    }

    /// The public servers that a caller can use, by id.
    public func publicServers(for caller: Caller) -> [PublicServer] {
        let saved = state.tenants.parameters(of: caller.group.id)
        return state.publicServers.sorted.filter { $0.refusal(saved[$0.server.id]) == nil }.map(\.server)
    }

    /// A server of a group, enabled or not; `Access` says who may use it.
    public func groupServer(id: String, group: String) -> GroupServer? { state.tenants.servers(of: group)[id] }

    /// A server of the caller's own group, if the caller can use it.
    /// - Throws: `ServerRefusal`.
    public func groupServer(id: String, for caller: Caller) throws(ServerRefusal) -> GroupServer {
        guard let server = groupServer(id: id, group: caller.group.id) else { throw .unknown }
        guard Access.allows(caller, server) else { throw .disabled }
        return server
    }

    /// The servers of a caller's own group that it may use, by id.
    public func groupServers(for caller: Caller) -> [GroupServer] {
        state.tenants.servers(of: caller.group.id).values.filter { Access.allows(caller, $0) }.sorted { $0.id < $1.id }
    }

    /// The server that a caller means by an id alone: its group's own before one that is offered to all, so that a server which the
    /// operator adds later never takes the place of one that a group relies on.
    /// - Throws: `ServerRefusal`.
    public func server(named id: String, for caller: Caller) throws(ServerRefusal) -> UsableServer {
        if groupServer(id: id, group: caller.group.id) != nil { return .own(try groupServer(id: id, for: caller)) }
        return .offered(try publicServer(id: id, for: caller))
    }

    /// Everything that a caller can use: the public servers by id, then its group's own by id.
    public func servers(for caller: Caller) -> [UsableServer] {
        publicServers(for: caller).map { .offered($0) } + groupServers(for: caller).map { .own($0) }
    }

    /// The id of the server that is offered to all and that a host name spells `label`: names of hosts have no case, ids have one. An id
    /// that is spelt just so counts first, then the first by id; `label` itself where there is none.
    public func publicServerID(inHostName label: String) -> String {
        if state.publicServers[label] != nil { return label }
        let wanted = label.lowercased()
        return state.publicServers.sorted.first { $0.server.id.lowercased() == wanted }?.server.id ?? label
    }

    /// The same for a server of a group.
    public func groupServerID(inHostName label: String, group: String) -> String {
        let servers = state.tenants.servers(of: group)
        if servers[label] != nil { return label }
        let wanted = label.lowercased()
        return servers.keys.filter { $0.lowercased() == wanted }.min() ?? label
    }

    /// What a group saved for a public server.
    public func parameters(ofServer id: String, group: String) -> ServerParameters? {
        state.tenants.parameters(of: group)[id]
    }

    /// What answers a caller's calls of a server.
    /// - Throws: `ServerTargetError`.
    public func target(of server: UsableServer, for caller: Caller) throws(ServerTargetError) -> ServerTarget {
        try target(of: server, group: caller.group.id)
    }

    /// What answers a group's calls of a server.
    /// - Throws: `ServerTargetError`.
    public func target(of server: UsableServer, group: String) throws(ServerTargetError) -> ServerTarget {
        switch server {
        case .offered(let server):
            try ServerTarget(server, parameters: parameters(ofServer: server.id, group: group))
        case .own(let server): try ServerTarget(server)
        }
    }
}
