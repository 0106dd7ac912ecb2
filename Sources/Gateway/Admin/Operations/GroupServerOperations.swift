internal import Directory
internal import HTTPTypes
internal import Storage
internal import Wire

extension OperationTable {
    private static let server = MemberType.reference(Definitions.groupServer.name)
    private static let members = Definitions.groupServer.description.members.filter {
        $0.name != "endpoints" && $0.name != "group_id"
    }
    private static let status = Parameter("status", .integer, "1 or 2.")

    static let groupServerOperations: [Operation] = [
        Operation(.get, "/mcp/group/all", "Shows the MCP servers of all groups.", query: [status], answer: .list(server)) {
            call, services in
            let status = try call.query.integer("status").map { PublicServer.Status(number: $0) }
            let presentation = services.presentation(for: call)
            return .array(
                try await services.store.groupServers.all(status: status).map { Definitions.groupServer.json($0, presentation) })
        },
        Operation(
            .get, "/mcp/group/{group}", "Lists a group's MCP servers.",
            query: [Parameter("type", .string, "The kind."), Parameter("id", .string, "The id."), Parameter.keyword, status]
                + Parameter.paging, answer: .list(server)
        ) { call, services in
            let status = try call.query.integer("status").map { PublicServer.Status(number: $0) }
            let kind = call.query.text("type").map { GroupServer.Kind(anyName: $0) ?? GroupServer.Kind(name: $0) }
            let listing = try await services.store.groupServers.list(
                group: call.text("group"), kind: kind, id: call.query.text("id"), keyword: call.query.text("keyword"),
                status: status, page: call.query.page())
            let presentation = services.presentation(for: call)
            return .array(listing.items.map { Definitions.groupServer.json($0, presentation) })
        },
        Operation(
            .post, "/mcp/group/{group}", "Creates an MCP server of a group.", body: .object("SaveGroupMCP", members),
            answer: server
        ) { call, services in
            let new = try GroupServerBody.server(try call.object(), group: call.text("group"))
            return show(services.applied(try await services.store.groupServers.create(new)), call, services)
        },
        Operation(.get, "/mcp/group/{group}/{id}", "Shows an MCP server of a group.", answer: server) { call, services in
            show(try await services.store.groupServers.get(call.text("id"), group: call.text("group")), call, services)
        },
        Operation(
            .put, "/mcp/group/{group}/{id}",
            "Replaces an MCP server of a group. An absent type or status stays; a masked secret, too.",
            body: .object("SaveGroupMCP", members), answer: server
        ) { call, services in
            let stored = try await services.store.groupServers.get(call.text("id"), group: call.text("group"))
            let server = try GroupServerBody.replacement(try call.object(), for: stored)
            return show(services.applied(try await services.store.groupServers.update(server)), call, services)
        },
        Operation(.delete, "/mcp/group/{group}/{id}", "Deletes an MCP server of a group.") { call, services in
            services.applied(try await services.store.groupServers.delete(call.text("id"), group: call.text("group")))
            return .null
        },
        Operation(
            .post, "/mcp/group/{group}/{id}/status", "Enables or disables an MCP server of a group.",
            body: .object("GroupMCPStatus", [("status", .integer)])
        ) { call, services in
            let body = try call.object()
            let status = PublicServer.Status(number: try body.required("status", "1 (enabled) or 2 (disabled)", body.status()))
            services.applied(
                try await services.store.groupServers.setStatus(call.text("id"), group: call.text("group"), status))
            return .null
        },
    ]

    private static func show(_ server: GroupServer, _ call: AdminCall, _ services: AdminServices) -> JSON {
        Definitions.groupServer.json(server, services.presentation(for: call))
    }
}
