import Testing

@testable import Storage

@Suite("Migrations")
struct MigrationTests {
    private func withDatabase(_ engine: Engine, _ body: (any SQLEngine) async throws -> Void) async throws {
        try await withPlace(engine) { place in
            let database = try place.engine()
            do {
                try await body(database)
            } catch {
                await database.close()
                throw error
            }
            await database.close()
        }
    }

    private static func migrate(
        _ database: any SQLEngine, scopes: [DatabaseScope] = [.main, .log],
        steps: @escaping @Sendable (DatabaseScope) -> [Migration] = Migration.all
    ) async throws(StorageError) {
        try await Migrator.migrate(database, scopes: scopes, now: testTime, steps: steps)
    }

    private static func run(_ database: any SQLEngine, _ statement: SQL) async throws {
        try await database.write { connection throws(StorageError) in _ = try connection.execute(statement, []) }
    }

    @Test("running them again changes nothing", arguments: Engine.available)
    func again(engine: Engine) async throws {
        try await withDatabase(engine) { database in
            for _ in 0..<2 { try await Self.migrate(database) }
            let steps = try await database.read { connection throws(StorageError) in
                try connection.query("SELECT scope, number, applied_at FROM portico_migrations ORDER BY scope, number", []) {
                    row throws(StorageError) in "\(row.text(0)) \(row.integer(1)) \(row.integer(2))"
                }
            }
            #expect(steps == ["log 1 \(testTime)", "main 1 \(testTime)", "main 2 \(testTime)"])
        }
    }

    @Test("nodes that start together don't meet", .enabled(if: Engine.postgreSQLURL != nil))
    func together() async throws {
        try await withPlace(.postgreSQL) { place in
            let nodes = try [place.engine(), place.engine()]
            async let first: Void = Self.migrate(nodes[0])
            async let second: Void = Self.migrate(nodes[1])
            _ = try await (first, second)
            for node in nodes { await node.close() }
        }
    }

    @Test("a later step is added to what is there", arguments: Engine.available)
    func later(engine: Engine) async throws {
        try await withDatabase(engine) { database in
            try await Self.migrate(database, scopes: [.main])
            let more: @Sendable (DatabaseScope) -> [Migration] = { scope in
                Migration.all(scope) + [
                    Migration(
                        scope: scope, number: Int64(Migration.all(scope).count + 1),
                        statements: ["CREATE TABLE portico_more (id BIGINT NOT NULL PRIMARY KEY)"])
                ]
            }
            try await Self.migrate(database, scopes: [.main], steps: more)
            #expect(
                try await database.read { connection throws(StorageError) in try connection.tableNames() }.contains(
                    "portico_more"))
            // The program of before does not touch it any more.
            let error = try await storageError { try await Self.migrate(database, scopes: [.main]) }
            #expect(error.code == .incompatible && error.message.contains("newer"))
        }
    }

    @Test("a step that differs from the one the database went through is refused", arguments: Engine.available)
    func changed(engine: Engine) async throws {
        try await withDatabase(engine) { database in
            try await Self.migrate(database)
            let error = try await storageError {
                try await Self.migrate(database) { scope in [Migration(scope: scope, number: 1, statements: [])] }
            }
            #expect(error.code == .incompatible)
        }
    }

    @Test("a step that fails leaves the database as it was", arguments: Engine.available)
    func failing(engine: Engine) async throws {
        try await withDatabase(engine) { database in
            let broken: @Sendable (DatabaseScope) -> [Migration] = { scope in
                let next = Int64(Migration.all(scope).count + 1)
                return Migration.all(scope) + [
                    Migration(scope: scope, number: next, statements: ["CREATE TABLE portico_groups (id TEXT)"])
                ]
            }
            _ = try await storageError { try await Self.migrate(database, steps: broken) }
            #expect(try await database.read { connection throws(StorageError) in try connection.tableNames() }.isEmpty)
        }
    }

    @Test(
        "tables with our prefix that are not ours stop the start, tables of another program are left alone",
        arguments: Engine.available)
    func foreign(engine: Engine) async throws {
        try await withDatabase(engine) { database in
            try await Self.run(database, "CREATE TABLE groups (id TEXT NOT NULL PRIMARY KEY)")
            try await Self.run(database, "INSERT INTO groups (id) VALUES ('theirs')")
            try await Self.run(database, "CREATE TABLE portico_thing (id TEXT)")
            let error = try await storageError { try await Self.migrate(database) }
            #expect(error.code == .incompatible && error.message.contains("portico_thing"))
            try await Self.run(database, "DROP TABLE portico_thing")
            try await Self.migrate(database)
            let theirs = try await database.read { connection throws(StorageError) in
                try connection.query("SELECT id FROM groups", []) { row throws(StorageError) in row.text(0) }
            }
            #expect(theirs == ["theirs"])
        }
    }
}
