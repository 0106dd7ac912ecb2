import Wire

/// What an upstream said of itself: by its handshake, or by `server/discover`.
struct Greeting: Sendable {
    /// The longest instructions that are kept, in bytes.
    private static let maximumInstructionBytes = 256 << 10

    let revision: Revision
    let capabilities: ServerCapabilities
    let identity: Implementation
    let instructions: String?
    var hint = CacheHint.none

    /// The result of `initialize`; nil where it is none, or names no legacy revision that is known here.
    init?(initializeResult result: RawObject) {
        let object = result.object
        guard let revision = object["protocolVersion"]?.stringValue.flatMap(Revision.init(text:)), revision.era == .legacy
        else { return nil }
        self.revision = revision
        capabilities = ServerCapabilities(object["capabilities"]?.objectValue ?? JSONObject())
        // Required, but some servers leave it out.
        identity =
            object["serverInfo"]?.objectValue.flatMap { Implementation($0) } ?? Implementation(name: "upstream", version: "0")
        instructions = Self.instructions(in: object)
    }

    /// The result of `server/discover`.
    init(discoverResult result: RawObject, revision: Revision) {
        let object = result.object
        self.revision = revision
        capabilities = ServerCapabilities(object["capabilities"]?.objectValue ?? JSONObject())
        identity =
            object["_meta"]?[ProtocolKey.serverInfo]?.objectValue.flatMap { Implementation($0) }
            ?? Implementation(name: "upstream", version: "0")
        instructions = Self.instructions(in: object)
        hint = CacheHint(in: object) ?? .none
    }

    private static func instructions(in object: JSONObject) -> String? {
        object["instructions"]?.stringValue.flatMap { $0.utf8.count <= maximumInstructionBytes ? $0 : nil }
    }

    /// What is passed on: the upstream's own word, without what can't be delivered.
    /// - Parameter hasOwnStream: whether messages outside of calls arrive from the upstream.
    func profile(hasOwnStream: Bool) -> ServiceProfile {
        var json = capabilities.json
        // Tasks of 2025-11-25 are not carried.
        json["tasks"] = nil
        // That revision has completion, but no capability to declare it by: such a server is asked, and says if it has none.
        if revision < .march2025, json.contains("prompts") || json.contains("resources"), !json.contains("completions") {
            json["completions"] = [:]
        }
        var capabilities = ServerCapabilities(json)
        if !hasOwnStream { capabilities = capabilities.withoutStreams() }
        return ServiceProfile(
            identity: identity, capabilities: capabilities, instructions: instructions, cacheHint: hint)
    }
}

extension CacheHint {
    /// What a modern result says of its own lifetime; nil where it says nothing.
    init?(in object: JSONObject) {
        guard let milliseconds = object["ttlMs"]?.int64Value, milliseconds >= 0 else { return nil }
        self.init(
            lifetime: .milliseconds(milliseconds),
            scope: object["cacheScope"]?.stringValue.flatMap(Scope.init(rawValue:)) ?? .private)
    }
}
