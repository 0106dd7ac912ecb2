internal import Directory
internal import Embedded
internal import MCPServer
internal import NIOHTTP1

extension ToolHost {
    /// What answers while the operator tries a server: one that is built in, with the values in the query, or one that may not be enabled
    /// yet, with what a group saved for it.
    func tried(
        _ trial: ToolPath.Trial, query: Substring?, in snapshot: Snapshot
    ) throws(Unavailable) -> HostedServer {
        switch trial {
        case .embedded(let id): return try self.tried(embedded: id, query: query)
        case .offered(let id, let group):
            guard snapshot.group(id: group) != nil else {
                throw Unavailable(status: .notFound, message: "There is no such group\n")
            }
            guard let server = snapshot.publicServer(id: id) else {
                throw Unavailable(status: .notFound, message: "There is no public MCP server of this id\n")
            }
            return try self.hosted(.offered(server), group: group, in: snapshot)
        }
    }

    /// Kept by its values, so that what a session began with is still there at its next request.
    private func tried(embedded id: String, query: Substring?) throws(Unavailable) -> HostedServer {
        let values: QueryParameters
        do { values = try QueryParameters(String(query ?? "")) } catch {
            throw Unavailable(status: .badRequest, message: "\(error.message)\n")
        }
        let initial = values.members(of: "config")
        let reusing = values.members(of: "reusing")
        let version = HostedServer.Version(serverUpdatedAt: 0, parametersUpdatedAt: 0)
        return try self.kept(.trial(id: id, initial: initial, reusing: reusing), version) { (_) throws(Unavailable) in
            let service: any MCPService
            do throws(EmbeddedConfigError) {
                service = try self.embedded(id, initial: initial, reusing: reusing)
            } catch {
                throw Unavailable(status: error.code == .unknownServer ? .notFound : .badRequest, message: "\(error)\n")
            }
            return HostedServer(
                version: version, endpointID: "trial/\(id)", service: service,
                tariff: ToolTariff(.offered(PublicServer(id: id, kind: .embedded, createdAt: 0))),
                kind: PublicServer.Kind.embedded.name)
        }
    }
}
