internal import Directory
internal import Ledger
internal import Wire

extension Definitions {
    /// A public MCP server. The part of its configuration that its kind uses is there, others only where they hold something;
    /// secrets in them are masked unless they are shown.
    static let publicServer = Definition<PublicServer>(name: "PublicMCP", members: serverTexts + serverConfigurations)

    private static let serverTexts: [Member<PublicServer>] = [
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
        Member("price", .object) { server, _ in
            let prices = server.toolCallPrices.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }
            return [
                "default_tools_call_price": server.defaultToolCallPrice.json, "tools_call_prices": .object(JSONObject(prices)),
            ]
        },
        configuration(.proxy) { $0.kind == .proxySSE || $0.kind == .proxyStreamable },
        configuration(.openAPI) { $0.kind == .openAPI },
        configuration(.embedded) { $0.kind == .embedded },
        configuration(.test) { _ in false },
        Member("endpoints", .reference(Definitions.endpoints.name)) { server, presentation in
            Definitions.endpoints.json(ServerEndpoints(server, presentation), presentation)
        },
    ]

    private static func configuration(
        _ part: ServerConfigurationPart, uses: @escaping @Sendable (PublicServer) -> Bool
    ) -> Member<PublicServer> {
        Member(part.member, .object) { server, presentation in
            let object = server[keyPath: part.place]
            guard uses(server) || !object.isEmpty else { return nil }
            return .object(presentation.showsSecrets ? object : part.masked(object))
        }
    }
}

/// A part of a server's configuration: where it is, and which of its members hold secrets.
struct ServerConfigurationPart: Sendable {
    let member: String
    let place: any WritableKeyPath<PublicServer, JSONObject> & Sendable
    let secretMembers: Set<String>

    static let proxy = ServerConfigurationPart(
        member: "proxy_config", place: \.proxyConfig, secretMembers: ["headers", "querys"])
    static let openAPI = ServerConfigurationPart(
        member: "openapi_config", place: \.openAPIConfig, secretMembers: ["authorization"])
    static let embedded = ServerConfigurationPart(member: "embed_config", place: \.embedConfig, secretMembers: ["init"])
    static let test = ServerConfigurationPart(member: "test_config", place: \.testConfig, secretMembers: ["params"])
    static let all = [proxy, openAPI, embedded, test]

    func masked(_ object: JSONObject) -> JSONObject {
        JSONObject(object.map { ($0.name, secretMembers.contains($0.name) ? SecretMask.mask($0.value) : $0.value) })
    }

    /// What to store: secrets that came back as their masks stay what they were.
    func restored(_ given: JSONObject, stored: JSONObject) -> JSONObject {
        JSONObject(
            given.map { member in
                let isSecret = secretMembers.contains(member.name)
                return (member.name, isSecret ? SecretMask.restore(member.value, stored: stored[member.name]) : member.value)
            })
    }
}

/// Where a server is reached.
struct ServerEndpoints: Sendable {
    let host: String
    let sse: String
    let streamableHTTP: String

    init(_ server: PublicServer, _ presentation: Presentation) {
        guard server.kind != .docs else {
            host = ""
            sse = ""
            streamableHTTP = ""
            return
        }
        if let publicMCPHost = presentation.publicMCPHost {
            host = "\(server.id).\(publicMCPHost)"
            sse = "/sse"
            streamableHTTP = "/mcp"
        } else {
            host = presentation.host
            sse = "/mcp/public/\(server.id)/sse"
            streamableHTTP = "/mcp/public/\(server.id)"
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
