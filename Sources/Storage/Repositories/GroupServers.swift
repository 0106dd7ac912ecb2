public import Directory
internal import Wire

/// The MCP servers of the groups: `/api/mcp/group`.
public struct GroupServerRepository: Sendable {
    let database: MainDatabase

    /// Stores a new one.
    /// - Throws: `notFound("group")`; `conflict("id")` where the group has one already; `invalid`.
    public func create(_ server: GroupServer) async throws(StorageError) -> Written<GroupServer> {
        try await save(server, mayReplace: false)
    }

    /// - Throws: `notFound`.
    public func get(_ id: String, group: String) async throws(StorageError) -> GroupServer {
        let secrets = database.secrets
        return try await database.engine.read { connection throws(StorageError) in
            try Self.find(id, group, connection, secrets)
        }
    }

    /// The servers of a group, the newest first.
    /// - Parameter keyword: a part of the id, name or description, without regard to case.
    public func list(
        group: String, kind: GroupServer.Kind? = nil, id: String? = nil, keyword: String? = nil,
        status: PublicServer.Status? = nil, page: Page
    ) async throws(StorageError) -> Listing<GroupServer> {
        let secrets = database.secrets
        var conditions = Conditions()
        conditions.add("group_id = @", .text(group))
        conditions.add("kind", equals: kind?.name)
        conditions.add("id", equals: id)
        conditions.add("status", equals: status?.number)
        conditions.add(["id", "name", "description"], contain: keyword)
        return try await database.engine.read { [conditions] connection throws(StorageError) in
            try connection.list(
                columns: Self.columns, from: "portico_group_mcps", conditions, order: " ORDER BY created_at DESC, id", page: page
            ) { row throws(StorageError) in try Self.read(row, secrets) }
        }
    }

    /// All of them, by group and id; nil = any status.
    public func all(status: PublicServer.Status? = nil) async throws(StorageError) -> [GroupServer] {
        let secrets = database.secrets
        return try await database.engine.read { connection throws(StorageError) in
            try Self.all(connection, secrets).filter { status == nil || $0.status == status }
        }
    }

    /// Stores one, in place of the one of that id if there is one (which keeps its `createdAt`).
    /// - Throws: `notFound("group")`, `invalid`.
    public func update(_ server: GroupServer) async throws(StorageError) -> Written<GroupServer> {
        try await save(server, mayReplace: true)
    }

    /// - Throws: `notFound`.
    public func setStatus(
        _ id: String, group: String, _ status: PublicServer.Status
    ) async throws(StorageError) -> Written<GroupServer> {
        let secrets = database.secrets
        let now = database.clock.nowMilliseconds()
        return try await database.change { connection throws(StorageError) in
            try connection.execute(
                "UPDATE portico_group_mcps SET status = ?3i, updated_at = ?4i WHERE group_id = ?1t AND id = ?2t",
                [.text(group), .text(id), .integer(status.number), .integer(now)])
            let server = try Self.find(id, group, connection, secrets)
            return Written(server, [.upsertGroupServer(server)])
        }
    }

    /// - Throws: `notFound`.
    public func delete(_ id: String, group: String) async throws(StorageError) -> Written<Void> {
        try await database.change { connection throws(StorageError) in
            let count = try connection.execute(
                "DELETE FROM portico_group_mcps WHERE group_id = ?1t AND id = ?2t", [.text(group), .text(id)])
            guard count == 1 else { throw .notFound("MCP server", id) }
            return Written((), [.removeGroupServer(id: id, group: group)])
        }
    }

    private func save(_ server: GroupServer, mayReplace: Bool) async throws(StorageError) -> Written<GroupServer> {
        try Self.check(server)
        var server = server
        server.createdAt = database.clock.nowMilliseconds()
        server.updatedAt = server.createdAt
        let secrets = database.secrets
        return try await database.change { [server] connection throws(StorageError) in
            var server = server
            guard try GroupRepository.hold(server.groupID, connection) else { throw .notFound("group", server.groupID) }
            let old = try connection.first(
                "SELECT created_at FROM portico_group_mcps WHERE group_id = ?1t AND id = ?2t",
                [.text(server.groupID), .text(server.id)]
            ) { row throws(StorageError) in row.integer(0) }
            if let old {
                guard mayReplace else { throw .conflict("id", "the group has an MCP server \(server.id) already") }
                server.createdAt = old
            }
            try Self.upsert(server, connection, secrets)
            return Written(server, [.upsertGroupServer(server)])
        }
    }
}

extension GroupServerRepository {
    static let columns = "group_id, id, status, kind, name, description, sealed, created_at, updated_at"

    static func read(_ row: any SQLRow, _ secrets: StoreSecrets) throws(StorageError) -> GroupServer {
        var server = GroupServer(
            id: row.text(1), groupID: row.text(0), kind: GroupServer.Kind(name: row.text(3)), createdAt: row.integer(7))
        server.status = PublicServer.Status(number: row.integer(2))
        server.name = row.text(4)
        server.description = row.text(5)
        let sealed = try secrets.openObject(row.text(6), for: .groupServer)
        server.proxyConfig = sealed["proxy_config"]?.objectValue ?? JSONObject()
        server.openAPIConfig = sealed["openapi_config"]?.objectValue ?? JSONObject()
        server.updatedAt = row.integer(8)
        return server
    }

    static func find(
        _ id: String, _ group: String, _ connection: any SQLConnection, _ secrets: StoreSecrets
    ) throws(StorageError) -> GroupServer {
        let found = try connection.first(
            SQL("SELECT \(columns) FROM portico_group_mcps WHERE group_id = ?1t AND id = ?2t"), [.text(group), .text(id)]
        ) { row throws(StorageError) in try read(row, secrets) }
        guard let found else { throw .notFound("MCP server", id) }
        return found
    }

    static func all(_ connection: any SQLConnection, _ secrets: StoreSecrets) throws(StorageError) -> [GroupServer] {
        try connection.query(SQL("SELECT \(columns) FROM portico_group_mcps ORDER BY group_id, id"), []) {
            row throws(StorageError) in try read(row, secrets)
        }
    }

    private static func upsert(
        _ server: GroupServer, _ connection: any SQLConnection, _ secrets: StoreSecrets
    ) throws(StorageError) {
        try connection.execute(
            SQL(
                """
                INSERT INTO portico_group_mcps (\(columns)) VALUES (?1t, ?2t, ?3i, ?4t, ?5t, ?6t, ?7t, ?8i, ?9i)
                ON CONFLICT (group_id, id) DO UPDATE SET status = excluded.status, kind = excluded.kind, name = excluded.name,
                    description = excluded.description, sealed = excluded.sealed, updated_at = excluded.updated_at
                """),
            [
                .text(server.groupID), .text(server.id), .integer(server.status.number), .text(server.kind.name),
                .text(server.name), .text(server.description), .text(secrets.seal(sealed(server), for: .groupServer)),
                .integer(server.createdAt), .integer(server.updatedAt),
            ])
    }

    private static func check(_ server: GroupServer) throws(StorageError) {
        try MCPServerRules.check(id: server.id)
        guard GroupServer.Kind.all.contains(server.kind) else {
            throw .invalid("type", "one of " + GroupServer.Kind.all.map(\.name).joined(separator: ", "))
        }
        try Limits.check(long: "name", server.name)
        try Limits.check(long: "description", server.description)
        try MCPServerRules.check(size: sealed(server))
    }

    private static func sealed(_ server: GroupServer) -> JSONObject {
        ["proxy_config": .object(server.proxyConfig), "openapi_config": .object(server.openAPIConfig)]
    }
}
