internal import Wire

/// A database as the journal sees it: where its marks are, and what of a batch it takes.
///
/// Everything of a batch and the marks behind it are stored in one transaction. The marks go first, and only from where this
/// process believes them to be: if a commit whose answer was lost did happen, or another process has the same journal, nothing
/// changes, and the batch is not stored twice.
final class JournalSink {
    private let engine: any SQLEngine
    private let scopes: [DatabaseScope]
    private let marksTable: String
    /// What the database said last; nil = to be read.
    private var known: [Int: JournalMark]?
    private var log = LogWriter()
    private var totals = TotalsWriter()

    private init(engine: any SQLEngine, scopes: [DatabaseScope]) {
        self.engine = engine
        self.scopes = scopes
        marksTable = scopes.contains(.main) ? "portico_main_marks" : "portico_log_marks"
    }

    /// One sink for a database that holds everything, or one for each of the two.
    static func sinks(main: any SQLEngine, log: (any SQLEngine)?) -> [JournalSink] {
        guard let log else { return [JournalSink(engine: main, scopes: [.main, .log])] }
        return [JournalSink(engine: main, scopes: [.main]), JournalSink(engine: log, scopes: [.log])]
    }

    /// How far each lane of `journal` has come.
    func marks(of journal: UInt64) throws(StorageError) -> [Int: JournalMark] {
        if let known { return known }
        let sql = SQL("SELECT lane, sequence, position FROM \(marksTable) WHERE journal = ?1t")
        let rows = try engine.writeBlocking { connection throws(StorageError) in
            try connection.query(sql, [.text(String(journal, radix: 16))]) { row throws(StorageError) in
                (Int(row.integer(0)), JournalMark(sequence: row.integer(1), position: Int(row.integer(2))))
            }
        }
        let marks = Dictionary(rows) { first, _ in first }
        known = marks
        return marks
    }

    /// Stores what of `batch` this database does not have, and the marks behind it.
    func store(_ batch: JournalBatch, journal: UInt64, clock: WallClock) throws(StorageError) {
        let marks = try marks(of: journal)
        let missing = batch.entries.filter { $0.place >= marks[$0.lane] ?? JournalMark() }
        if missing.isEmpty { return }
        var reached: [Int: JournalMark] = [:]
        for entry in missing { reached[entry.lane] = entry.end }
        // Until the answer is here, nobody knows how far the database is.
        known = nil
        let moves = reached.sorted { $0.key < $1.key }.map { ($0.key, marks[$0.key], $0.value) }
        try engine.writeBlocking { connection throws(StorageError) in
            try self.move(moves, journal: journal, connection)
            if self.scopes.contains(.log) { try self.log.write(missing, now: clock.nowMilliseconds(), connection) }
            if self.scopes.contains(.main) { try self.totals.write(missing, connection) }
        }
        log.committed()
        known = marks.merging(reached) { _, new in new }
    }

    /// Moves the marks over `batch` without storing it: for a record that the database will not take.
    func skip(_ batch: JournalBatch, journal: UInt64) throws(StorageError) {
        let marks = try marks(of: journal)
        known = nil
        for entry in batch.entries where entry.place >= marks[entry.lane] ?? JournalMark() {
            try engine.writeBlocking { connection throws(StorageError) in
                try self.move([(entry.lane, marks[entry.lane], entry.end)], journal: journal, connection)
            }
        }
    }

    /// Makes what was stored survive a loss of power.
    func makeDurable() throws(StorageError) { try engine.makeDurable() }

    private func move(
        _ moves: [(lane: Int, from: JournalMark?, to: JournalMark)], journal: UInt64, _ connection: any SQLConnection
    ) throws(StorageError) {
        for (lane, from, to) in moves {
            let key: [SQLValue] = [.text(String(journal, radix: 16)), .integer(Int64(lane))]
            let place: [SQLValue] = [.integer(to.sequence), .integer(Int64(to.position))]
            let count: Int
            if let from {
                count = try connection.execute(
                    SQL(
                        """
                        UPDATE \(marksTable) SET sequence = ?3i, position = ?4i
                        WHERE journal = ?1t AND lane = ?2i AND sequence = ?5i AND position = ?6i
                        """), key + place + [.integer(from.sequence), .integer(Int64(from.position))])
            } else {
                count = try connection.execute(
                    SQL(
                        """
                        INSERT INTO \(marksTable) (journal, lane, sequence, position) VALUES (?1t, ?2i, ?3i, ?4i)
                        ON CONFLICT (journal, lane) DO NOTHING
                        """), key + place)
            }
            guard count == 1 else { throw .unavailable("the journal's mark was moved by another hand; it is read again") }
        }
    }
}
