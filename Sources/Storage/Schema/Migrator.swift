/// Brings a database to the state that this program needs, or says why it can't.
enum Migrator {
    /// Every table of ours begins with this; tables that don't are another program's, and left alone.
    static let prefix = "portico_"

    /// Runs what is missing, in one transaction and under a lock, so that nodes that start together don't meet.
    /// - Throws: `incompatible` where the database is newer than this program, where a step differs from the one it went
    ///   through, or where tables with our prefix are not ours.
    static func migrate(
        _ engine: any SQLEngine, scopes: [DatabaseScope], now: Int64, steps: @escaping @Sendable (DatabaseScope) -> [Migration]
    ) async throws(StorageError) {
        try await engine.write { connection throws(StorageError) in
            try connection.lockForMigration()
            try prepare(connection)
            for scope in scopes { try migrate(connection, scope, steps(scope), now: now) }
        }
    }

    /// Makes the record of migrations, unless there are tables that only look like ours.
    private static func prepare(_ connection: any SQLConnection) throws(StorageError) {
        let tables = try connection.tableNames().filter { $0.hasPrefix(prefix) }
        if tables.contains("portico_migrations") { return }
        if let foreign = tables.first {
            throw StorageError(
                .incompatible, "the table \(foreign) is not Portico's: use another database or schema, or move it away")
        }
        try connection.execute(
            """
            CREATE TABLE portico_migrations (
                scope TEXT NOT NULL,
                number BIGINT NOT NULL,
                checksum TEXT NOT NULL,
                applied_at BIGINT NOT NULL,
                PRIMARY KEY (scope, number)
            )
            """, [])
    }

    private static func migrate(
        _ connection: any SQLConnection, _ scope: DatabaseScope, _ steps: [Migration], now: Int64
    ) throws(StorageError) {
        let applied = try connection.query(
            "SELECT number, checksum FROM portico_migrations WHERE scope = ?1t ORDER BY number", [.text(scope.rawValue)]
        ) { row throws(StorageError) in (number: row.integer(0), checksum: row.text(1)) }
        for (index, step) in applied.enumerated() {
            guard index < steps.count else {
                throw StorageError(
                    .incompatible,
                    "the database is newer than this program (\(scope.rawValue) schema \(step.number), known \(steps.count)): "
                        + "start the newer program again")
            }
            guard step.number == steps[index].number, step.checksum == steps[index].checksum else {
                throw StorageError(
                    .incompatible, "step \(step.number) of the \(scope.rawValue) schema is not the one this program knows")
            }
        }
        for step in steps.dropFirst(applied.count) {
            for statement in step.statements { try connection.execute(statement, []) }
            try connection.execute(
                "INSERT INTO portico_migrations (scope, number, checksum, applied_at) VALUES (?1t, ?2i, ?3t, ?4i)",
                [.text(scope.rawValue), .integer(step.number), .text(step.checksum), .integer(now)])
        }
    }
}
