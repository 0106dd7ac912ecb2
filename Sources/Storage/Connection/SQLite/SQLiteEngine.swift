internal import Dispatch
internal import GRDB
internal import GRDBSQLite
internal import Glibc

/// An SQLite file: one writer and a pool of readers by GRDB, in WAL mode.
final class SQLiteEngine: SQLEngine {
    private let pool: DatabasePool
    private let lock: FileLock
    private let path: String

    /// Opens or creates the file at `path`, and takes it for this process alone.
    /// - Parameter busyTimeout: how long a statement waits for a lock that another program holds.
    /// - Throws: `alreadyInUse` where another process has it.
    init(path: String, busyTimeout: Duration = .seconds(3)) throws(StorageError) {
        self.path = path
        try FileSystem.createFolder(FileSystem.folder(of: path))
        lock = try FileLock(path: path + ".lock", of: "the database \(path)")
        // Only the owner may read it; SQLite gives the files that it puts beside it the same permissions.
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .init(.configuration, "\(path) can't be opened: \(FileSystem.reason(errno))") }
        Glibc.close(file)
        var configuration = Configuration()
        configuration.label = "portico.storage"
        configuration.maximumReaderCount = 4
        configuration.foreignKeysEnabled = false
        // Other programs may read the file while we run (a backup, a shell); none of ours writes to it.
        configuration.busyMode = .timeout(busyTimeout / .seconds(1))
        configuration.prepareDatabase { database in
            // In WAL mode a commit then survives the death of the process; `makeDurable` is for the loss of power.
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
            // Pages. A checkpoint syncs two files and writes again what every batch of log rows changes (the ends of indexes, totals):
            // four times SQLite's interval saves most of that, for a file of 16 MiB beside the database.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
        } catch {
            throw Self.storageError(error)
        }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        do {
            return try await pool.read { database in try body(SQLiteConnection(database: database)) }
        } catch {
            throw Self.storageError(error)
        }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        do {
            return try await pool.write { database in try body(SQLiteConnection(database: database)) }
        } catch {
            throw Self.storageError(error)
        }
    }

    func writeBlocking<Value>(
        _ body: (any SQLConnection) throws(StorageError) -> Value
    ) throws(StorageError) -> Value {
        do {
            return try pool.write { database in try body(SQLiteConnection(database: database)) }
        } catch {
            throw Self.storageError(error)
        }
    }

    /// With `synchronous = NORMAL` a commit is in the WAL file but perhaps not on the disk.
    func makeDurable() throws(StorageError) {
        let descriptor = open(path + "-wal", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            // Without a WAL file everything is in the database file, put there by a checkpoint, which syncs.
            if errno == ENOENT { return }
            throw .unavailable("the write-ahead log can't be opened: \(FileSystem.reason(errno))")
        }
        defer { Glibc.close(descriptor) }
        if fdatasync(descriptor) != 0 {
            throw .unavailable("the write-ahead log can't be synced: \(FileSystem.reason(errno))")
        }
    }

    func close() async {
        // Closing waits for work under way, so not on a thread that others need.
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            DispatchQueue(label: "portico.storage.close").async { [pool] in
                try? pool.close()
                done.resume()
            }
        }
        lock.release()
    }

    // MARK: - Errors

    static func storageError(_ error: any Error) -> StorageError {
        if let error = error as? StorageError { return error }
        if error is CancellationError { return .unavailable("the caller went away; nothing was changed") }
        guard let error = error as? DatabaseError else { return .internal("SQLite: \(type(of: error))") }
        return storageError(code: error.extendedResultCode.rawValue, message: error.message ?? "unknown")
    }

    static func storageError(code: Int32, message: String) -> StorageError {
        switch code & 0xff {
        case SQLITE_CONSTRAINT where message.hasPrefix("UNIQUE"):
            // "UNIQUE constraint failed: table.column, ..."
            .conflict(String(message.split(separator: ".").last ?? "row"), "there is one already")
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_INTERRUPT, SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY,
            SQLITE_ABORT, SQLITE_MISUSE:
            .unavailable("SQLite: \(message)")
        case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged("SQLite: \(message)")
        default: .internal("SQLite: \(message)")
        }
    }
}
