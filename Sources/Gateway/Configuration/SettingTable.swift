internal import Directory
internal import ModelRelay
internal import Outbound
internal import Wire

extension Configuration {
    /// Every setting, in the order in which they are documented.
    public static let settings: [Setting] =
        serverSettings + keySettings + databaseSettings + callSettings + boundSettings + networkSettings

    private static let serverSettings: [Setting] = [
        Setting(
            ["LISTEN"], key: "listen", form: "an address such as :3000, 127.0.0.1:3000 or [::1]:3000", default: ":3000",
            "Where the server listens."
        ) { value, configuration in
            guard let address = value.single.flatMap({ ListenAddress($0.trimmingSpaces()) }) else { return false }
            configuration.listen = address
            return true
        },
        .choice("LOG_LEVEL", key: "log.level", \.console.level, "The least important level that is written to standard error."),
        .choice("LOG_FORMAT", key: "log.format", \.console.format, "How a line is written to standard error."),
        Setting(
            ["DEBUG"], key: "log.debug", form: "true or false", default: "false",
            "Writes debugging lines: the same as LOG_LEVEL=debug, which wins where both are set."
        ) { value, configuration in
            guard let truth = value.single.flatMap(truthValue) else { return false }
            if truth, configuration.console.level == .info { configuration.console.level = .debug }
            return true
        },
        .integer(
            "PORTICO_EVENT_LOOPS", key: "eventLoops", \.eventLoops, 0...1024,
            "Event loops to run; 0 = one for each processor core."),
        .optionalText(
            "PORTICO_TEMPLATES", key: "templates", \.templatesFolder, form: "the path of a folder", default: "",
            "A folder whose files replace or add to the built-in templates."),
    ]

    private static let keySettings: [Setting] = [
        .key("ADMIN_KEY", key: "keys.admin", \.keys.admin, "The key of the admin API and of the internal group."),
        .key("INTERNAL_TOKEN", key: "keys.internal", \.keys.internal, "A second key that acts as the internal group."),
        Setting(
            ["PORTICO_SECRET"], key: "keys.master", form: "at least 32 bytes in base64", default: "the file secret.key",
            secret: true,
            "The secret that seals what is stored; made at the first start where none is given. Nodes that share a database share it."
        ) { value, configuration in
            guard let bytes = value.single.flatMap({ bytes(ofBase64: $0.trimmingSpaces()) }), (32...1024).contains(bytes.count)
            else {
                return false
            }
            configuration.keys.master = bytes
            return true
        },
        .boolean(
            "ADMIN_SHOW_SECRETS", key: "admin.showSecrets", \.admin.showsSecrets,
            "Shows keys of channels and tokens whole in the admin API, for programs that expect it."),
    ]

    private static let databaseSettings: [Setting] = [
        .database(
            "SQL_DSN", key: "database.main", \.databases.mainSource, default: "the SQLite file",
            "The main database."),
        .database(
            "LOG_SQL_DSN", key: "database.log", \.databases.log, default: "the main database",
            "The database of the log of calls."),
        Setting(
            ["SQLITE_PATH"], key: "database.sqlitePath", form: "the path of a file", default: "data/portico.db",
            "The SQLite file that is used where no other database is named."
        ) { value, configuration in
            guard let path = value.single?.trimmingSpaces(), !path.isEmpty, path.utf8.count <= 4096 else { return false }
            configuration.databases.sqlitePath = path
            return true
        },
        .duration(
            "SQLITE_BUSY_TIMEOUT", key: "database.sqliteBusyTimeout", \.databases.busyTimeout, plainUnit: .milliseconds,
            atMost: .seconds(600), "How long SQLite waits for a lock."),
        .optionalText(
            "PORTICO_DATA", key: "database.dataFolder", \.databases.dataFolder, form: "the path of a folder",
            default: "the folder of SQLITE_PATH", "The folder of the secret file and the journal."),
        .optionalText(
            "REDIS", "REDIS_CONN_STRING", key: "database.redis", \.databases.redis,
            form: "an address such as redis://host:6379/0",
            default: "", secret: true, "A Redis that several nodes share."),
    ]

    private static let callSettings: [Setting] = [
        .boolean(
            "BILLING_ENABLED", key: "relay.billing", \.relay.isBillingEnabled,
            "Whether quotas refuse calls; off = calls are recorded and priced, never refused for money."),
        .integer(
            "RETRY_TIMES", key: "relay.retryTimes", \.relay.retryTimes, 0...100,
            "Further attempts after a failure, where the model does not say."),
        .optionalText(
            "ROUTING_STRATEGY", key: "relay.routingStrategy", \.relay.routingStrategy,
            form: RoutingStrategy.allCases.map(\.rawValue).joined(separator: ", "), default: "",
            "How a channel is chosen where the model does not say; not set = the option RoutingStrategy, else weighted.",
            where: { RoutingStrategy(rawValue: $0) != nil }),
        .optionalText(
            "DEFAULT_WARN_NOTIFY_ERROR_RATE", key: "relay.warnErrorRate", \.relay.warnErrorRate, form: "a number from 0 to 1",
            default: "",
            "The error rate from which on the log warns of a channel that names none, 0 = never; not set = the option DefaultWarnNotifyErrorRate, else 0.5.",
            where: { Double($0).map { (0...1).contains($0) } ?? false }),
        .optionalText(
            "MODEL_ALIASES", key: "relay.modelAliases", \.relay.modelAliases, form: "a JSON object of names", default: "",
            "Other names of models, in which one * stands for any text; not set = the option ModelAliases.",
            where: { (try? JSON.parse($0).objectValue)?.allSatisfy { $0.value.stringValue != nil } ?? false }),
        .boolean("DISABLE_SERVE", key: "relay.disabled", \.relay.isDisabled, "Answers every call with 503."),
        .boolean(
            "DISABLE_MODEL_CONFIG", key: "relay.unconfiguredModels", \.relay.allowsUnconfiguredModels,
            "Lets models be called that have no configuration: free of charge and without limits."),
        .integer(
            "GROUP_MAX_TOKEN_NUM", key: "relay.groupMaximumTokens", \.relay.groupMaximumTokens, 0...1_000_000,
            "How many tokens a group may have; 0 = any number."),
        .boolean("GZIP_ENABLED", key: "relay.gzip", \.relay.isGzipEnabled, "Compresses answers for clients that accept it."),
        .duration(
            "PORTICO_STREAM_KEEP_ALIVE", key: "relay.streamKeepAlive", \.relay.streamKeepAlive, atMost: .seconds(3600),
            "After how long a client of a stream that hears nothing is sent an event that says nothing."),
        .boolean(
            "SAVE_ALL_LOG_DETAIL", key: "callLog.allDetail", \.callLog.savesAllDetail,
            "Keeps the bodies of every call, not only of those that failed."),
        .bytes(
            "LOG_DETAIL_REQUEST_BODY_MAX_SIZE", key: "callLog.requestBody", \.callLog.requestBodyMaximumBytes, 0...(16 << 20),
            "How much of a request's body is kept."),
        .bytes(
            "LOG_DETAIL_RESPONSE_BODY_MAX_SIZE", key: "callLog.responseBody", \.callLog.responseBodyMaximumBytes, 0...(16 << 20),
            "How much of an answer's body is kept."),
        .integer(
            "LOG_STORAGE_HOURS", key: "callLog.hours", \.callLog.storageHours, -1...1_000_000,
            "Hours that a row of the log is kept; 0 = for ever, below 0 = rows go within a minute."),
        .integer(
            "LOG_DETAIL_STORAGE_HOURS", key: "callLog.detailHours", \.callLog.detailStorageHours, -1...1_000_000,
            "Hours that bodies are kept; 0 = as long as their row, below 0 = they go within a minute."),
        .integer(
            "CLEAN_LOG_BATCH_SIZE", key: "callLog.cleaningBatch", \.callLog.cleaningBatchSize, 1...1_000_000,
            "Rows that are deleted in one go."),
        .integer(
            "IP_GROUPS_THRESHOLD", key: "addressGroups.warn", \.addressGroups.warningThreshold, 0...1_000_000,
            "Warns of an address that used this many groups within an hour; 0 = never."),
        .integer(
            "IP_GROUPS_BAN_THRESHOLD", key: "addressGroups.ban", \.addressGroups.banThreshold, 0...1_000_000,
            "Bans an address that used this many groups within an hour; 0 = never."),
    ]

    private static let boundSettings: [Setting] = [
        .bytes(
            "PORTICO_BODY_LIMIT", key: "limits.body", \.limits.requestBodyBytes, 1024...(1 << 30),
            "The largest body of a request, after decompression."),
        .bytes(
            "PORTICO_HEADER_LIMIT", key: "limits.header", \.limits.headerBytes, 1024...(1 << 20),
            "The largest head of a request."),
        .integer(
            "PORTICO_HEADER_COUNT", key: "limits.headerCount", \.limits.headerCount, 8...1000,
            "Header fields that a request may have."),
        .integer(
            "PORTICO_CONNECTIONS", key: "limits.connections", \.limits.connections, 1...1_000_000,
            "Connections that may be open at once."),
        .duration(
            "PORTICO_HEADER_TIMEOUT", key: "limits.headerTimeout", \.limits.headerTimeout, atMost: .seconds(3600),
            "How long the head of a request may take."),
        .duration(
            "PORTICO_BODY_TIMEOUT", key: "limits.bodyTimeout", \.limits.bodyTimeout, atMost: .seconds(3600),
            "The longest pause within a request's body."),
        .duration(
            "PORTICO_IDLE_TIMEOUT", key: "limits.idleTimeout", \.limits.idleTimeout, atMost: .seconds(86_400),
            "How long a connection may rest between requests."),
        .duration(
            "PORTICO_SHUTDOWN_TIMEOUT", key: "limits.shutdownTimeout", \.limits.shutdownTimeout, atMost: .seconds(3600),
            "How long running answers may go on after the server was asked to stop."),
    ]

    private static let networkSettings: [Setting] = [
        Setting(
            ["PORTICO_TRUSTED_PROXIES"], key: "trustedProxies",
            form: "a list of addresses or blocks such as 10.0.0.0/8 or fd00::/8", default: "",
            "Proxies whose X-Forwarded-For counts."
        ) { value, configuration in
            let elements = value.elements
            let blocks = elements.compactMap(Subnet.init)
            guard blocks.count == elements.count, blocks.count <= 1000 else { return false }
            configuration.network.trustedProxies = blocks
            return true
        },
        Setting(
            ["PORTICO_ALLOWED_NETWORKS"], key: "allowedNetworks",
            form: "a list of blocks such as 10.1.2.0/24 or fd00:1::/64", default: "",
            "Networks beside the public internet that a tenant's MCP servers may be in."
        ) { value, configuration in
            let elements = value.elements
            let networks = elements.compactMap { IPNetwork($0) }
            guard networks.count == elements.count, networks.count <= 1000 else { return false }
            configuration.network.allowedUpstreams = networks
            return true
        },
        .hosts(
            "PORTICO_HOSTS", key: "hosts.allowed", \.network.allowedHosts,
            "Hosts that are answered; empty = any, except that a server on loopback answers only loopback names."),
        .optionalText(
            "DEFAULT_MCP_HOST", "DEFAULT_HOST", key: "hosts.mcp", \.network.mcpHost, form: "a host name",
            default: "that of the request",
            "The host that the admin API names in the addresses of MCP servers.", where: isHost),
        .optionalText(
            "PUBLIC_MCP_HOST", key: "hosts.publicMCP", \.network.publicMCPHost, form: "a host name", default: "",
            "<id>.<this host> is the public MCP server of that id, at /mcp and /sse.", where: isHost),
        .optionalText(
            "GROUP_MCP_HOST", key: "hosts.groupMCP", \.network.groupMCPHost, form: "a host name", default: "",
            "<id>.<this host> is the MCP server of that id of the key's group, at /mcp and /sse.", where: isHost),
        .origins(
            "PORTICO_MODEL_ORIGINS", key: "cors.models", \.network.modelOrigins, "Origins that may call /v1 from a browser."),
        .origins("PORTICO_MCP_ORIGINS", key: "cors.mcp", \.network.mcpOrigins, "Origins that may call /mcp from a browser."),
        .origins(
            "PORTICO_ADMIN_ORIGINS", key: "cors.admin", \.network.adminOrigins,
            "Origins that may call /api from a browser, beside its own."),
    ]
}

extension Setting {
    /// A key of the operator's. Installations with keys as short as `aiproxy` exist, so a short one is a warning, not a mistake.
    fileprivate static func key(_ variable: String, key: String, _ place: any Place<String?>, _ summary: String) -> Setting {
        optionalText(
            variable, key: key, place, form: "1 to 256 visible ASCII characters", default: "", secret: true, summary
        ) { text in
            (1...256).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        }
    }
}
