internal import Directory
internal import Embedded
internal import Wire

/// A public server as one group sees it.
struct OfferedServerDetail: Sendable {
    let server: PublicServer
    let parameters: ServerParameters?
    /// The required parameters that the group has not saved.
    let missing: [String]
    var tools: [JSON] = []
    /// Why there are none; nil where they were listed or nobody asked.
    var toolsError: String?
}

extension Definitions {
    /// A public server as groups see it: what it is and costs, never how the operator configured it.
    static let offeredServer = Definition<PublicServer>(name: "GroupPublicMCP", members: offeredMembers)

    static let offeredServerDetail = Definition<OfferedServerDetail>(
        name: "GroupPublicMCPDetail",
        members: offeredMembers.map { $0.on { detail in detail.server } } + [
            Member("endpoints", .reference(Definitions.endpoints.name)) { detail, presentation in
                let endpoints = detail.missing.isEmpty ? ServerEndpoints(detail.server, presentation) : .none
                return Definitions.endpoints.json(endpoints, presentation)
            },
            .object("reusing") { detail in
                JSONObject(detail.server.reusingParameters.map { ($0.key, $0.json) })
            },
            Member("params", .map(.string)) { $0.parameters?.shownValues($1) ?? .object(JSONObject()) },
            .strings("missing_params") { $0.missing },
            Member("tools", .list(.object)) { detail, _ in .array(detail.tools) },
            Member("tools_error", .string) { detail, _ in detail.toolsError.map(JSON.string) },
        ])

    private static let offeredMembers: [Member<PublicServer>] =
        serverTexts + [.boolean("hosted") { $0.kind.isCallable }, serverPrice]
}

extension ReusingParameter {
    var json: JSON {
        var object: JSONObject = [
            "name": .string(name), "description": .string(description), "required": .bool(isRequired),
        ]
        // The contract tells it only to the operator, but it says what a value has to look like.
        if place != .embedded { object["type"] = .string(place.rawValue) }
        return .object(object)
    }
}

/// A server that is built in, and the public server that it is enabled as.
struct ShownEmbeddedServer: Sendable {
    let server: EmbeddedServer
    /// nil where it never was.
    let stored: PublicServer?
}

extension Definitions {
    static let embeddedServer = Definition<ShownEmbeddedServer>(
        name: "EmbedMCP",
        members: [
            .string("id") { $0.server.rawValue },
            .boolean("enabled") { $0.stored?.status == .enabled },
            .string("name") { $0.server.entry.name },
            .string("name_cn") { $0.stored?.nameChinese ?? "" },
            .string("description") { $0.server.entry.description },
            .string("readme") { $0.stored?.readme ?? "" },
            .string("readme_cn") { $0.stored?.readmeChinese ?? "" },
            .string("readme_url") { $0.stored?.readmeURL ?? "" },
            .string("readme_cn_url") { $0.stored?.readmeChineseURL ?? "" },
            .string("github_url") { $0.stored?.githubURL ?? "" },
            .strings("tags") { $0.server.entry.tags },
            .object("config_templates") { shown in
                templates(EmbeddedBody.initialTemplates(of: shown.server)) { $0 == .initOnly }
            },
            .object("reusing_templates") { shown in
                templates(EmbeddedBody.reusingTemplates(of: shown.server)) { $0.isRequired }
            },
            Member("embed_config", .object) { shown, presentation in
                guard let object = shown.stored?.embedConfig else { return nil }
                let part = ServerConfigurationPart<PublicServer>.embedded
                return .object(presentation.showsSecrets ? object : part.masked(object))
            },
        ])

    private static func templates(
        _ templates: [ConfigTemplate], isRequired: (ConfigTemplate.Kind) -> Bool
    ) -> JSONObject {
        JSONObject(
            templates.map { template in
                (
                    template.name,
                    [
                        "name": .string(template.name), "description": .string(template.description),
                        "example": .string(template.example), "required": .bool(isRequired(template.kind)),
                    ]
                )
            })
    }
}
