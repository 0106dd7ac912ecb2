internal import Directory
internal import Wire

/// Reads the MCP servers of groups from bodies.
enum GroupServerBody {
    /// A new server of a group.
    static func server(_ body: BodyObject, group: String) throws(AdminFailure) -> GroupServer {
        let id = try body.required("id", "a text", body.string("id"))
        let kind = try body.required("type", kinds, kind(body))
        var server = GroupServer(id: id, groupID: group, kind: kind, createdAt: 0)
        try read(body, into: &server)
        for part in ServerConfigurationPart<GroupServer>.all {
            server[keyPath: part.place] = try body.restored(part, server[keyPath: part.place], JSONObject())
        }
        try check(server, body)
        return server
    }

    /// What `stored` becomes: what the body leaves out is reset, but for type and status, and secrets that came back masked.
    static func replacement(_ body: BodyObject, for stored: GroupServer) throws(AdminFailure) -> GroupServer {
        var server = GroupServer(
            id: stored.id, groupID: stored.groupID, kind: try kind(body) ?? stored.kind, createdAt: stored.createdAt)
        server.status = stored.status
        try read(body, into: &server)
        for part in ServerConfigurationPart<GroupServer>.all {
            server[keyPath: part.place] = try body.restored(part, server[keyPath: part.place], stored[keyPath: part.place])
        }
        try check(server, body)
        return server
    }

    private static var kinds: String { GroupServer.Kind.all.map(\.name).joined(separator: ", ") }

    private static func kind(_ body: BodyObject) throws(AdminFailure) -> GroupServer.Kind? {
        guard let name = try body.string("type"), !name.isEmpty else { return nil }
        guard name != PublicServer.Kind.standardIO.name else {
            throw body.wrong("type", expected: "\(kinds); servers of the kind \(name) come from the configuration file only")
        }
        guard let kind = GroupServer.Kind(anyName: name) else { throw body.wrong("type", expected: kinds) }
        return kind
    }

    private static func read(_ body: BodyObject, into server: inout GroupServer) throws(AdminFailure) {
        if let status = try body.status() { server.status = PublicServer.Status(number: status) }
        server.name = try body.string("name") ?? ""
        server.description = try body.string("description") ?? ""
        for part in ServerConfigurationPart<GroupServer>.all {
            server[keyPath: part.place] = try body.object(part.member) ?? JSONObject()
        }
    }

    private static func check(_ server: GroupServer, _ body: BodyObject) throws(AdminFailure) {
        if server.kind.isProxy {
            try ServerConfigurationCheck.proxy(server.proxyConfig, takesReusing: false, body)
        } else {
            try ServerConfigurationCheck.openAPI(server.openAPIConfig, takesReusing: false, body)
        }
    }
}
