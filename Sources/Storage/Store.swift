public import Directory
public import Logging
public import Wire

/// The databases and the journal: the only door to what is kept.
///
/// Opening one takes the files for this process, brings the schema up to date, and carries what an earlier process left in its
/// journal to the database, before anything is read. `run()` then carries on until it is cancelled.
public final class Store: Sendable {
    /// Groups.
    public var groups: GroupRepository { GroupRepository(database: main) }
    /// Tokens.
    public var tokens: TokenRepository { TokenRepository(database: main) }
    /// Channels.
    public var channels: ChannelRepository { ChannelRepository(database: main) }
    /// Model configurations.
    public var modelConfigs: ModelConfigRepository { ModelConfigRepository(database: main) }
    /// MCP servers for every group.
    public var publicServers: PublicServerRepository { PublicServerRepository(database: main) }
    /// MCP servers of single groups.
    public var groupServers: GroupServerRepository { GroupServerRepository(database: main) }
    /// What groups saved for public MCP servers.
    public var serverParameters: ServerParametersRepository { ServerParametersRepository(database: main) }
    /// The operator's options.
    public var options: OptionRepository { OptionRepository(database: main) }
    /// The log.
    public var logs: LogRepository { LogRepository(engine: logEngine, clock: main.clock) }
    /// Takes finished calls; hand it to whoever makes calls.
    public let journal: Journal
    /// Hashes and seals.
    public var secrets: StoreSecrets { main.secrets }

    private let main: MainDatabase
    private let logEngine: any SQLEngine
    private let hasLogDatabase: Bool

    private init(main: MainDatabase, logEngine: any SQLEngine, hasLogDatabase: Bool, journal: Journal) {
        self.main = main
        self.logEngine = logEngine
        self.hasLogDatabase = hasLogDatabase
        self.journal = journal
    }

    /// Opens the databases and the journal.
    ///
    /// - Throws: `alreadyInUse` where another process has the SQLite file or the journal; `incompatible` where a database is
    ///   newer or not ours; `unavailable` where it can't be reached; `configuration`.
    public static func open(
        _ configuration: StoreConfiguration, secrets: StoreSecrets, clock: WallClock = .system, logger: Logger
    ) async throws(StorageError) -> Store {
        let engine = try await engine(configuration.engine, configuration, logger)
        var opened = [engine]
        do throws(StorageError) {
            var logEngine = engine
            if let location = configuration.logEngine, location != configuration.engine {
                logEngine = try await Self.engine(location, configuration, logger)
                opened.append(logEngine)
            }
            try await migrate(engine, logEngine, isSeparate: opened.count == 2, now: clock.nowMilliseconds())
            let journal = try await Journal.open(
                JournalConfiguration(configuration),
                sinks: JournalSink.sinks(main: engine, log: opened.count == 2 ? logEngine : nil),
                clock: clock, logger: logger)
            return Store(
                main: MainDatabase(engine: engine, secrets: secrets, clock: clock), logEngine: logEngine,
                hasLogDatabase: opened.count == 2, journal: journal)
        } catch {
            for engine in opened { await engine.close() }
            throw error
        }
    }

    /// Waits until the task is cancelled, then closes the store. For a task group or a service group that owns it.
    public func run() async {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        await close()
    }

    /// Carries what is in the journal to the database, for at most `patience`, and closes everything. What could not be carried
    /// waits in the journal for the next start. Nothing may be appended afterwards.
    public func close(patience: Duration = .seconds(10)) async {
        await journal.close(patience: patience)
        await main.engine.close()
        if hasLogDatabase { await logEngine.close() }
    }

    /// Everything that routing and authentication need, as one state of the main database.
    ///
    /// `internalKeyHashes` and `configuredServers` are empty: the operator's keys and configuration file are not stored.
    public func loadContents() async throws(StorageError) -> Snapshot.Contents {
        let secrets = main.secrets
        return try await main.engine.read { connection throws(StorageError) in
            var contents = Snapshot.Contents()
            contents.groups = try connection.query(
                SQL("SELECT \(GroupRepository.columns) FROM portico_groups"), [], GroupRepository.read
            ).map(\.group)
            contents.tokens = try connection.query(SQL("SELECT \(TokenRepository.columns) FROM portico_tokens"), []) {
                row throws(StorageError) in try TokenRepository.read(row, secrets).token
            }
            contents.channels = try ChannelRepository.all(connection, secrets).map(\.channel)
            contents.modelConfigs = try ModelConfigRepository.all(connection)
            contents.publicServers = try PublicServerRepository.all(connection, secrets)
            contents.groupServers = try GroupServerRepository.all(connection, secrets)
            contents.serverParameters = try ServerParametersRepository.all(connection, secrets)
            contents.options = try OptionRepository.all(connection)
            return contents
        }
    }

    /// A number that grows with each change of the directory by any node. A node that sees it grown by another's hand loads the
    /// contents again.
    public func directoryRevision() async throws(StorageError) -> Int64 { try await main.revision() }

    private static func migrate(
        _ main: any SQLEngine, _ log: any SQLEngine, isSeparate: Bool, now: Int64
    ) async throws(StorageError) {
        try await Migrator.migrate(main, scopes: isSeparate ? [.main] : [.main, .log], now: now, steps: Migration.all)
        if isSeparate { try await Migrator.migrate(log, scopes: [.log], now: now, steps: Migration.all) }
    }

    private static func engine(
        _ location: StoreConfiguration.Location, _ configuration: StoreConfiguration, _ logger: Logger
    ) async throws(StorageError) -> any SQLEngine {
        // Opening blocks (files, a network): not on a thread of Swift's concurrency.
        try await PlainThread.run("portico-open") { () throws(StorageError) -> any SQLEngine in
            switch location {
            case .sqlite(let path): try SQLiteEngine(path: path, busyTimeout: configuration.busyTimeout)
            case .postgresql(let url):
                try PostgreSQLEngine(
                    url: url, connections: configuration.connections, statementTimeout: configuration.statementTimeout,
                    logger: logger)
            }
        }
    }
}
