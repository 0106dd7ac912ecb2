internal import HashTreeCollections
internal import Wire

/// Groups, their tokens and their servers: the part of a directory that is large and changes often.
///
/// Persistent trees, so that a snapshot with one token changed shares all but a few nodes with the one before.
struct Tenants: Sendable {
    private var groups: TreeDictionary<String, Group> = [:]
    private var tokens: TreeDictionary<Int64, Token> = [:]
    private var callers: TreeDictionary<KeyHash, Caller> = [:]
    private var servers: TreeDictionary<String, [String: GroupServer]> = [:]
    /// By group and public server.
    private var parameters: TreeDictionary<String, [String: ServerParameters]> = [:]
    private var tokensOfGroup: TreeDictionary<String, TreeSet<Int64>> = [:]

    /// Adds or replaces a group, with new callers for its tokens.
    mutating func upsert(_ group: Group, _ catalogues: inout Catalogues) {
        groups[group.id] = group
        let catalogue = catalogues.place(for: group)
        for id in tokensOfGroup[group.id] ?? [] {
            guard let token = tokens[id] else { continue }
            callers[token.keyHash] = Caller(token: token, group: group, catalogue: catalogue)
        }
    }

    /// Removes a group with its tokens, servers and parameters, as the database does.
    mutating func removeGroup(_ id: String) {
        groups[id] = nil
        servers[id] = nil
        parameters[id] = nil
        for token in tokensOfGroup[id] ?? [] { removeToken(token) }
    }

    /// Adds or replaces a token. One whose group isn't there is kept, and opens nothing until the group comes.
    mutating func upsert(_ token: Token, _ catalogues: inout Catalogues) {
        let old = tokens.updateValue(token, forKey: token.id)
        if old?.groupID != token.groupID {
            if let old { forget(old, fromGroup: old.groupID) }
            tokensOfGroup[token.groupID, default: []].insert(token.id)
        }
        if let old, old.keyHash != token.keyHash { forgetKey(of: old) }
        guard let group = groups[token.groupID] else {
            forgetKey(of: token)
            return
        }
        callers[token.keyHash] = Caller(token: token, group: group, catalogue: catalogues.place(for: group))
    }

    mutating func removeToken(_ id: Int64) {
        guard let token = tokens.removeValue(forKey: id) else { return }
        forgetKey(of: token)
        forget(token, fromGroup: token.groupID)
    }

    /// The key may belong to another token by now, where two changes crossed.
    private mutating func forgetKey(of token: Token) {
        if callers[token.keyHash]?.token?.id == token.id { callers[token.keyHash] = nil }
    }

    private mutating func forget(_ token: Token, fromGroup group: String) {
        tokensOfGroup[group]?.remove(token.id)
        if tokensOfGroup[group]?.isEmpty == true { tokensOfGroup[group] = nil }
    }

    mutating func upsert(_ server: GroupServer) { servers[server.groupID, default: [:]][server.id] = server }

    mutating func removeServer(_ id: String, group: String) {
        servers[group]?[id] = nil
        if servers[group]?.isEmpty == true { servers[group] = nil }
    }

    mutating func upsert(_ saved: ServerParameters) { parameters[saved.groupID, default: [:]][saved.serverID] = saved }

    mutating func removeParameters(ofServer id: String, group: String) {
        parameters[group]?[id] = nil
        if parameters[group]?.isEmpty == true { parameters[group] = nil }
    }
}

extension Tenants {
    var groupCount: Int { groups.count }
    /// In no order.
    var allGroups: [Group] { Array(groups.values) }
    var allTokens: [Token] { Array(tokens.values) }
    var allServers: [GroupServer] { servers.values.flatMap(\.values) }
    var allParameters: [ServerParameters] { parameters.values.flatMap(\.values) }

    func group(_ id: String) -> Group? { groups[id] }
    func token(_ id: Int64) -> Token? { tokens[id] }
    func caller(_ hash: KeyHash) -> Caller? { callers[hash] }
    func servers(of group: String) -> [String: GroupServer] { servers[group] ?? [:] }
    func parameters(of group: String) -> [String: ServerParameters] { parameters[group] ?? [:] }
}
