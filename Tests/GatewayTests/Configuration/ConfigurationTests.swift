import Directory
import Storage
import Testing

@testable import Gateway

@Suite("Configuration from the environment")
struct ConfigurationTests {
    @Test("nothing set gives the documented defaults")
    func defaults() throws {
        let configuration = try Configuration.load(environment: [:], folder: TemporaryFolder().path)
        #expect(configuration == Configuration())
        #expect(configuration.listen == ListenAddress(host: "0.0.0.0", port: 3000))
        #expect(configuration.databases.main == .sqlite(path: "data/portico.db"))
        #expect(configuration.databases.effectiveDataFolder == "data")
        #expect(configuration.relay.isBillingEnabled)
        #expect(configuration.limits.requestBodyBytes == 50 * 1024 * 1024)
    }

    @Test("each variable that programs already set reaches its place")
    func variables() throws {
        let configuration = try Configuration.load(
            environment: [
                "LISTEN": "127.0.0.1:8080", "ADMIN_KEY": "admin-key-of-16-or-more", "INTERNAL_TOKEN": "internal-1", "DEBUG": "1",
                "SQL_DSN": "postgres://u:p@h/d", "LOG_SQL_DSN": "sqlite:log.db", "SQLITE_PATH": "/var/lib/portico/p.db",
                "SQLITE_BUSY_TIMEOUT": "5000", "GZIP_ENABLED": "true", "BILLING_ENABLED": "false", "SAVE_ALL_LOG_DETAIL": "true",
                "LOG_DETAIL_REQUEST_BODY_MAX_SIZE": "100", "LOG_DETAIL_RESPONSE_BODY_MAX_SIZE": "64KiB",
                "LOG_STORAGE_HOURS": "24",
                "LOG_DETAIL_STORAGE_HOURS": "-1", "CLEAN_LOG_BATCH_SIZE": "10", "GROUP_MAX_TOKEN_NUM": "5", "RETRY_TIMES": "3",
                "IP_GROUPS_THRESHOLD": "4", "IP_GROUPS_BAN_THRESHOLD": "8", "DISABLE_SERVE": "true", "DISABLE_MODEL_CONFIG": "t",
            ], folder: TemporaryFolder().path)
        #expect(configuration.listen.description == "127.0.0.1:8080")
        #expect(configuration.keys.admin == "admin-key-of-16-or-more")
        #expect(configuration.keys.internal == "internal-1")
        #expect(configuration.console.level == .debug)
        #expect(configuration.databases.main == .postgresql(url: "postgres://u:p@h/d"))
        #expect(configuration.databases.log == .sqlite(path: "log.db"))
        #expect(configuration.databases.effectiveDataFolder == "/var/lib/portico")
        #expect(configuration.databases.busyTimeout == .seconds(5))
        #expect(configuration.relay.isGzipEnabled)
        #expect(!configuration.relay.isBillingEnabled)
        #expect(configuration.relay.isDisabled)
        #expect(configuration.relay.allowsUnconfiguredModels)
        #expect(configuration.relay.retryTimes == 3)
        #expect(configuration.relay.groupMaximumTokens == 5)
        #expect(configuration.callLog.savesAllDetail)
        #expect(configuration.callLog.requestBodyMaximumBytes == 100)
        #expect(configuration.callLog.responseBodyMaximumBytes == 65_536)
        #expect(configuration.callLog.storageHours == 24)
        #expect(configuration.callLog.detailStorageHours == -1)
        #expect(configuration.callLog.cleaningBatchSize == 10)
        #expect(configuration.addressGroups.warningThreshold == 4)
        #expect(configuration.addressGroups.banThreshold == 8)
        #expect(
            configuration.warnings == [
                "IP_GROUPS_THRESHOLD is set but has no effect yet", "IP_GROUPS_BAN_THRESHOLD is set but has no effect yet",
                "INTERNAL_TOKEN has fewer than 16 characters: it can be guessed",
            ])
    }

    @Test("our own variables reach their place")
    func ownVariables() throws {
        let configuration = try Configuration.load(
            environment: [
                "LOG_LEVEL": "WARNING", "LOG_FORMAT": "json", "PORTICO_DATA": "/srv/data",
                "PORTICO_SECRET": base64([UInt8](repeating: 7, count: 32)), "PORTICO_EVENT_LOOPS": "2",
                "PORTICO_TEMPLATES": "/srv/t",
                "PORTICO_BODY_LIMIT": "2MiB", "PORTICO_IDLE_TIMEOUT": "1m", "PORTICO_HEADER_TIMEOUT": "1500ms",
                "PORTICO_TRUSTED_PROXIES": "10.0.0.0/8, fd00::/8",
                "PORTICO_MCP_ORIGINS": "https://a.example,http://localhost:3000",
                "ADMIN_SHOW_SECRETS": "on", "PUBLIC_MCP_HOST": "mcp.example.com",
            ], folder: TemporaryFolder().path)
        #expect(configuration.console.level == .warning)
        #expect(configuration.console.format == .json)
        #expect(configuration.databases.effectiveDataFolder == "/srv/data")
        #expect(configuration.keys.master == [UInt8](repeating: 7, count: 32))
        #expect(configuration.eventLoops == 2)
        #expect(configuration.templatesFolder == "/srv/t")
        #expect(configuration.limits.requestBodyBytes == 2 << 20)
        #expect(configuration.limits.idleTimeout == .seconds(60))
        #expect(configuration.limits.headerTimeout == .milliseconds(1500))
        #expect(configuration.network.trustedProxies.map { $0.contains(address: "10.2.3.4") } == [true, false])
        #expect(configuration.network.mcpOrigins == ["https://a.example", "http://localhost:3000"])
        #expect(configuration.network.publicMCPHost == "mcp.example.com")
        #expect(configuration.admin.showsSecrets)
    }

    @Test(
        "a wrong value is one line with the variable, the value and what was expected",
        arguments: [
            ("LISTEN", "3000", "LISTEN: \"3000\" is not an address such as :3000, 127.0.0.1:3000 or [::1]:3000"),
            ("LISTEN", ":70000", "LISTEN: \":70000\" is not an address such as :3000, 127.0.0.1:3000 or [::1]:3000"),
            ("DEBUG", "maybe", "DEBUG: \"maybe\" is not true or false"),
            ("RETRY_TIMES", "-1", "RETRY_TIMES: \"-1\" is not a whole number from 0 to 100"),
            ("RETRY_TIMES", "1.5", "RETRY_TIMES: \"1.5\" is not a whole number from 0 to 100"),
            ("LOG_FORMAT", "xml", "LOG_FORMAT: \"xml\" is not text or json"),
            (
                "LOG_LEVEL", "loud\nfake line",
                "LOG_LEVEL: \"loud\\u{a}fake line\" is not trace, debug, info, notice, warning, error or critical"
            ),
            (
                "PORTICO_BODY_LIMIT", "50 parsecs",
                "PORTICO_BODY_LIMIT: \"50 parsecs\" is not a number of bytes from 1KiB to 1GiB, such as 65536, 64KiB or 50MiB"
            ),
            (
                "PORTICO_TRUSTED_PROXIES", "10.0.0.0/8,nonsense",
                "PORTICO_TRUSTED_PROXIES: \"10.0.0.0/8,nonsense\" is not a list of addresses or blocks such as 10.0.0.0/8 or fd00::/8"
            ),
            (
                "PORTICO_MCP_ORIGINS", "example.com",
                "PORTICO_MCP_ORIGINS: \"example.com\" is not a list of origins such as https://example.com, or *"
            ),
        ])
    func mistakes(variable: String, value: String, line: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration.load(environment: [variable: value], folder: TemporaryFolder().path)
        }
        #expect(error?.description == line)
    }

    @Test(
        "a wrong secret is named but not shown",
        arguments: [("ADMIN_KEY", "with spaces"), ("SQL_DSN", "mysql://root:hunter2@db/x"), ("PORTICO_SECRET", "c2hvcnQ=")])
    func secretMistakes(variable: String, value: String) throws {
        let error = try #require(
            #expect(throws: ConfigurationError.self) {
                try Configuration.load(environment: [variable: value], folder: TemporaryFolder().path)
            })
        #expect(error.description.hasPrefix(variable + ": the value (not shown) is not "))
        #expect(!error.description.contains(value))
        #expect(!"\(error)".contains("hunter2"))
    }

    @Test("an empty variable counts as not set")
    func emptyVariable() throws {
        let configuration = try Configuration.load(environment: ["LISTEN": "", "ADMIN_KEY": ""], folder: TemporaryFolder().path)
        #expect(configuration == Configuration())
    }

    @Test("variables without effect give one line each, and a misspelt one of ours a suggestion")
    func warnings() throws {
        let configuration = try Configuration.load(
            environment: [
                "SEALOS_JWT_KEY": "x", "PORTICO_EVENT_LOOP": "2", "REDIS_CONN_STRING": "redis://h", "HOME": "/root",
                "PORTICO_PORT": "tcp://10.0.0.1:80", "PORTICO_SERVICE_HOST": "10.0.0.1",
            ],
            folder: TemporaryFolder().path)
        #expect(
            configuration.warnings == [
                "REDIS_CONN_STRING is set but has no effect yet",
                "PORTICO_EVENT_LOOP is not a variable that is known here, did you mean \"PORTICO_EVENT_LOOPS\"?",
                "SEALOS_JWT_KEY is set but has no effect yet",
            ])
    }

    @Test("a secret can come from a file, of which the first line counts")
    func secretFile() throws {
        let folder = TemporaryFolder()
        try folder.write("key", "from-a-file\n")
        let configuration = try Configuration.load(environment: ["ADMIN_KEY_FILE": "key"], folder: folder.path)
        #expect(configuration.keys.admin == "from-a-file")
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration.load(environment: ["ADMIN_KEY_FILE": "absent"], folder: folder.path)
        }
        #expect(error?.description == "ADMIN_KEY_FILE: \"absent\" is not the path of a file that exists")
    }

    @Test("the documentation names every setting once, with its form")
    func documentation() {
        #expect(Configuration.settingsWithoutEffect.isSubset(of: Configuration.settings.compactMap(\.variables.first)))
        for setting in Configuration.settings {
            #expect(!setting.summary.isEmpty && setting.summary.hasSuffix("."))
            for variable in setting.variables { #expect(Configuration.documentation.contains(variable)) }
        }
        let names = Configuration.settings.flatMap(\.variables)
        #expect(Set(names).count == names.count)
        let keys = Configuration.settings.compactMap(\.key)
        #expect(Set(keys).count == keys.count)
        #expect(Configuration.variablesWithoutEffect.isDisjoint(with: names))
    }

    @Test("each documented default is a value that its setting accepts and that changes nothing")
    func documentedDefaults() throws {
        for setting in Configuration.settings where !setting.isSecret && !setting.defaultText.isEmpty {
            guard !["that of the request", "the folder of SQLITE_PATH"].contains(setting.defaultText) else { continue }
            var configuration = Configuration()
            #expect(setting.apply(.text(setting.defaultText), &configuration), "\(setting.variables)")
            #expect(configuration == Configuration(), "\(setting.variables)")
        }
    }

    @Test(
        "addresses to listen on",
        arguments: [
            (":0", "0.0.0.0:0", false), ("localhost:1", "localhost:1", true), ("[::1]:80", "[::1]:80", true),
            ("127.0.0.9:80", "127.0.0.9:80", true), ("[::]:80", "[::]:80", false),
        ])
    func listenAddresses(text: String, written: String, isLoopback: Bool) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.description == written)
        #expect(address.isLoopback == isLoopback)
    }
}
