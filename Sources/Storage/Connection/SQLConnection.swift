/// One connection inside one transaction, on the thread that runs it. Never kept beyond the closure that it was handed to.
package protocol SQLConnection {
    /// Runs `sql` and makes of each row what `row` makes of it.
    func query<Value>(
        _ sql: SQL, _ arguments: [SQLValue], _ row: (any SQLRow) throws(StorageError) -> Value
    ) throws(StorageError) -> [Value]

    /// Runs `sql`; returns how many rows it changed.
    @discardableResult
    func execute(_ sql: SQL, _ arguments: [SQLValue]) throws(StorageError) -> Int

    /// Runs `sql` once for each list of arguments (in one pipeline, where there is such a thing); returns the rows changed by each.
    @discardableResult
    func executeEach(_ sql: SQL, _ arguments: [[SQLValue]]) throws(StorageError) -> [Int]

    /// Inserts as many rows as `cells` holds, row by row; the cells' bytes must stay alive until it returns.
    func insert(_ insert: SQLInsert, cells: UnsafeBufferPointer<SQLCell>) throws(StorageError)

    /// The names of all tables in the schema that is in use: one of the places where the engines differ.
    func tableNames() throws(StorageError) -> [String]

    /// Takes the lock under which migrations run, held until the transaction ends: another difference.
    func lockForMigration() throws(StorageError)
}

extension SQLConnection {
    /// The first row, if there is one.
    package func first<Value>(
        _ sql: SQL, _ arguments: [SQLValue], _ row: (any SQLRow) throws(StorageError) -> Value
    ) throws(StorageError) -> Value? {
        try query(sql, arguments, row).first
    }

    /// The integer in the first column of the first row; 0 where there is no row.
    package func integer(_ sql: SQL, _ arguments: [SQLValue]) throws(StorageError) -> Int64 {
        try query(sql, arguments) { row throws(StorageError) in row.integer(0) }.first ?? 0
    }
}

/// A database: where transactions run.
package protocol SQLEngine: Sendable {
    /// Runs `body` in a transaction that only reads, and sees one state of the data.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value

    /// Runs `body` in a transaction: all of it is stored, or, when it throws, nothing.
    ///
    /// `body` may run again where the database asks for that (deadlock, serialisation).
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value

    /// As `write`, but blocks the calling thread, which therefore must be one of its own: the journal's.
    /// PostgreSQL keeps a connection for it, so that a busy admin API never holds up the journal.
    func writeBlocking<Value>(
        _ body: (any SQLConnection) throws(StorageError) -> Value
    ) throws(StorageError) -> Value

    /// Makes everything committed so far survive a loss of power; blocks the calling thread.
    func makeDurable() throws(StorageError)

    /// Ends all connections. Work that waits gets `unavailable`.
    func close() async
}
