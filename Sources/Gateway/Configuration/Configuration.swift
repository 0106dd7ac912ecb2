public import Directory
public import Outbound
public import Storage

/// Everything an operator can set, in one typed place.
///
/// Filled from the environment, `.env.local`, `.env` and the configuration file, in that order of precedence; what none of
/// them names keeps the default that stands here. `Configuration.settings` lists each setting with its names, its form and
/// what it is for.
public struct Configuration: Sendable, Equatable {
    /// Where the server listens.
    public var listen = ListenAddress(host: "0.0.0.0", port: 3000)
    /// The operator's keys.
    public var keys = Keys()
    /// The databases and the folder with what belongs beside them.
    public var databases = Databases()
    /// The server's own log (not the log of calls).
    public var console = Console()
    /// The log of calls.
    public var callLog = CallLog()
    /// How calls are relayed and charged.
    public var relay = Relay()
    /// Addresses that use too many groups.
    public var addressGroups = AddressGroups()
    /// Bounds on what a client may send and how long it may take.
    public var limits = Limits()
    /// Who stands in front of the server, and under which names it is reached.
    public var network = Network()
    /// The admin API.
    public var admin = Admin()
    /// Event loops to run; 0 = as many as there are processor cores.
    public var eventLoops = 0
    /// A folder whose files replace or add to the built-in templates; nil = only the built-in ones.
    public var templatesFolder: String?
    /// Local MCP servers that may be started as child processes. Only the configuration file can name them: a program that
    /// may be run is nothing an API may set.
    public var standardIOServers: [StandardIOServer] = []

    /// What was accepted without effect, a line each, for the log.
    public internal(set) var warnings: [String] = []

    /// The defaults.
    public init() {}
}

extension Configuration {
    /// The operator's keys. Never logged, and never in a message.
    public struct Keys: Sendable, Equatable {
        /// The key of the admin API; nil = none was given.
        public var admin: String?
        /// A second key that acts as the internal group, for programs of the operator's own.
        public var `internal`: String?
        /// The master secret from which sealing and hashing keys are derived; nil = the file `secret.key` in the data folder.
        public var master: [UInt8]?

        public init() {}

        /// A line for each key that is short enough to be guessed.
        var warnings: [String] {
            [("ADMIN_KEY", admin), ("INTERNAL_TOKEN", `internal`)].compactMap { name, key in
                guard let key, key.utf8.count < 16 else { return nil }
                return "\(name) has fewer than 16 characters: it can be guessed"
            }
        }
    }

    /// The databases and the data folder.
    public struct Databases: Sendable, Equatable {
        /// Where the main tables are, if not in the SQLite file.
        public var mainSource: StoreConfiguration.Location?
        /// The SQLite file that is used where no other database is named.
        public var sqlitePath = "data/portico.db"
        /// Where the log of calls is; nil = with the main tables.
        public var log: StoreConfiguration.Location?
        /// How long SQLite waits for a lock.
        public var busyTimeout = Duration.milliseconds(3000)
        /// The folder of the secret file and the journal; nil = that of `sqlitePath`.
        public var dataFolder: String?
        /// The address of a Redis; accepted, not used yet.
        public var redis: String?

        public init() {}

        /// Where the main tables are.
        public var main: StoreConfiguration.Location { mainSource ?? .sqlite(path: sqlitePath) }

        /// The folder of the secret file and the journal.
        public var effectiveDataFolder: String {
            if let dataFolder { return dataFolder }
            let path = if case .sqlite(let path) = main { path } else { sqlitePath }
            guard let slash = path.lastIndex(of: "/") else { return "." }
            return slash == path.startIndex ? "/" : String(path[..<slash])
        }
    }

    /// The server's own log.
    public struct Console: Sendable, Equatable {
        /// How a line is written.
        public enum Format: String, Sendable, CaseIterable { case text, json }

        public var format = Format.text
        /// The least important level that is written.
        public var level = LogLevel.info

        public init() {}
    }

    /// The levels of the server's own log, least important first.
    public enum LogLevel: String, Sendable, CaseIterable { case trace, debug, info, notice, warning, error, critical }

    /// The log of calls.
    public struct CallLog: Sendable, Equatable {
        /// Whether bodies of every call are kept, not only of those that failed.
        public var savesAllDetail = false
        /// Bytes of a request body that are kept.
        public var requestBodyMaximumBytes = 8192
        /// Bytes of an answer's body that are kept.
        public var responseBodyMaximumBytes = 8192
        /// Hours that a row is kept; 0 = for ever, below 0 = no longer than until the sweeper comes.
        public var storageHours = 0
        /// Hours that bodies are kept; 0 = as long as their row, below 0 = no longer than until the sweeper comes.
        public var detailStorageHours = 72
        /// Rows that the sweeper deletes in one go.
        public var cleaningBatchSize = 10_000

        public init() {}
    }

    /// How calls are relayed and charged.
    public struct Relay: Sendable, Equatable {
        /// Further attempts after a failure, where the model does not say.
        public var retryTimes = 3
        /// The name of a `RoutingStrategy`; nil = as the option `RoutingStrategy` says.
        public var routingStrategy: String?
        /// A number from 0 to 1; nil = as the option `DefaultWarnNotifyErrorRate` says.
        public var warnErrorRate: String?
        /// A JSON object of names; nil = as the option `ModelAliases` says.
        public var modelAliases: String?
        /// Whether quotas refuse calls; off = calls are recorded and priced, never refused for money.
        public var isBillingEnabled = true
        /// Whether the relay refuses every call with 503.
        public var isDisabled = false
        /// Whether a model that has no configuration may be called.
        public var allowsUnconfiguredModels = false
        /// How many tokens a group may have; 0 = any number.
        public var groupMaximumTokens = 0
        /// Whether answers may be compressed.
        public var isGzipEnabled = false
        /// After how long a client of a stream that hears nothing is sent an event that says nothing.
        public var streamKeepAlive = Duration.seconds(15)

        public init() {}
    }

    /// An address that uses many groups within an hour is suspicious. 0 = off.
    public struct AddressGroups: Sendable, Equatable {
        /// From this many groups on the operator is warned.
        public var warningThreshold = 0
        /// From this many groups on the address is banned and the groups are disabled.
        public var banThreshold = 0

        public init() {}
    }

    /// Bounds on what a client may send and how long it may take.
    public struct Limits: Sendable, Equatable {
        /// Bytes of a request's body, after decompression.
        public var requestBodyBytes = 50 << 20
        /// Bytes of a request's head.
        public var headerBytes = 32 << 10
        /// Header fields of a request.
        public var headerCount = 100
        /// Connections that are open at once.
        public var connections = 10_000
        /// From the first byte of a head to its end.
        public var headerTimeout = Duration.seconds(10)
        /// The longest pause within a body.
        public var bodyTimeout = Duration.seconds(30)
        /// How long a connection may rest between requests.
        public var idleTimeout = Duration.seconds(75)
        /// How long running answers may go on after the server was asked to stop.
        public var shutdownTimeout = Duration.seconds(30)

        public init() {}
    }

    /// Who stands in front of the server, and under which names it is reached.
    public struct Network: Sendable, Equatable {
        /// Proxies whose `X-Forwarded-For` counts.
        public var trustedProxies: [Subnet] = []
        /// Networks beside the public internet that a tenant's URLs may lead to.
        public var allowedUpstreams: [IPNetwork] = []
        /// Values of `Host` that are answered; empty = any, except that a server on loopback answers only loopback names.
        public var allowedHosts: [String] = []
        /// Origins that may call `/mcp` from a browser; `*` = any.
        public var mcpOrigins: [String] = []
        /// Origins that may call `/v1` from a browser; `*` = any.
        public var modelOrigins: [String] = ["*"]
        /// Origins that may call `/api` from a browser, beside its own; `*` = any.
        public var adminOrigins: [String] = []
        /// The host that answers name where the request's own would be wrong; nil = the request's.
        public var mcpHost: String?
        /// `<id>.<this host>` is the public MCP server of that id; nil = only the paths under `/mcp/public`.
        public var publicMCPHost: String?
        /// `<id>.<this host>` is the group's MCP server of that id; nil = only the paths under `/mcp/group`.
        public var groupMCPHost: String?

        public init() {}
    }

    /// The admin API.
    public struct Admin: Sendable, Equatable {
        /// Whether keys of channels and tokens are shown whole, for programs written for the incumbent.
        public var showsSecrets = false

        public init() {}
    }
}
