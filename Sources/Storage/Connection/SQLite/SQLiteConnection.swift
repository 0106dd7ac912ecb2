internal import GRDB
internal import GRDBSQLite

/// GRDB opens, pools, caches and schedules; values are bound and read here through SQLite's own interface, which costs half of
/// what passing them through GRDB's value types does.
struct SQLiteConnection: SQLConnection {
    let database: Database

    func query<Value>(
        _ sql: SQL, _ arguments: [SQLValue], _ row: (any SQLRow) throws(StorageError) -> Value
    ) throws(StorageError) -> [Value] {
        let statement = try prepare(sql)
        defer { sqlite3_reset(statement) }
        try bind(arguments, of: sql, to: statement)
        var values: [Value] = []
        while try step(statement) { values.append(try row(SQLiteRow(statement: statement))) }
        return values
    }

    @discardableResult
    func execute(_ sql: SQL, _ arguments: [SQLValue]) throws(StorageError) -> Int {
        let statement = try prepare(sql)
        defer { sqlite3_reset(statement) }
        try bind(arguments, of: sql, to: statement)
        while try step(statement) {}
        return Int(sqlite3_changes(database.sqliteConnection))
    }

    @discardableResult
    func executeEach(_ sql: SQL, _ arguments: [[SQLValue]]) throws(StorageError) -> [Int] {
        let statement = try prepare(sql)
        defer { sqlite3_reset(statement) }
        var changes: [Int] = []
        changes.reserveCapacity(arguments.count)
        for arguments in arguments {
            try bind(arguments, of: sql, to: statement)
            while try step(statement) {}
            changes.append(Int(sqlite3_changes(database.sqliteConnection)))
            sqlite3_reset(statement)
        }
        return changes
    }

    /// One cached statement, bound again for each row, without copying: on SQLite, rows in one statement win nothing.
    func insert(_ insert: SQLInsert, cells: UnsafeBufferPointer<SQLCell>) throws(StorageError) {
        let width = insert.columns.count
        let statement = try prepare(insert.single)
        defer {
            sqlite3_reset(statement)
            // The cells' bytes are not ours beyond this call.
            sqlite3_clear_bindings(statement)
        }
        var position = 0
        while position + width <= cells.count {
            for column in 0..<width {
                let index = Int32(column + 1)
                let code =
                    switch cells[position + column] {
                    case .null: sqlite3_bind_null(statement, index)
                    case .integer(let value): sqlite3_bind_int64(statement, index, value)
                    case .text(let bytes):
                        // An empty text is not NULL: it needs an address.
                        if let start = bytes.baseAddress, bytes.count > 0 {
                            sqlite3_bind_text(
                                statement, index, start.assumingMemoryBound(to: CChar.self), Int32(bytes.count), nil)
                        } else {
                            sqlite3_bind_text(statement, index, "", 0, transient)
                        }
                    }
                if code != SQLITE_OK { throw failure(code) }
            }
            _ = try step(statement)
            sqlite3_reset(statement)
            position += width
        }
    }

    func tableNames() throws(StorageError) -> [String] {
        try query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", []) { row throws(StorageError) in
            row.text(0)
        }
    }

    /// Nothing to do: a transaction that writes begins by taking the file's only write lock.
    func lockForMigration() throws(StorageError) {}

    // MARK: - Statements

    private func prepare(_ sql: SQL) throws(StorageError) -> OpaquePointer {
        do {
            return try database.cachedStatement(sql: sql.sqlite).sqliteStatement
        } catch {
            throw SQLiteEngine.storageError(error)
        }
    }

    private func bind(_ arguments: [SQLValue], of sql: SQL, to statement: OpaquePointer) throws(StorageError) {
        try sql.check(arguments)
        for (offset, argument) in arguments.enumerated() {
            let index = Int32(offset + 1)
            let code =
                switch argument {
                case .null: sqlite3_bind_null(statement, index)
                case .integer(let value): sqlite3_bind_int64(statement, index, value)
                case .text(let text):
                    sqlite3_bind_text(statement, index, text, Int32(clamping: text.utf8.count), transient)
                case .bytes(let bytes):
                    // A null pointer would be NULL, not an empty blob.
                    bytes.isEmpty
                        ? sqlite3_bind_zeroblob(statement, index, 0)
                        : sqlite3_bind_blob(statement, index, bytes, Int32(clamping: bytes.count), transient)
                }
            if code != SQLITE_OK { throw failure(code) }
        }
    }

    /// Whether there is a row.
    private func step(_ statement: OpaquePointer) throws(StorageError) -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    private func failure(_ code: Int32) -> StorageError {
        let message = sqlite3_errmsg(database.sqliteConnection).map { String(cString: $0) } ?? "unknown"
        return SQLiteEngine.storageError(code: code, message: message)
    }
}

/// SQLite copies what is bound with this.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// The current row of a statement.
private struct SQLiteRow: SQLRow {
    let statement: OpaquePointer

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
}
