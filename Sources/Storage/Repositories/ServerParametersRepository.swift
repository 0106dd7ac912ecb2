public import Directory
internal import Wire

/// What groups saved for public MCP servers: `/api/mcp/public/{id}/group/{group}/params`.
public struct ServerParametersRepository: Sendable {
    let database: MainDatabase

    /// - Throws: `notFound`.
    public func get(server: String, group: String) async throws(StorageError) -> ServerParameters {
        let secrets = database.secrets
        let found = try await database.engine.read { connection throws(StorageError) in
            try Self.find(server, group, connection, secrets)
        }
        guard let found else { throw .notFound("parameters of the group \(group) for the MCP server", server) }
        return found
    }

    /// Stores a group's values for a server, in place of those that are there (whose `createdAt` stays).
    /// - Throws: `notFound` for the group or the server; `invalid`.
    public func save(_ parameters: ServerParameters) async throws(StorageError) -> Written<ServerParameters> {
        try Self.check(parameters)
        var parameters = parameters
        parameters.createdAt = database.clock.nowMilliseconds()
        parameters.updatedAt = parameters.createdAt
        let secrets = database.secrets
        return try await database.change { [parameters] connection throws(StorageError) in
            var parameters = parameters
            guard try GroupRepository.hold(parameters.groupID, connection) else {
                throw .notFound("group", parameters.groupID)
            }
            guard try PublicServerRepository.hold(parameters.serverID, connection) else {
                throw .notFound("public MCP server", parameters.serverID)
            }
            if let old = try Self.find(parameters.serverID, parameters.groupID, connection, secrets) {
                parameters.createdAt = old.createdAt
            }
            try Self.upsert(parameters, connection, secrets)
            return Written(parameters, [.upsertServerParameters(parameters)])
        }
    }
}

extension ServerParametersRepository {
    static let columns = "group_id, mcp_id, sealed, created_at, updated_at"

    static func read(_ row: any SQLRow, _ secrets: StoreSecrets) throws(StorageError) -> ServerParameters {
        var values: [String: String] = [:]
        for (name, value) in try secrets.openObject(row.text(2), for: .serverParameters) { values[name] = value.stringValue }
        var parameters = ServerParameters(
            serverID: row.text(1), groupID: row.text(0), values: values, createdAt: row.integer(3))
        parameters.updatedAt = row.integer(4)
        return parameters
    }

    static func find(
        _ server: String, _ group: String, _ connection: any SQLConnection, _ secrets: StoreSecrets
    ) throws(StorageError) -> ServerParameters? {
        try connection.first(
            SQL("SELECT \(columns) FROM portico_mcp_params WHERE group_id = ?1t AND mcp_id = ?2t"), [.text(group), .text(server)]
        ) { row throws(StorageError) in try read(row, secrets) }
    }

    static func all(_ connection: any SQLConnection, _ secrets: StoreSecrets) throws(StorageError) -> [ServerParameters] {
        try connection.query(SQL("SELECT \(columns) FROM portico_mcp_params ORDER BY group_id, mcp_id"), []) {
            row throws(StorageError) in try read(row, secrets)
        }
    }

    /// Deletes what all groups saved for a server.
    static func delete(server: String, _ connection: any SQLConnection) throws(StorageError) -> [DirectoryChange] {
        let groups = try connection.query("DELETE FROM portico_mcp_params WHERE mcp_id = ?1t RETURNING group_id", [.text(server)])
        {
            row throws(StorageError) in row.text(0)
        }
        return groups.sorted().map { .removeServerParameters(server: server, group: $0) }
    }

    private static func upsert(
        _ parameters: ServerParameters, _ connection: any SQLConnection, _ secrets: StoreSecrets
    ) throws(StorageError) {
        let values = JSONObject(parameters.values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        try connection.execute(
            SQL(
                """
                INSERT INTO portico_mcp_params (\(columns)) VALUES (?1t, ?2t, ?3t, ?4i, ?5i)
                ON CONFLICT (group_id, mcp_id) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at
                """),
            [
                .text(parameters.groupID), .text(parameters.serverID), .text(secrets.seal(values, for: .serverParameters)),
                .integer(parameters.createdAt), .integer(parameters.updatedAt),
            ])
    }

    private static func check(_ parameters: ServerParameters) throws(StorageError) {
        try Limits.check("params", Array(parameters.values.keys))
        let bytes = parameters.values.values.reduce(0) { $0 + $1.utf8.count }
        guard bytes <= Limits.textBytes else { throw .invalid("params", "at most \(Limits.textBytes) bytes in all") }
    }
}
