internal import Directory
internal import Wire

/// The main database as the repositories see it.
struct MainDatabase: Sendable {
    let engine: any SQLEngine
    let secrets: StoreSecrets
    let clock: WallClock

    /// Runs `body` in a transaction that changes the directory, and moves its revision on, which is how other nodes learn of it.
    func change<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        try await engine.write { connection throws(StorageError) in
            let value = try body(connection)
            try connection.execute("UPDATE portico_main_counters SET value = value + 1 WHERE name = 'directory'", [])
            return value
        }
    }

    /// How often the directory was changed since the database was made.
    func revision() async throws(StorageError) -> Int64 {
        try await engine.read { connection throws(StorageError) in
            try connection.integer("SELECT value FROM portico_main_counters WHERE name = 'directory'", [])
        }
    }

    /// The next number for a new `token` or `channel`; never given twice, also where the one that had it is gone.
    static func nextNumber(_ name: String, _ connection: any SQLConnection) throws(StorageError) -> Int64 {
        try connection.integer(
            "UPDATE portico_main_counters SET value = value + 1 WHERE name = ?1t RETURNING value", [.text(name)])
    }
}
