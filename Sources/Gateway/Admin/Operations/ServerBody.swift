internal import Directory
internal import Ledger
internal import Wire

/// Reads public MCP servers from bodies.
enum ServerBody {
    /// A new server, or one in place of `stored`, whose secrets it may name by their masks; the path names it where it has an id.
    static func server(
        _ body: BodyObject, id: String?, stored: (String) -> PublicServer? = { _ in nil }
    ) throws(AdminFailure) -> PublicServer {
        let bodyID = try body.string("id")
        let id = try body.required("id", "a text", id ?? bodyID)
        let kind = try body.required("type", kinds, kind(body))
        var server = PublicServer(id: id, kind: kind, createdAt: 0)
        try read(body, into: &server)
        return try checked(try restoringSecrets(of: server, from: stored(id), body), body)
    }

    /// What `stored` becomes: what the body leaves out is reset, but for type and status.
    static func replacement(_ body: BodyObject, for stored: PublicServer) throws(AdminFailure) -> PublicServer {
        var server = PublicServer(id: stored.id, kind: try kind(body) ?? stored.kind, createdAt: stored.createdAt)
        server.status = stored.status
        try read(body, into: &server)
        return try checked(try restoringSecrets(of: server, from: stored, body), body)
    }

    private static func restoringSecrets(
        of server: PublicServer, from stored: PublicServer?, _ body: BodyObject
    ) throws(AdminFailure) -> PublicServer {
        var server = server
        for part in ServerConfigurationPart<PublicServer>.all {
            server[keyPath: part.place] = try body.restored(
                part, server[keyPath: part.place], stored?[keyPath: part.place] ?? JSONObject())
        }
        return server
    }

    private static var kinds: String { PublicServer.Kind.all.map(\.name).joined(separator: ", ") }

    private static func kind(_ body: BodyObject) throws(AdminFailure) -> PublicServer.Kind? {
        guard let name = try body.string("type"), !name.isEmpty else { return nil }
        guard name != PublicServer.Kind.standardIO.name else {
            throw body.wrong("type", expected: "\(kinds); servers of the kind \(name) come from the configuration file only")
        }
        guard let kind = PublicServer.Kind.all.first(where: { $0.name == name }) else {
            throw body.wrong("type", expected: kinds)
        }
        return kind
    }

    private static func read(_ body: BodyObject, into server: inout PublicServer) throws(AdminFailure) {
        if let status = try body.status() { server.status = PublicServer.Status(number: status) }
        server.name = try body.string("name") ?? ""
        server.nameChinese = try body.string("name_cn") ?? ""
        server.description = try body.string("description") ?? ""
        server.descriptionChinese = try body.string("description_cn") ?? ""
        server.readme = try body.string("readme") ?? ""
        server.readmeChinese = try body.string("readme_cn") ?? ""
        server.readmeURL = try body.string("readme_url") ?? ""
        server.readmeChineseURL = try body.string("readme_cn_url") ?? ""
        server.githubURL = try body.string("github_url") ?? ""
        server.logoURL = try body.string("logo_url") ?? ""
        server.tags = try body.strings("tags") ?? []
        try readPrice(body, into: &server)
        for part in ServerConfigurationPart<PublicServer>.all {
            server[keyPath: part.place] = try body.object(part.member) ?? JSONObject()
        }
    }

    private static func readPrice(_ body: BodyObject, into server: inout PublicServer) throws(AdminFailure) {
        let price = BodyObject(try body.object("price") ?? JSONObject(), path: "price.")
        server.defaultToolCallPrice = try price.money("default_tools_call_price") ?? .zero
        let prices = BodyObject(try price.object("tools_call_prices") ?? JSONObject(), path: "price.tools_call_prices.")
        for tool in prices.members.names { server.toolCallPrices[tool] = try prices.money(tool) }
    }

    /// The server, if the part of the configuration that its kind uses can be used.
    private static func checked(_ server: PublicServer, _ body: BodyObject) throws(AdminFailure) -> PublicServer {
        try ServerConfigurationCheck.test(server.testConfig, body)
        if server.kind.isProxy { try ServerConfigurationCheck.proxy(server.proxyConfig, takesReusing: true, body) }
        if server.kind == .openAPI { try ServerConfigurationCheck.openAPI(server.openAPIConfig, takesReusing: true, body) }
        guard server.kind == .embedded else { return server }
        try ServerConfigurationCheck.embedded(server.embedConfig, body)
        try EmbeddedBody.check(server, at: body.place(of: "embed_config.init"))
        return EmbeddedBody.completed(server)
    }
}
