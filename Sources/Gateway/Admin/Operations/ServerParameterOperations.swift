internal import Directory
internal import HTTPTypes
internal import Outbound
internal import Storage
internal import Wire

extension OperationTable {
    private static let parameters = Definitions.serverParameters

    static let serverParameterOperations: [Operation] = [
        Operation(
            .get, "/mcp/public/{id}/group/{group}/params", "Shows what a group saved for a public MCP server.",
            answer: .reference(parameters.name)
        ) { call, services in
            let saved = try await services.store.serverParameters.get(server: call.text("id"), group: call.text("group"))
            return parameters.json(saved, services.presentation(for: call))
        },
        Operation(
            .post, "/mcp/public/{id}/group/{group}/params",
            "Saves a group's values for a public MCP server, in place of those that are there. A masked secret stays.",
            body: .object("SavePublicMCPReusingParam", [("params", .map(.string))])
        ) { call, services in
            let (id, group) = (call.text("id"), call.text("group"))
            try services.configuredServers.checkIsNone(id)
            let server = try await services.store.publicServers.get(id)
            let body = try call.object()
            var values = try body.required("params", "an object of texts", body.texts("params"))
            let stored = try await storedValues(id, group, services)
            for (key, value) in values {
                guard !SecretMask.isStray(value, stored: stored[key]) else {
                    throw AdminFailure.wrong("params.\(key.prefix(64))", expected: SecretMask.strayForm)
                }
                values[key] = stored[key].map { SecretMask.restore(value, stored: $0) } ?? value
            }
            try check(values, for: server)
            let new = ServerParameters(serverID: id, groupID: group, values: values, createdAt: 0)
            services.applied(try await services.store.serverParameters.save(new))
            return .null
        },
    ]

    private static func storedValues(_ id: String, _ group: String, _ services: AdminServices) async throws -> [String: String] {
        do {
            return try await services.store.serverParameters.get(server: id, group: group).values
        } catch {
            if case .notFound = error.code { return [:] }
            throw error
        }
    }

    /// Whether each value has a definition and can be used. What is required may be absent: then the group can't use the server yet.
    private static func check(_ values: [String: String], for server: PublicServer) throws(AdminFailure) {
        let definitions = server.reusingParameters
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            let member = "params.\(key.prefix(64))"
            guard let definition = definitions.first(where: { $0.key == key }) else {
                let known = definitions.map { String($0.key.prefix(64)) }.joined(separator: ", ")
                throw .wrong(member, expected: known.isEmpty ? "nothing: the server takes no parameters" : "one of \(known)")
            }
            if !value.isEmpty, let form = definition.fault(of: value) { throw .wrong(member, expected: form) }
            guard definition.place == .credential, let certificate = ClientCertificate(bundle: value) else { continue }
            do throws(ServerFault) {
                _ = try ClientIdentity(certificate, at: member)
            } catch {
                throw .wrong(member, expected: error.expected)
            }
        }
        if server.kind == .embedded { try EmbeddedBody.check(reusing: values, of: server) }
    }
}
