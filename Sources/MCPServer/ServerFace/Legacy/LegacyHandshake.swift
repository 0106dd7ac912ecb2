import Wire

/// What `initialize` says, and what is said to it (lifecycle of each legacy revision).
enum LegacyHandshake {
    /// The largest capabilities object that a session keeps, in bytes of JSON.
    static let maximumCapabilityBytes = 8 << 10
    /// The largest client identity that a session keeps whole; of a larger one (icons) the names remain.
    static let maximumInfoBytes = 1 << 10

    /// Reads `initialize`.
    /// - Throws: `invalidParams` that names the member.
    static func greeting(_ params: JSONObject?) throws(MCPError) -> LegacySession.Greeting {
        guard let version = params?["protocolVersion"]?.stringValue else {
            throw .invalidParams("params.protocolVersion must be a string")
        }
        guard let capabilities = params?["capabilities"]?.objectValue else {
            throw .invalidParams("params.capabilities must be an object")
        }
        guard JSON.object(capabilities).serializedBytes().count <= maximumCapabilityBytes else {
            throw .invalidParams("params.capabilities is larger than \(maximumCapabilityBytes) bytes")
        }
        guard var info = params?["clientInfo"]?.objectValue.flatMap({ Implementation($0) }) else {
            throw .invalidParams("params.clientInfo must be an object with name and version")
        }
        if JSON.object(info.json).serializedBytes().count > maximumInfoBytes {
            info = Implementation(name: String(info.name.prefix(256)), version: String(info.version.prefix(256)))
        }
        return LegacySession.Greeting(
            revision: .negotiated(for: version), capabilities: ClientCapabilities(capabilities), info: info)
    }

    /// The result of `initialize`: who we are, and what is really served.
    static func result(_ profile: ServiceProfile, for revision: Revision) -> RawObject {
        var capabilities = profile.capabilities.json
        // The tasks of 2025-11-25 have methods of their own, which are not served here.
        if capabilities.contains("tasks") { capabilities["tasks"] = nil }
        var result: JSONObject = [
            "protocolVersion": .string(revision.rawValue), "capabilities": .object(capabilities),
            "serverInfo": .object(profile.identity.json),
        ]
        if let instructions = profile.instructions { result["instructions"] = .string(instructions) }
        return RawObject(result)
    }
}

extension ServerCapabilities {
    /// Whether updates of single resources are offered.
    var offersSubscriptions: Bool { json["resources"]?["subscribe"] == true }

    /// The lists whose changes are offered.
    var changingLists: ChangeFilter {
        var filter = ChangeFilter()
        filter.toolsListChanged = json["tools"]?["listChanged"] == true
        filter.promptsListChanged = json["prompts"]?["listChanged"] == true
        filter.resourcesListChanged = json["resources"]?["listChanged"] == true
        return filter
    }
}
