internal import Directory
internal import Ledger
internal import Wire

extension Definitions {
    /// A public MCP server. The part of its configuration that its kind uses is there, others only where they hold something;
    /// secrets in them are masked unless they are shown.
    static let publicServer = Definition<PublicServer>(name: "PublicMCP", members: serverTexts + serverConfigurations)

    static let serverTexts: [Member<PublicServer>] = [
        .string("id") { $0.id },
        .integer("status") { $0.status.number },
        .string("type") { $0.kind.name },
        .string("name") { $0.name },
        .string("name_cn") { $0.nameChinese },
        .string("description") { $0.description },
        .string("description_cn") { $0.descriptionChinese },
        .string("readme") { $0.readme },
        .string("readme_cn") { $0.readmeChinese },
        .string("readme_url") { $0.readmeURL },
        .string("readme_cn_url") { $0.readmeChineseURL },
        .string("github_url") { $0.githubURL },
        .string("logo_url") { $0.logoURL },
        .strings("tags") { $0.tags },
        .moment("created_at") { $0.createdAt },
        .moment("update_at") { $0.updatedAt },
    ]

    private static let serverConfigurations: [Member<PublicServer>] = [
        serverPrice,
        ServerConfigurationPart<PublicServer>.proxy.shown { $0.kind.isProxy },
        ServerConfigurationPart<PublicServer>.openAPI.shown { $0.kind == .openAPI },
        ServerConfigurationPart<PublicServer>.embedded.shown { $0.kind == .embedded },
        ServerConfigurationPart<PublicServer>.test.shown { _ in false },
        Member("endpoints", .reference(Definitions.endpoints.name)) { server, presentation in
            Definitions.endpoints.json(ServerEndpoints(server, presentation), presentation)
        },
    ]

    static let serverPrice = Member<PublicServer>("price", .object) { server, _ in
        let prices = server.toolCallPrices.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }
        return [
            "default_tools_call_price": server.defaultToolCallPrice.json, "tools_call_prices": .object(JSONObject(prices)),
        ]
    }
}

/// A part of a server's configuration: where it is, and which of its members hold secrets.
struct ServerConfigurationPart<Server>: Sendable {
    let member: String
    let place: any WritableKeyPath<Server, JSONObject> & Sendable
    let secretMembers: Set<String>

    /// How answers show it: where the server uses it, or it holds something; masked unless secrets are shown.
    func shown(where uses: @escaping @Sendable (Server) -> Bool) -> Member<Server> {
        Member(member, .object) { server, presentation in
            let object = server[keyPath: self.place]
            guard uses(server) || !object.isEmpty else { return nil }
            return .object(presentation.showsSecrets ? object : self.masked(object))
        }
    }

    func masked(_ object: JSONObject) -> JSONObject {
        JSONObject(object.map { ($0.name, secretMembers.contains($0.name) ? SecretMask.mask($0.value) : $0.value) })
    }

    /// What to store: secrets that came back as their masks stay what they were.
    /// - Throws: `ServerFault` that names a mask for which nothing is stored: as a secret it would be wrong, and the secret lost.
    func restored(_ given: JSONObject, stored: JSONObject) throws(ServerFault) -> JSONObject {
        var restored = given
        for (name, value) in given where secretMembers.contains(name) {
            if let place = SecretMask.placeOfStrayMask(in: value, stored: stored[name], at: "\(member).\(name)") {
                throw ServerFault(place, expected: SecretMask.strayForm)
            }
            restored[name] = SecretMask.restore(value, stored: stored[name])
        }
        return restored
    }
}

extension ServerConfigurationPart {
    /// Of `openapi_config`, whosever server it is.
    static var openAPISecrets: Set<String> { ["authorization", "credentials", "client_certificate"] }
}

extension ServerConfigurationPart where Server == PublicServer {
    static var proxy: Self { Self(member: "proxy_config", place: \.proxyConfig, secretMembers: ["headers", "querys"]) }
    static var openAPI: Self {
        Self(
            member: "openapi_config", place: \.openAPIConfig,
            secretMembers: openAPISecrets)
    }
    static var embedded: Self { Self(member: "embed_config", place: \.embedConfig, secretMembers: ["init"]) }
    static var test: Self { Self(member: "test_config", place: \.testConfig, secretMembers: ["params"]) }
    static var all: [Self] { [proxy, openAPI, embedded, test] }
}

/// Where a server is reached.
struct ServerEndpoints: Sendable {
    let host: String
    let sse: String
    let streamableHTTP: String

    /// Nowhere.
    static let none = ServerEndpoints(host: "", sse: "", streamableHTTP: "")

    private init(host: String, sse: String, streamableHTTP: String) {
        self.host = host
        self.sse = sse
        self.streamableHTTP = streamableHTTP
    }

    init(_ server: PublicServer, _ presentation: Presentation) {
        guard server.kind.isCallable else {
            self = .none
            return
        }
        self.init(
            id: server.id, ownHost: presentation.publicMCPHost, host: presentation.host, path: "/mcp/public/\(server.id)")
    }

    init(_ server: GroupServer, _ presentation: Presentation) {
        self.init(id: server.id, ownHost: presentation.groupMCPHost, host: presentation.host, path: "/mcp/group/\(server.id)")
    }

    /// - Parameter ownHost: below which each server has a host name of its own; nil = none has.
    private init(id: String, ownHost: String?, host: String, path: String) {
        if let ownHost {
            self.init(host: "\(id).\(ownHost)", sse: "/sse", streamableHTTP: "/mcp")
        } else {
            self.init(host: host, sse: path + "/sse", streamableHTTP: path)
        }
    }
}

extension Definitions {
    static let endpoints = Definition<ServerEndpoints>(
        name: "MCPEndpoint",
        members: [
            .string("host") { $0.host },
            .string("sse") { $0.sse },
            .string("streamable_http") { $0.streamableHTTP },
        ])
}
