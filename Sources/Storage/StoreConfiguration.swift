/// Where the store keeps its data, and how much it may take.
public struct StoreConfiguration: Sendable {
    /// Where a database is.
    public enum Location: Sendable, Hashable {
        /// A file; it and its folder are created where they are absent.
        case sqlite(path: String)
        /// A `postgres://` or `postgresql://` URL. It may hold a password: never to be logged.
        case postgresql(url: String)

        /// Reads a DSN: a PostgreSQL URL, or else the path of an SQLite file (`sqlite://` in front is allowed).
        public init(dsn: String) {
            if dsn.hasPrefix("postgres://") || dsn.hasPrefix("postgresql://") {
                self = .postgresql(url: dsn)
            } else if dsn.hasPrefix("sqlite://") {
                self = .sqlite(path: String(dsn.dropFirst("sqlite://".count)))
            } else {
                self = .sqlite(path: dsn)
            }
        }
    }

    /// The main database.
    public var engine: Location
    /// Where log rows go, if not into the main database (`LOG_SQL_DSN`).
    public var logEngine: Location?
    /// The folder of the journal; it must be on a local disk, and belongs to one process.
    public var journalFolder: String
    /// Bytes of one journal segment: 64 KiB ... 1 GiB, rounded up to whole pages.
    public var journalSegmentBytes = 8 << 20
    /// How many segments one lane may hold before calls are refused: at least 2.
    public var journalSegmentsPerLane = 16
    /// How many lanes the journal has: one for each event loop.
    public var lanes: Int
    /// How often the journal is carried to the database.
    public var drainInterval: Duration = .milliseconds(80)
    /// How long SQLite waits for another program that has the file locked.
    public var busyTimeout: Duration = .seconds(3)
    /// Connections to PostgreSQL, beside the one that drains the journal: 1 ... 64.
    public var connections = 4
    /// The longest that one statement may take on PostgreSQL.
    public var statementTimeout: Duration = .seconds(30)

    public init(engine: Location, journalFolder: String, lanes: Int) {
        self.engine = engine
        self.journalFolder = journalFolder
        self.lanes = lanes
    }
}
