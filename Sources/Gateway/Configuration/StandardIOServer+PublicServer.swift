internal import Directory

extension StandardIOServer {
    /// The server as it stands among the public ones: read-only, and without command, arguments or environment, which may hold secrets.
    var publicServer: PublicServer {
        var server = PublicServer(id: id, kind: .standardIO, createdAt: 0)
        server.name = id
        return server
    }
}

extension Configuration {
    /// The public servers that only the configuration file can have, by id.
    var configuredServers: [PublicServer] { standardIOServers.map(\.publicServer).sorted { $0.id < $1.id } }
}
