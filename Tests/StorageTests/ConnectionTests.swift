import Testing

@testable import Storage

@Suite("Connections")
struct ConnectionTests {
    /// A database with one small table.
    private func withTable(_ engine: Engine, _ body: (any SQLEngine) async throws -> Void) async throws {
        try await withPlace(engine) { place in
            let database = try place.engine()
            try await database.write { connection throws(StorageError) in
                _ = try connection.execute(
                    "CREATE TABLE things (id BIGINT NOT NULL PRIMARY KEY, name TEXT, data BLOB, number BIGINT)", [])
            }
            do {
                try await body(database)
            } catch {
                await database.close()
                throw error
            }
            await database.close()
        }
    }

    private static let insert: SQL = "INSERT INTO things (id, name, data, number) VALUES (?1i, ?2t, ?3b, ?4i)"

    @Test("values come back as they went in", arguments: Engine.available)
    func values(engine: Engine) async throws {
        try await withTable(engine) { database in
            let rows: [[SQLValue]] = [
                [.integer(1), .text(""), .bytes([]), .integer(.min)],
                [.integer(2), .text("漢🙂'\"\\\n?1i"), .bytes([0, 255, 0]), .integer(.max)],
                [.integer(3), .null, .null, .null],
                [
                    .integer(4), .text(String(repeating: "x", count: 100_000)), .bytes(Array(repeating: 9, count: 70_000)),
                    .integer(-1),
                ],
            ]
            let back = try await database.write { connection throws(StorageError) in
                try connection.executeEach(Self.insert, rows)
                return try connection.query("SELECT id, name, data, number FROM things ORDER BY id", []) {
                    row throws(StorageError) -> [SQLValue] in
                    [
                        .integer(row.integer(0)), row.isNull(1) ? .null : .text(row.text(1)),
                        row.isNull(2) ? .null : .bytes(row.bytes(2)), row.isNull(3) ? .null : .integer(row.integer(3)),
                    ]
                }
            }
            #expect(back == rows)
        }
    }

    @Test("SQLite waits for a lock as long as it was told to")
    func busyTimeout() async throws {
        try await withPlace(.sqlite) { place in
            let database = try SQLiteEngine(path: place.folder + "/patient.db", busyTimeout: .milliseconds(1234))
            let told = try await database.write { connection throws(StorageError) in
                try connection.query("PRAGMA busy_timeout", []) { row throws(StorageError) -> Int64 in row.integer(0) }
            }
            #expect(told == [1234])
            await database.close()
        }
    }

    @Test("a transaction that throws leaves nothing behind", arguments: Engine.available)
    func rollback(engine: Engine) async throws {
        try await withTable(engine) { database in
            let error = try await storageError {
                try await database.write { connection throws(StorageError) in
                    try connection.execute(Self.insert, [.integer(1), .null, .null, .null])
                    throw .invalid("x", "y")
                }
            }
            #expect(error.code == .invalid(member: "x"))
            let count = try await database.read { connection throws(StorageError) in
                try connection.integer("SELECT count(*) FROM things", [])
            }
            #expect(count == 0)
        }
    }

    @Test("a key that is taken is a conflict, and the connection goes on", arguments: Engine.available)
    func conflict(engine: Engine) async throws {
        try await withTable(engine) { database in
            for code in [false, true] {
                do throws(StorageError) {
                    try await database.write { connection throws(StorageError) in
                        _ = try connection.execute(Self.insert, [.integer(1), .null, .null, .null])
                    }
                    #expect(!code)
                } catch {
                    guard case .conflict = error.code else {
                        Issue.record("\(error.code)")
                        return
                    }
                    #expect(code)
                }
            }
        }
    }

    @Test("in a pipeline, one failure fails all", arguments: Engine.available)
    func pipeline(engine: Engine) async throws {
        try await withTable(engine) { database in
            let rows = (0..<250).map { [SQLValue.integer($0 == 130 ? 5 : $0), .null, .null, .null] }
            let error = try await storageError {
                _ = try await database.write { connection throws(StorageError) in try connection.executeEach(Self.insert, rows) }
            }
            guard case .conflict = error.code else {
                Issue.record("\(error.code)")
                return
            }
            let changes = try await database.write { connection throws(StorageError) in
                try connection.executeEach(Self.insert, (0..<250).map { [.integer($0), .null, .null, .null] })
                return try connection.executeEach(
                    "UPDATE things SET number = 1 WHERE id < ?1i", [[.integer(3)], [.integer(0)], [.integer(500)]])
            }
            #expect(changes == [3, 0, 250])
        }
    }

    @Test("many rows go in at once, in whatever number", arguments: Engine.available, [1, 9, 10, 49, 50, 123])
    func insertMany(engine: Engine, count: Int) async throws {
        try await withTable(engine) { database in
            let insert = SQLInsert(table: "things", columns: [("id", .integer), ("name", .text), ("number", .integer)])
            let sum = try await database.write { connection throws(StorageError) in
                var failure: StorageError?
                "name".utf8.withContiguousStorageIfAvailable { name in
                    let text = UnsafeRawBufferPointer(name)
                    let empty = UnsafeRawBufferPointer(start: nil, count: 0)
                    var cells: [SQLCell] = []
                    for row in 0..<count {
                        cells.append(.integer(Int64(row)))
                        cells.append(.text(row % 2 == 0 ? text : empty))
                        cells.append(row % 3 == 0 ? .null : .integer(1))
                    }
                    cells.withUnsafeBufferPointer { cells in
                        do throws(StorageError) { try connection.insert(insert, cells: cells) } catch { failure = error }
                    }
                }
                if let failure { throw failure }
                return [
                    try connection.integer("SELECT count(*) FROM things", []),
                    try connection.integer("SELECT count(*) FROM things WHERE name = 'name'", []),
                    try connection.integer("SELECT count(*) FROM things WHERE name = ''", []),
                    try connection.integer("SELECT count(*) FROM things WHERE number IS NULL", []),
                ]
            }
            let expected: [Int] = [count, (count + 1) / 2, count / 2, (count + 2) / 3]
            #expect(sum.map { Int($0) } == expected)
        }
    }

    @Test("arguments that don't fit the placeholders, and U+0000, never reach the database", arguments: Engine.available)
    func arguments(engine: Engine) async throws {
        try await withTable(engine) { database in
            for arguments in [[], [SQLValue.text("1")], [.integer(1), .integer(2)]] as [[SQLValue]] {
                let error = try await storageError {
                    try await database.write { connection throws(StorageError) in
                        _ = try connection.execute("DELETE FROM things WHERE id = ?1i", arguments)
                    }
                }
                #expect(error.code == .internal)
            }
            let error = try await storageError {
                try await database.write { connection throws(StorageError) in
                    _ = try connection.execute("DELETE FROM things WHERE name = ?1t", [.text("a\u{0}")])
                }
            }
            #expect(error.code == .invalid(member: "text"))
        }
    }

    @Test("a reader sees one state, whatever is written meanwhile", arguments: Engine.available)
    func isolation(engine: Engine) async throws {
        try await withTable(engine) { database in
            let counts = try await database.read { connection throws(StorageError) in
                let before = try connection.integer("SELECT count(*) FROM things", [])
                // From the thread of the journal, while this transaction is open.
                try database.writeBlocking { connection throws(StorageError) in
                    _ = try connection.execute(Self.insert, [.integer(1), .null, .null, .null])
                }
                return [before, try connection.integer("SELECT count(*) FROM things", [])]
            }
            #expect(counts == [0, 0])
        }
    }

    @Test("after its connection was cut, PostgreSQL is connected to again", .enabled(if: Engine.postgreSQLURL != nil))
    func reconnect() async throws {
        try await withTable(.postgreSQL) { database in
            for _ in 0..<3 {
                let error = try await storageError {
                    try await database.write { connection throws(StorageError) in
                        _ = try connection.query("SELECT pg_terminate_backend(pg_backend_pid())", []) {
                            _ throws(StorageError) in
                        }
                    }
                }
                #expect(error.code == .unavailable)
                try await database.write { connection throws(StorageError) in
                    _ = try connection.execute("DELETE FROM things", [])
                }
            }
        }
    }

    @Test("two transactions that wait for each other both succeed in the end", .enabled(if: Engine.postgreSQLURL != nil))
    func deadlock() async throws {
        try await withTable(.postgreSQL) { database in
            try await database.write { connection throws(StorageError) in
                _ = try connection.executeEach(Self.insert, [1, 2].map { [.integer($0), .null, .null, .integer(0)] })
            }
            @Sendable func both(_ ids: [Int64]) async throws(StorageError) {
                try await database.write { connection throws(StorageError) in
                    for id in ids {
                        try connection.execute("UPDATE things SET number = number + 1 WHERE id = ?1i", [.integer(id)])
                        _ = try connection.query("SELECT CAST(pg_sleep(0.05) AS TEXT)", []) { _ throws(StorageError) in }
                    }
                }
            }
            async let first: Void = both([1, 2])
            async let second: Void = both([2, 1])
            _ = try await (first, second)
            let sum = try await database.read { connection throws(StorageError) in
                try connection.query("SELECT number FROM things", []) { row throws(StorageError) in row.integer(0) }
            }
            #expect(sum == [2, 2])
        }
    }
}
