public import Directory
internal import Wire

/// The MCP servers that are offered to every group: `/api/mcp/public`, `/api/mcp/publics`.
public struct PublicServerRepository: Sendable {
    let database: MainDatabase

    /// Stores a new one.
    /// - Throws: `conflict("id")` where there is one already; `invalid`.
    public func create(_ server: PublicServer) async throws(StorageError) -> Written<PublicServer> {
        try await save(server, mayReplace: false)
    }

    /// - Throws: `notFound`.
    public func get(_ id: String) async throws(StorageError) -> PublicServer {
        let secrets = database.secrets
        return try await database.engine.read { connection throws(StorageError) in try Self.find(id, connection, secrets) }
    }

    /// The newest first.
    /// - Parameters:
    ///   - id: that one only; nil or "" = any.
    ///   - keyword: a part of the id, name, description or tags, without regard to case.
    ///   - excluded: ids that are left out.
    public func list(
        kind: PublicServer.Kind? = nil, id: String? = nil, keyword: String? = nil, status: PublicServer.Status? = nil,
        excluding excluded: [String] = [], page: Page
    ) async throws(StorageError) -> Listing<PublicServer> {
        let secrets = database.secrets
        var conditions = Conditions()
        conditions.add("kind", equals: kind?.name)
        conditions.add("id", equals: id)
        conditions.add("status", equals: status?.number)
        for id in excluded { conditions.add("id <> @", .text(id)) }
        conditions.add(["id", "name", "name_cn", "description", "description_cn", "tags"], contain: keyword)
        return try await database.engine.read { [conditions] connection throws(StorageError) in
            try connection.list(
                columns: Self.columns, from: "portico_public_mcps", conditions, order: " ORDER BY created_at DESC, id", page: page
            ) { row throws(StorageError) in try Self.read(row, secrets) }
        }
    }

    /// All of them, by id; nil = any status.
    public func all(status: PublicServer.Status? = nil) async throws(StorageError) -> [PublicServer] {
        let secrets = database.secrets
        return try await database.engine.read { connection throws(StorageError) in
            try Self.all(connection, secrets).filter { status == nil || $0.status == status }
        }
    }

    /// Stores one, in place of the one of that id if there is one (which keeps its `createdAt`).
    /// - Throws: `invalid`.
    public func update(_ server: PublicServer) async throws(StorageError) -> Written<PublicServer> {
        try await save(server, mayReplace: true)
    }

    /// - Throws: `notFound`.
    public func setStatus(_ id: String, _ status: PublicServer.Status) async throws(StorageError) -> Written<PublicServer> {
        let secrets = database.secrets
        let now = database.clock.nowMilliseconds()
        return try await database.change { connection throws(StorageError) in
            try connection.execute(
                "UPDATE portico_public_mcps SET status = ?2i, updated_at = ?3i WHERE id = ?1t",
                [.text(id), .integer(status.number), .integer(now)])
            let server = try Self.find(id, connection, secrets)
            return Written(server, [.upsertPublicServer(server)])
        }
    }

    /// Deletes one, and what groups saved for it.
    /// - Throws: `notFound`.
    public func delete(_ id: String) async throws(StorageError) -> Written<Void> {
        try await database.change { connection throws(StorageError) in
            guard try connection.execute("DELETE FROM portico_public_mcps WHERE id = ?1t", [.text(id)]) == 1 else {
                throw .notFound("public MCP server", id)
            }
            let parameters = try ServerParametersRepository.delete(server: id, connection)
            return Written((), parameters + [.removePublicServer(id: id)])
        }
    }

    private func save(_ server: PublicServer, mayReplace: Bool) async throws(StorageError) -> Written<PublicServer> {
        try Self.check(server)
        var server = server
        server.createdAt = database.clock.nowMilliseconds()
        server.updatedAt = server.createdAt
        let secrets = database.secrets
        return try await database.change { [server] connection throws(StorageError) in
            var server = server
            let old = try connection.first(
                "SELECT created_at FROM portico_public_mcps WHERE id = ?1t", [.text(server.id)]
            ) { row throws(StorageError) in row.integer(0) }
            if let old {
                guard mayReplace else { throw .conflict("id", "there is a public MCP server \(server.id) already") }
                server.createdAt = old
            }
            try Self.upsert(server, connection, secrets)
            return Written(server, [.upsertPublicServer(server)])
        }
    }
}
