internal import Directory

/// The operator's options: names and texts.
public struct OptionRepository: Sendable {
    let database: MainDatabase

    /// All that are set.
    public func all() async throws(StorageError) -> [String: String] {
        try await database.engine.read { connection throws(StorageError) in try Self.all(connection) }
    }

    /// Sets several options, all or none; nil takes one away.
    /// - Throws: `invalid`.
    public func set(_ options: [String: String?]) async throws(StorageError) -> Written<Void> {
        for (name, value) in options {
            try Limits.check("key", name, atMost: 128)
            if let value { try Limits.check(long: name, value) }
        }
        return try await database.change { connection throws(StorageError) in
            var changes: [DirectoryChange] = []
            for (name, value) in options.sorted(by: { $0.key < $1.key }) {
                if let value {
                    try connection.execute(
                        """
                        INSERT INTO portico_options (name, value) VALUES (?1t, ?2t)
                        ON CONFLICT (name) DO UPDATE SET value = excluded.value
                        """, [.text(name), .text(value)])
                    changes.append(.setOption(name: name, value: value))
                } else {
                    try connection.execute("DELETE FROM portico_options WHERE name = ?1t", [.text(name)])
                    changes.append(.removeOption(name: name))
                }
            }
            return Written((), changes)
        }
    }

    static func all(_ connection: any SQLConnection) throws(StorageError) -> [String: String] {
        let rows = try connection.query("SELECT name, value FROM portico_options", []) { row throws(StorageError) in
            (row.text(0), row.text(1))
        }
        return Dictionary(rows) { first, _ in first }
    }
}
