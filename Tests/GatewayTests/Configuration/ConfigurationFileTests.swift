import Testing

@testable import Gateway

@Suite("Configuration from files")
struct ConfigurationFileTests {
    private func load(_ yaml: String, _ environment: [String: String] = [:]) throws -> Configuration {
        let folder = TemporaryFolder()
        try folder.write("config.yaml", yaml)
        return try Configuration.load(environment: environment, folder: folder.path)
    }

    @Test("the same settings stand under readable keys")
    func keys() throws {
        let configuration = try load(
            """
            listen: 127.0.0.1:4000
            log: {level: debug, format: json}
            limits:
              body: 10MiB
              connections: 200
              idleTimeout: 2m
            trustedProxies: [10.0.0.0/8]
            hosts:
              allowed: [gateway.example.com, "gateway.example.com:8443"]
            cors:
              mcp: [https://a.example]
            relay:
              billing: false
            admin:
            """)
        #expect(configuration.listen.port == 4000)
        #expect(configuration.console.format == .json)
        #expect(configuration.limits.requestBodyBytes == 10 << 20)
        #expect(configuration.limits.connections == 200)
        #expect(configuration.limits.idleTimeout == .seconds(120))
        #expect(configuration.network.trustedProxies.count == 1)
        #expect(configuration.network.allowedHosts == ["gateway.example.com", "gateway.example.com:8443"])
        #expect(configuration.network.mcpOrigins == ["https://a.example"])
        #expect(!configuration.relay.isBillingEnabled)
    }

    @Test("the environment comes before .env.local, before .env, before the file")
    func precedence() throws {
        let folder = TemporaryFolder()
        try folder.write("config.yaml", "relay: {retryTimes: 1, groupMaximumTokens: 1}\ncallLog: {hours: 1, cleaningBatch: 1}\n")
        try folder.write(".env", "GROUP_MAX_TOKEN_NUM=2\nLOG_STORAGE_HOURS=2\nCLEAN_LOG_BATCH_SIZE=2\n")
        try folder.write(".env.local", "LOG_STORAGE_HOURS=3\nCLEAN_LOG_BATCH_SIZE=3\n")
        let configuration = try Configuration.load(environment: ["CLEAN_LOG_BATCH_SIZE": "4"], folder: folder.path)
        #expect(configuration.relay.retryTimes == 1)
        #expect(configuration.relay.groupMaximumTokens == 2)
        #expect(configuration.callLog.storageHours == 3)
        #expect(configuration.callLog.cleaningBatchSize == 4)
    }

    @Test(
        "a mistake names file, line, column and key",
        arguments: [
            ("limits:\n  bodi: 1", "config.yaml:2:3: limits.bodi: there is no such key, did you mean \"body\"?"),
            ("lissten: :1", "config.yaml:1:1: lissten: there is no such key, did you mean \"listen\"?"),
            ("zzzzzz: 1", "config.yaml:1:1: zzzzzz: there is no such key"),
            ("relay:\n  retryTimes: many", "config.yaml:2:3: relay.retryTimes: \"many\" is not a whole number from 0 to 100"),
            (
                "relay:\n  retryTimes: [1, [2]]",
                "config.yaml:2:3: relay.retryTimes: \"a list\" is not a whole number from 0 to 100"
            ),
            (
                "relay: 5",
                "config.yaml:1:1: relay: \"5\" is not a mapping with the keys billing, retryTimes, routingStrategy, warnErrorRate, modelAliases, disabled, unconfiguredModels, groupMaximumTokens, gzip, streamKeepAlive"
            ),
            ("- a", "config.yaml:1:1: the file must be a mapping of keys to values"),
            ("stdio: {a b: {command: x}}", "config.yaml:1:9: stdio.a b: \"a b\" is not an id of 1 to 64 letters, digits, - or _"),
            ("stdio: {a: {}}", "config.yaml:1:9: stdio.a: \"command\" must name the program to run"),
            ("stdio: {a: {command: x, arg: []}}", "config.yaml:1:25: stdio.a.arg: there is no such key, did you mean \"args\"?"),
        ])
    func mistakes(yaml: String, line: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try load(yaml) }
        #expect(error?.description == line)
    }

    @Test("a file that is no YAML is a mistake with its place")
    func syntax() throws {
        let error = try #require(#expect(throws: ConfigurationError.self) { try load("listen: [1\nb: 2") })
        #expect(error.description.hasPrefix("config.yaml:"))
        #expect(throws: ConfigurationError.self) { try load("listen: :1\nlisten: :2") }
    }

    @Test("a file that is named must exist; the usual one need not")
    func namedFile() throws {
        let folder = TemporaryFolder()
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration.load(environment: ["CONFIG_FILE_PATH": "other.yaml"], folder: folder.path)
        }
        #expect(error?.description == "CONFIG_FILE_PATH: \"other.yaml\" is not the path of a file that exists")
        try folder.write("other.yaml", "eventLoops: 3")
        #expect(try Configuration.load(environment: ["CONFIG_FILE_PATH": "other.yaml"], folder: folder.path).eventLoops == 3)
    }

    @Test("local servers are kept as they are described")
    func standardIOServers() throws {
        let configuration = try load(
            "stdio:\n  files:\n    command: mcp-files\n    args: [--root, /srv, 8]\n    env: {TOKEN: t}\n    cwd: /srv\n")
        var expected = StandardIOServer(id: "files", command: "mcp-files")
        expected.arguments = ["--root", "/srv", "8"]
        expected.environment = ["TOKEN": "t"]
        expected.workingDirectory = "/srv"
        #expect(configuration.standardIOServers == [expected])
    }

    @Test("a secret's source can be a file or a variable")
    func secretSources() throws {
        let folder = TemporaryFolder()
        try folder.write("admin", "key-in-a-file")
        try folder.write("config.yaml", "keys:\n  admin: {file: admin}\n  internal: {environment: OTHER}\n")
        let configuration = try Configuration.load(environment: ["OTHER": "key-in-a-variable"], folder: folder.path)
        #expect(configuration.keys.admin == "key-in-a-file")
        #expect(configuration.keys.internal == "key-in-a-variable")
        let error = #expect(throws: ConfigurationError.self) { try load("keys: {admin: {fil: secret-value}}") }
        #expect(error?.description.contains("secret-value") == false)
    }

    @Test("parts of another program's file are accepted with a line of warning")
    func foreignParts() throws {
        #expect(
            try load("channels: []\noptions: {}").warnings == [
                "config.yaml:1:1: channels has no effect yet", "config.yaml:2:1: options has no effect yet",
            ])
    }
}

@Suite("Environment files")
struct EnvironmentFileTests {
    @Test("names, quotes, escapes and comments")
    func lines() throws {
        let text = """
            # comment
            A=1
            export B = two words # comment
            C='it # stays \\n'
            D="a\\n\\"b\\" \\$x" # comment
            E=
            F=a#b
            G=#c
            """
        let lines = try EnvironmentFile.variables(Array(text.utf8), name: ".env")
        #expect(lines.map(\.name) == ["A", "B", "C", "D", "E", "F", "G"])
        #expect(lines.map(\.value) == ["1", "two words", "it # stays \\n", "a\n\"b\" $x", "", "a#b", ""])
        #expect(lines.map(\.number) == [2, 3, 4, 5, 6, 7, 8])
    }

    @Test(
        "a mistake names file and line, never a value",
        arguments: [
            ("A=1\nnonsense", ".env:2: a line must be NAME=value"),
            ("1A=x", ".env:1: \"1A\" is not the name of a variable (letters, digits, _)"),
            ("A=\"secret", ".env:1: A: the quotes are not closed, or something follows them"),
            ("A='secret' more", ".env:1: A: the quotes are not closed, or something follows them"),
        ])
    func mistakes(text: String, line: String) {
        let error = #expect(throws: ConfigurationError.self) { try EnvironmentFile.variables(Array(text.utf8), name: ".env") }
        #expect(error?.description == line)
    }
}

@Suite("Secret file")
struct SecretFileTests {
    @Test("it is made once, for its owner only, and read again")
    func madeOnce() async throws {
        let folder = TemporaryFolder()
        var configuration = Configuration()
        configuration.databases.dataFolder = folder.path + "/a/b"
        let secrets = try await withThrowingTaskGroup(of: [UInt8].self) { [configuration] group in
            for _ in 0..<8 { group.addTask { try SecretFile.bytes(configuration) } }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(secrets.count == 1)
        #expect(secrets.first?.count == SecretFile.byteCount)
    }

    @Test("a configured secret makes no file")
    func configured() throws {
        var configuration = Configuration()
        configuration.databases.dataFolder = "/nonexistent/folder"
        configuration.keys.master = [UInt8](repeating: 1, count: 32)
        #expect(try SecretFile.bytes(configuration) == [UInt8](repeating: 1, count: 32))
    }

    @Test("a file that others can read, or that holds no secret, is refused")
    func refused() throws {
        let folder = TemporaryFolder()
        try folder.write(SecretFile.fileName, base64([UInt8](repeating: 1, count: 32)))
        var configuration = Configuration()
        configuration.databases.dataFolder = folder.path
        let error = #expect(throws: ConfigurationError.self) { try SecretFile.bytes(configuration) }
        #expect(error?.expectation == "the file must be readable by its owner only (mode 0600)")
    }
}
