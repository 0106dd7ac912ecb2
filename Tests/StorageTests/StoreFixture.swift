import Foundation
import Logging
import Synchronization
import Testing
import Wire

@testable import Storage

/// The databases that every test of the store runs on.
enum Engine: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case sqlite = "SQLite"
    case postgreSQL = "PostgreSQL"

    /// SQLite always; PostgreSQL where `PORTICO_TEST_POSTGRES` says where one is.
    static let available: [Engine] = postgreSQLURL == nil ? [.sqlite] : allCases

    static let postgreSQLURL = ProcessInfo.processInfo.environment["PORTICO_TEST_POSTGRES"]

    var testDescription: String { rawValue }
}

@Suite("The test environment")
struct EnvironmentTests {
    @Test("tests run on PostgreSQL too (PORTICO_TEST_POSTGRES)", .enabled(if: Engine.postgreSQLURL != nil))
    func postgreSQLAnswers() async throws {
        try await withPlace(.postgreSQL) { place in
            let engine = try place.engine()
            let version = try await engine.read { connection throws(StorageError) in
                try connection.query("SELECT version()", []) { row throws(StorageError) in row.text(0) }
            }
            #expect(version[0].hasPrefix("PostgreSQL"))
            await engine.close()
        }
    }
}

/// A folder and a database (or schema) of one test's own.
struct Place: Sendable {
    let kind: Engine
    let folder: String
    let location: StoreConfiguration.Location

    /// The database alone.
    func engine() throws -> any SQLEngine {
        switch location {
        case .sqlite(let path): try SQLiteEngine(path: path)
        case .postgresql(let url):
            try PostgreSQLEngine(url: url, connections: 2, statementTimeout: .seconds(20), logger: Place.logger)
        }
    }

    func configuration(lanes: Int = 1) -> StoreConfiguration {
        var configuration = StoreConfiguration(engine: location, journalFolder: folder + "/journal", lanes: lanes)
        configuration.journalSegmentBytes = 64 << 10
        configuration.connections = 1
        configuration.drainInterval = .milliseconds(5)
        return configuration
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// A secret that is none.
let testSecrets: StoreSecrets = {
    guard let master = MasterSecret(bytes: Array(repeating: 7, count: 32)), let secrets = StoreSecrets(master: master) else {
        preconditionFailure("32 bytes make a secret")
    }
    return secrets
}()

/// 2026-11-22T00:00:00Z, a Sunday.
let testTime: Int64 = 1_795_305_600_000

/// Runs `body` with a folder and a database of its own, which are removed afterwards.
func withPlace(_ kind: Engine, _ body: (Place) async throws -> Void) async throws {
    let name = "portico_test_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    switch kind {
    case .sqlite:
        try await body(Place(kind: kind, folder: folder, location: .sqlite(path: folder + "/portico.db")))
    case .postgreSQL:
        let url = try #require(Engine.postgreSQLURL)
        await ConnectionLimit.shared.enter()
        do {
            try await statement("CREATE SCHEMA \(name)", url)
            let own = url + (url.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(name)"
            try await body(Place(kind: kind, folder: folder, location: .postgresql(url: own)))
            try await statement("DROP SCHEMA \(name) CASCADE", url)
            await ConnectionLimit.shared.leave()
        } catch {
            await ConnectionLimit.shared.leave()
            throw error
        }
    }
}

/// Runs `body` with an open store.
func withStore(
    _ kind: Engine, clock: WallClock = .fixed(testTime), _ body: (Store) async throws -> Void
) async throws {
    try await withPlace(kind) { place in
        let store = try await Store.open(place.configuration(), secrets: testSecrets, clock: clock, logger: Place.logger)
        do {
            try await body(store)
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }
}

private func statement(_ text: String, _ url: String) async throws {
    let engine = try PostgreSQLEngine(url: url, connections: 1, statementTimeout: .seconds(20), logger: Place.logger)
    do {
        try await engine.write { connection throws(StorageError) in _ = try connection.execute(SQL(text), []) }
        await engine.close()
    } catch {
        await engine.close()
        throw error
    }
}

/// A server takes a hundred connections; tests that run at once must not need more.
private actor ConnectionLimit {
    static let shared = ConnectionLimit()
    private var free = 12
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// Runs `body` and gives the error of the store that it threw.
func storageError(_ body: () async throws -> Void) async throws -> StorageError {
    try await #require(throws: StorageError.self) { try await body() }
}
