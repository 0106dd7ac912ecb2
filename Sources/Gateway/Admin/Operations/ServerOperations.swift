internal import Directory
internal import HTTPTypes
internal import Storage
internal import Wire

extension OperationTable {
    private static let server = MemberType.reference(Definitions.publicServer.name)
    private static let servers = MemberType.list(server)
    private static let members = Definitions.publicServer.description.members.filter { $0.name != "endpoints" }
    private static let status = Parameter("status", .integer, "1 or 2.")

    static let serverOperations: [Operation] = [
        Operation(
            .get, "/mcp/publics/", "Lists public MCP servers.",
            query: [Parameter("type", .string, "The kind."), Parameter("id", .string, "The id."), Parameter.keyword, status]
                + Parameter.paging, answer: servers
        ) { call, services in
            let status = try call.query.integer("status").map { PublicServer.Status(number: $0) }
            let (kind, id) = (call.query.text("type"), call.query.text("id"))
            let keyword = call.query.text("keyword")
            let page = try call.query.page()
            let configured = services.configuredServers.filtered(kind: kind, id: id, keyword: keyword, status: status)
            let listing = try await services.store.publicServers.list(
                kind: kind.map { PublicServer.Kind(name: $0) }, id: id, keyword: keyword, status: status,
                excluding: services.configuredServers.ids, page: page.after(configured.count))
            let presentation = services.presentation(for: call)
            return .array(
                (configured[page.range(in: configured.count)] + listing.items).map {
                    Definitions.publicServer.json($0, presentation)
                })
        },
        Operation(.get, "/mcp/publics/all", "Shows all public MCP servers.", query: [status], answer: servers) { call, services in
            let status = try call.query.integer("status").map { PublicServer.Status(number: $0) }
            let configured = services.configuredServers.filtered(kind: nil, id: nil, keyword: nil, status: status)
            let stored = try await services.store.publicServers.all(status: status).filter {
                services.configuredServers[$0.id] == nil
            }
            let presentation = services.presentation(for: call)
            return .array((configured + stored).map { Definitions.publicServer.json($0, presentation) })
        },
        Operation(
            .post, "/mcp/publics/", "Stores public MCP servers, in place of those that are there.",
            body: .objects("SavePublicMCP", members)
        ) { call, services in
            let snapshot = services.directory.current
            var new: [PublicServer] = []
            for body in try call.objects(atMost: 200) {
                let server = try ServerBody.server(body, id: nil) { snapshot.publicServer(id: $0) }
                try services.configuredServers.checkIsNone(server.id)
                new.append(server)
            }
            for server in new { services.applied(try await services.store.publicServers.update(server)) }
            return .null
        },
        Operation(
            .post, "/mcp/public/", "Creates a public MCP server.", body: .object("SavePublicMCP", members), answer: server
        ) { call, services in
            let new = try ServerBody.server(try call.object(), id: nil)
            try services.configuredServers.checkIsNone(new.id)
            return show(services.applied(try await services.store.publicServers.create(new)), call, services)
        },
        Operation(
            .post, "/mcp/public/{id}", "Creates a public MCP server.", body: .object("SavePublicMCP", members), answer: server
        ) { call, services in
            try services.configuredServers.checkIsNone(call.text("id"))
            let new = try ServerBody.server(try call.object(), id: call.text("id"))
            return show(services.applied(try await services.store.publicServers.create(new)), call, services)
        },
        Operation(.get, "/mcp/public/{id}", "Shows a public MCP server.", answer: server) { call, services in
            if let configured = services.configuredServers[call.text("id")] { return show(configured, call, services) }
            return show(try await services.store.publicServers.get(call.text("id")), call, services)
        },
        Operation(
            .put, "/mcp/public/{id}", "Replaces a public MCP server. An absent type or status stays; a masked secret, too.",
            body: .object("SavePublicMCP", members), answer: server
        ) { call, services in
            try services.configuredServers.checkIsNone(call.text("id"))
            let stored = try await services.store.publicServers.get(call.text("id"))
            let server = try ServerBody.replacement(try call.object(), for: stored)
            return show(services.applied(try await services.store.publicServers.update(server)), call, services)
        },
        Operation(.delete, "/mcp/public/{id}", "Deletes a public MCP server.") { call, services in
            try services.configuredServers.checkIsNone(call.text("id"))
            services.applied(try await services.store.publicServers.delete(call.text("id")))
            return .null
        },
        Operation(
            .post, "/mcp/public/{id}/status", "Enables or disables a public MCP server.",
            body: .object("PublicMCPStatus", [("status", .integer)])
        ) { call, services in
            try services.configuredServers.checkIsNone(call.text("id"))
            let body = try call.object()
            let status = PublicServer.Status(number: try body.required("status", "1 (enabled) or 2 (disabled)", body.status()))
            services.applied(try await services.store.publicServers.setStatus(call.text("id"), status))
            return .null
        },
    ]

    private static func show(_ server: PublicServer, _ call: AdminCall, _ services: AdminServices) -> JSON {
        Definitions.publicServer.json(server, services.presentation(for: call))
    }
}
