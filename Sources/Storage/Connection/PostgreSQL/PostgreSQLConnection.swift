internal import CLibPQ

/// One libpq connection; blocks its thread. Values travel in binary form, statements are prepared once.
final class PostgreSQLConnection: SQLConnection {
    private let handle: OpaquePointer
    private var prepared: [String: String] = [:]
    private var insertStatements: [String: SQL] = [:]
    /// Prepared statements of one connection; past it, all are forgotten (searches with many combinations of filters).
    private static let preparedLimit = 256
    /// Statements sent before their answers are read; answers to so few always fit the socket's buffers.
    private static let pipelineLength = 100
    /// Rows of one INSERT, the largest first: few statements to prepare, few round trips.
    private static let insertSizes = [50, 10, 1]

    /// Whether the last failure means that another transaction was preferred.
    private(set) var lostToAnother = false

    /// Whether the connection is of no use any more.
    var isBroken: Bool { PQstatus(handle) != CONNECTION_OK }

    init(_ settings: PostgreSQLSettings) throws(StorageError) {
        // What stands before "dbname" are defaults; what the URL says wins.
        let parameters = [
            ("connect_timeout", "5"), ("application_name", "portico"), ("keepalives_idle", "30"),
            ("tcp_user_timeout", "30000"), ("dbname", settings.url), ("client_encoding", "UTF8"),
        ]
        let keywords = CStringArray(parameters.map(\.0))
        let values = CStringArray(parameters.map(\.1))
        guard let handle = PQconnectdbParams(keywords.pointers, values.pointers, 1) else {
            throw .unavailable("PostgreSQL: no memory for a connection")
        }
        self.handle = handle
        guard PQstatus(handle) == CONNECTION_OK else {
            throw .unavailable("PostgreSQL: \(Self.text(PQerrorMessage(handle)))")
        }
        _ = PQsetNoticeProcessor(handle, { _, _ in }, nil)
        let milliseconds = settings.statementTimeout / .milliseconds(1)
        try run("SET statement_timeout = \(Int64(milliseconds)); SET idle_in_transaction_session_timeout = 60000")
    }

    deinit { PQfinish(handle) }

    /// Runs a command without arguments or result.
    func run(_ command: String) throws(StorageError) {
        lostToAnother = false
        let result = PQexec(handle, command)
        defer { PQclear(result) }
        if PQresultStatus(result) != PGRES_COMMAND_OK { throw failure(result) }
    }

    // MARK: - SQLConnection

    func query<Value>(
        _ sql: SQL, _ arguments: [SQLValue], _ row: (any SQLRow) throws(StorageError) -> Value
    ) throws(StorageError) -> [Value] {
        let result = try perform(sql, PostgreSQLArguments(arguments, of: sql))
        defer { PQclear(result) }
        var values: [Value] = []
        let count = PQntuples(result)
        values.reserveCapacity(Int(count))
        for number in 0..<count { values.append(try row(PostgreSQLRow(result: result, number: number))) }
        return values
    }

    @discardableResult
    func execute(_ sql: SQL, _ arguments: [SQLValue]) throws(StorageError) -> Int {
        let result = try perform(sql, PostgreSQLArguments(arguments, of: sql))
        defer { PQclear(result) }
        return Int(Self.text(PQcmdTuples(result))) ?? 0
    }

    @discardableResult
    func executeEach(_ sql: SQL, _ arguments: [[SQLValue]]) throws(StorageError) -> [Int] {
        if arguments.count == 1 { return [try execute(sql, arguments[0])] }
        let name = try prepare(sql)
        var changes: [Int] = []
        changes.reserveCapacity(arguments.count)
        var start = 0
        while start < arguments.count {
            let end = min(start + Self.pipelineLength, arguments.count)
            try pipeline(name, sql, arguments[start..<end], &changes)
            start = end
        }
        return changes
    }

    func insert(_ insert: SQLInsert, cells: UnsafeBufferPointer<SQLCell>) throws(StorageError) {
        let width = insert.columns.count
        var remaining = cells.count / width
        var position = 0
        for rows in Self.insertSizes {
            while remaining >= rows {
                let sql = insertStatement(insert, rows: rows)
                let arguments = PostgreSQLArguments(UnsafeBufferPointer(rebasing: cells[position..<position + rows * width]))
                PQclear(try perform(sql, arguments))
                position += rows * width
                remaining -= rows
            }
        }
    }

    func tableNames() throws(StorageError) -> [String] {
        try query(
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1", []
        ) { row throws(StorageError) in row.text(0) }
    }

    func lockForMigration() throws(StorageError) {
        // Any number will do, if only all of us use the same.
        // A step of a migration, and the wait for another node's, may take longer than any other statement.
        try execute("SET LOCAL statement_timeout = '30min'", [])
        // Our number, and the schema: what is made in another one is no concern of this.
        let lock = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(1347899471, hashtext(current_schema()))) AS taken"
        _ = try query(SQL(lock), []) { _ throws(StorageError) in }
    }

    // MARK: - Statements

    private func insertStatement(_ insert: SQLInsert, rows: Int) -> SQL {
        let key = "\(insert.table)/\(rows)"
        if let sql = insertStatements[key] { return sql }
        let sql = insert.statement(rows: rows)
        insertStatements[key] = sql
        return sql
    }

    /// The name under which `sql` is prepared.
    private func prepare(_ sql: SQL) throws(StorageError) -> String {
        if let name = prepared[sql.text] { return name }
        if prepared.count >= Self.preparedLimit {
            try run("DEALLOCATE ALL")
            prepared.removeAll()
        }
        let name = "s\(prepared.count)"
        let types = sql.types.map(\.objectID)
        let result = PQprepare(handle, name, sql.postgreSQL, Int32(types.count), types)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw failure(result) }
        prepared[sql.text] = name
        return name
    }

    private func perform(_ sql: SQL, _ arguments: borrowing PostgreSQLArguments) throws(StorageError) -> OpaquePointer? {
        lostToAnother = false
        let name = try prepare(sql)
        let result = PQexecPrepared(
            handle, name, arguments.count, arguments.values, arguments.lengths, arguments.formats, 1)
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return result
        default:
            defer { PQclear(result) }
            throw failure(result)
        }
    }

    private func pipeline(
        _ name: String, _ sql: SQL, _ arguments: ArraySlice<[SQLValue]>, _ changes: inout [Int]
    ) throws(StorageError) {
        lostToAnother = false
        guard PQenterPipelineMode(handle) == 1 else { throw .unavailable("PostgreSQL: no pipeline") }
        var first: StorageError?
        var sent = 0
        for arguments in arguments {
            do throws(StorageError) {
                let arguments = try PostgreSQLArguments(arguments, of: sql)
                let isSent = PQsendQueryPrepared(
                    handle, name, arguments.count, arguments.values, arguments.lengths, arguments.formats, 1)
                if isSent != 1 { throw failure(nil) }
                sent += 1
            } catch {
                first = error
                break
            }
        }
        if PQpipelineSync(handle) != 1 { throw failure(nil) }
        for _ in 0..<sent {
            while let result = PQgetResult(handle) {
                switch PQresultStatus(result) {
                case PGRES_COMMAND_OK, PGRES_TUPLES_OK: changes.append(Int(Self.text(PQcmdTuples(result))) ?? 0)
                case PGRES_PIPELINE_ABORTED: break
                default: first = first ?? failure(result)
                }
                PQclear(result)
            }
        }
        PQclear(PQgetResult(handle))
        guard PQexitPipelineMode(handle) == 1 else { throw first ?? failure(nil) }
        if let first { throw first }
    }

    // MARK: - Errors

    private func failure(_ result: OpaquePointer?) -> StorageError {
        guard let result, let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else {
            return .unavailable("PostgreSQL: \(Self.text(PQerrorMessage(handle)))")
        }
        let code = String(cString: state)
        let message = "PostgreSQL: \(Self.text(PQresultErrorField(result, Int32(UInt8(ascii: "M"))))) (\(code))"
        switch code.prefix(2) {
        case "40", "55":
            lostToAnother = true
            return .unavailable(message)
        case "08", "53", "57", "58", "25": return .unavailable(message)
        case "23": return .conflict("row", "there is one already")
        case "XX": return .damaged(message)
        default: return .internal(message)
        }
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        guard let pointer else { return "" }
        // libpq ends its messages with a line feed.
        return String(String(cString: pointer).split(separator: "\n").joined(separator: " "))
    }

    private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String { text(UnsafePointer(pointer)) }
}

/// One row of a result in binary form.
private struct PostgreSQLRow: SQLRow {
    let result: OpaquePointer?
    let number: Int32

    func integer(_ column: Int32) -> Int64 {
        // A literal may come as a smaller type: most significant byte first, sign in the first bit.
        guard !isNull(column), let first = value(column).first else { return 0 }
        return value(column).reduce(first >= 0x80 ? -1 : 0) { ($0 << 8) | Int64($1) }
    }

    func text(_ column: Int32) -> String { String(decoding: value(column), as: UTF8.self) }
    func bytes(_ column: Int32) -> [UInt8] { [UInt8](value(column)) }
    func isNull(_ column: Int32) -> Bool { PQgetisnull(result, number, column) == 1 }

    private func value(_ column: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: PQgetvalue(result, number, column), count: Int(PQgetlength(result, number, column)))
    }
}
