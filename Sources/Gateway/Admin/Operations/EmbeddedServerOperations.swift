internal import Directory
internal import Embedded
internal import HTTPTypes
internal import Storage
internal import Wire

extension OperationTable {
    static let embeddedServerOperations: [Operation] = [
        Operation(
            .get, "/embedmcp/", "Lists the MCP servers that are built in, with whether each is enabled.",
            answer: .list(.reference(Definitions.embeddedServer.name))
        ) { call, services in
            let presentation = services.presentation(for: call)
            let snapshot = services.directory.current
            return .array(
                EmbeddedServer.allCases.map { server in
                    let stored = snapshot.publicServer(id: server.rawValue).flatMap { $0.kind == .embedded ? $0 : nil }
                    return Definitions.embeddedServer.json(ShownEmbeddedServer(server: server, stored: stored), presentation)
                })
        },
        Operation(
            .post, "/embedmcp/",
            "Enables or disables an MCP server that is built in. Absent values stay what they were; a masked secret, too.",
            body: .object("SaveEmbedMCP", [("id", .string), ("enabled", .boolean), ("init_config", .map(.string))])
        ) { call, services in
            let body = try call.object()
            let id = try body.required("id", "a text", body.string("id"))
            guard let embedded = EmbeddedServer(rawValue: id) else {
                let known = EmbeddedServer.allCases.map(\.rawValue).joined(separator: ", ")
                throw AdminFailure(.notFound, "id: there is no such embedded MCP server; there are \(known)")
            }
            try services.configuredServers.checkIsNone(id)
            var server = try await stored(id, services) ?? new(embedded)
            guard server.kind == .embedded else {
                throw AdminFailure(.conflict, "id: there is a public MCP server \(id) of the kind \(server.kind.name) already")
            }
            server.status = try body.boolean("enabled") == true ? .enabled : .disabled
            var initial = server.initialValues
            if let given = try body.texts("init_config") {
                if let stray = given.filter({ SecretMask.isStray($0.value, stored: initial[$0.key]) }).keys.min() {
                    throw body.wrong("init_config.\(stray.prefix(64))", expected: SecretMask.strayForm)
                }
                initial = given.reduce(into: [:]) { values, pair in
                    values[pair.key] = SecretMask.restore(pair.value, stored: initial[pair.key] ?? "")
                }
            }
            server.embedConfig = EmbeddedBody.configuration(of: embedded, initial: initial)
            try EmbeddedBody.check(server, at: "init_config")
            services.applied(try await services.store.publicServers.update(server))
            return .null
        },
    ]

    private static func stored(_ id: String, _ services: AdminServices) async throws -> PublicServer? {
        do {
            return try await services.store.publicServers.get(id)
        } catch {
            if case .notFound = error.code { return nil }
            throw error
        }
    }

    private static func new(_ embedded: EmbeddedServer) -> PublicServer {
        let entry = embedded.entry
        var server = PublicServer(id: embedded.rawValue, kind: .embedded, createdAt: 0)
        server.name = entry.name
        server.description = entry.description
        server.tags = entry.tags
        return server
    }
}
