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
            let listing = try await services.store.publicServers.list(
                kind: call.query.text("type").map { PublicServer.Kind(name: $0) }, id: call.query.text("id"),
                keyword: call.query.text("keyword"), status: status, page: call.query.page())
            let presentation = services.presentation(for: call)
            return .array(listing.items.map { Definitions.publicServer.json($0, presentation) })
        },
        Operation(.get, "/mcp/publics/all", "Shows all public MCP servers.", query: [status], answer: servers) { call, services in
            let status = try call.query.integer("status").map { PublicServer.Status(number: $0) }
            let presentation = services.presentation(for: call)
            return .array(
                try await services.store.publicServers.all(status: status).map { Definitions.publicServer.json($0, presentation) }
            )
        },
        Operation(
            .post, "/mcp/publics/", "Stores public MCP servers, in place of those that are there.",
            body: .objects("SavePublicMCP", members)
        ) { call, services in
            var new: [PublicServer] = []
            for body in try call.objects(atMost: 200) {
                let server = try ServerBody.server(body, id: nil)
                new.append(try await withStoredSecrets(server, services))
            }
            for server in new { services.applied(try await services.store.publicServers.update(server)) }
            return .null
        },
        Operation(
            .post, "/mcp/public/", "Creates a public MCP server.", body: .object("SavePublicMCP", members), answer: server
        ) { call, services in
            let new = try ServerBody.server(try call.object(), id: nil)
            return show(services.applied(try await services.store.publicServers.create(new)), call, services)
        },
        Operation(
            .post, "/mcp/public/{id}", "Creates a public MCP server.", body: .object("SavePublicMCP", members), answer: server
        ) { call, services in
            let new = try ServerBody.server(try call.object(), id: call.text("id"))
            return show(services.applied(try await services.store.publicServers.create(new)), call, services)
        },
        Operation(.get, "/mcp/public/{id}", "Shows a public MCP server.", answer: server) { call, services in
            show(try await services.store.publicServers.get(call.text("id")), call, services)
        },
        Operation(
            .put, "/mcp/public/{id}", "Replaces a public MCP server. An absent type or status stays; a masked secret, too.",
            body: .object("SavePublicMCP", members), answer: server
        ) { call, services in
            let stored = try await services.store.publicServers.get(call.text("id"))
            let server = try ServerBody.replacement(try call.object(), for: stored)
            return show(services.applied(try await services.store.publicServers.update(server)), call, services)
        },
        Operation(.delete, "/mcp/public/{id}", "Deletes a public MCP server.") { call, services in
            services.applied(try await services.store.publicServers.delete(call.text("id")))
            return .null
        },
        Operation(
            .post, "/mcp/public/{id}/status", "Enables or disables a public MCP server.",
            body: .object("PublicMCPStatus", [("status", .integer)])
        ) { call, services in
            let body = try call.object()
            let status = PublicServer.Status(number: try body.required("status", "1 (enabled) or 2 (disabled)", body.status()))
            services.applied(try await services.store.publicServers.setStatus(call.text("id"), status))
            return .null
        },
    ]

    private static func show(_ server: PublicServer, _ call: AdminCall, _ services: AdminServices) -> JSON {
        Definitions.publicServer.json(server, services.presentation(for: call))
    }

    /// The server with those secrets that came back masked taken from the one of the same id.
    private static func withStoredSecrets(_ server: PublicServer, _ services: AdminServices) async throws -> PublicServer {
        guard let stored = services.directory.current.publicServer(id: server.id) else { return server }
        return ServerBody.restoringSecrets(of: server, from: stored)
    }
}
