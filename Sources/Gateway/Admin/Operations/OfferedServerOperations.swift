internal import Directory
internal import HTTPTypes
internal import Storage
internal import Wire

/// Public MCP servers as a group is shown them: without the operator's configuration.
extension OperationTable {
    static let offeredServerOperations: [Operation] = [
        Operation(
            .get, "/group/{group}/mcp", "Lists the public MCP servers that are enabled, as a group sees them.",
            query: [
                Parameter("type", .string, "The kind; or hosted: those that answer calls, local: those that are cards only."),
                Parameter("id", .string, "The id."), Parameter.keyword,
            ] + Parameter.paging, answer: .list(.reference(Definitions.offeredServer.name))
        ) { call, services in
            let presentation = services.presentation(for: call)
            let id = call.query.text("id")
            let keyword = call.query.text("keyword")
            let type = call.query.text("type")
            let found = services.directory.current.publicServers.filter { server in
                server.status == .enabled && (id == nil || server.id == id) && isOf(type, server)
                    && (keyword.map { server.matches($0) } ?? true)
            }.sorted { ($1.createdAt, $0.id) < ($0.createdAt, $1.id) }
            let page = try call.query.page()
            return .array(found[page.range(in: found.count)].map { Definitions.offeredServer.json($0, presentation) })
        },
        Operation(
            .get, "/group/{group}/mcp/{id}",
            "Shows a public MCP server as a group sees it: what it has to save, where it is reached once it did, and its tools.",
            answer: .reference(Definitions.offeredServerDetail.name)
        ) { call, services in
            let snapshot = services.directory.current
            guard let server = snapshot.publicServer(id: call.text("id")), server.status == .enabled else {
                throw StorageError.notFound("public MCP server", call.text("id"))
            }
            let parameters = snapshot.parameters(ofServer: server.id, group: call.text("group"))
            let missing = server.reusingParameters.filter { $0.isRequired && parameters?.has($0.key) != true }.map(\.key)
            var shown = OfferedServerDetail(server: server, parameters: parameters, missing: missing)
            // A group that saved nothing is shown the tools that the operator's values for tests give.
            let isComplete = missing.isEmpty
            if server.kind.isCallable, isComplete || server.testParameters != nil {
                do {
                    shown.tools = try await services.toolLists.tools(
                        of: server, isComplete ? parameters : server.testParameters)
                } catch {
                    shown.toolsError = "\(error)"
                }
            }
            return Definitions.offeredServerDetail.json(shown, services.presentation(for: call))
        },
    ]

    private static func isOf(_ type: String?, _ server: PublicServer) -> Bool {
        switch type {
        case nil: true
        case "hosted": server.kind.isCallable
        case "local": !server.kind.isCallable
        case let kind?: server.kind.name == kind
        }
    }
}
