import Testing

@testable import Gateway

@Suite("what portico stdio is told")
struct ToolClientSettingsTests {
    private func settings(
        server: String? = nil, url: String? = nil, key: String? = nil, _ environment: [String: String] = [:], folder: String = ""
    ) throws(ConfigurationError) -> ToolClientSettings {
        try ToolClientSettings(server: server, url: url, key: key, environment: environment, folder: folder)
    }

    @Test("options come before variables; the address has a default")
    func order() throws {
        let plain = try self.settings(key: "sk-1")
        #expect((plain.url, plain.isURLGiven, plain.server) == ("http://127.0.0.1:3000", false, nil))
        let environment = ["PORTICO_URL": "https://gateway.example/base/", "PORTICO_KEY": " sk-2\n"]
        let given = try self.settings(server: "time", environment)
        #expect((given.url, given.isURLGiven, given.key) == ("https://gateway.example/base", true, "sk-2"))
        let both = try self.settings(url: "http://[::1]:8080", key: "sk-3", environment)
        #expect((both.url, both.key) == ("http://[::1]:8080", "sk-3"))
        #expect(try self.settings(key: "k", ["PORTICO_URL": ""]).isURLGiven == false)
    }

    @Test("the key may be in a file")
    func keyFile() throws {
        let folder = TemporaryFolder()
        try folder.write("key", "sk-file\n")
        #expect(try self.settings(["PORTICO_KEY_FILE": "key"], folder: folder.path).key == "sk-file")
        #expect(throws: ConfigurationError.self) { try self.settings(["PORTICO_KEY_FILE": "other"], folder: folder.path) }
    }

    @Test(
        "what can't be an address, an id or a key is refused, and no secret is shown",
        arguments: [
            (nil, "ftp://host", "k", "--url"), (nil, "127.0.0.1:3000", "k", "--url"), (nil, "http://", "k", "--url"),
            (nil, "http:///mcp", "k", "--url"), (nil, "http://host/?key=secret", "k", "--url"),
            (nil, "http://user:secret@host", "k", "--url"), (nil, "http://ho st", "k", "--url"),
            ("a/b", nil, "k", "--server"), ("", nil, "k", "--server"), (nil, nil, "secret\r\nX: y", "--key"),
            (nil, nil, "  ", "--key"), (nil, nil, nil, "PORTICO_KEY"),
        ] as [(String?, String?, String?, String)])
    func mistakes(server: String?, url: String?, key: String?, place: String) {
        let error = #expect(throws: ConfigurationError.self) { try self.settings(server: server, url: url, key: key) }
        #expect(error?.place == place)
        if url?.contains("@") == true || key?.contains("secret") == true {
            #expect(error?.description.contains("secret") == false)
        }
    }

    @Test("the command line takes what is documented, and serve is still what it does without a word")
    func commandLine() throws {
        let stdio = try #require(
            try CommandLineEntry.command(["stdio", "--server", "time", "--url", "http://h:1", "--key", "k"])
                as? StandardIOCommand)
        #expect((stdio.server, stdio.url, stdio.key) == ("time", "http://h:1", "k"))
        let bare = try #require(try CommandLineEntry.command(["stdio"]) as? StandardIOCommand)
        #expect((bare.server, bare.url, bare.key) == (nil, nil, nil))
        let doctor = try #require(try CommandLineEntry.command(["doctor", "--quiet", "--key", "k"]) as? DoctorCommand)
        #expect(doctor.quiet && doctor.key == "k")
        #expect(try CommandLineEntry.command([]) is ServeCommand)
        #expect(throws: (any Error).self) { try CommandLineEntry.command(["stdio", "time"]) }
    }

    @Test("variables for the command give no warning to a server that has them, too")
    func warnings() throws {
        let configuration = try Configuration.load(
            environment: ["PORTICO_URL": "u", "PORTICO_KEY": "k", "PORTICO_KEY_FILE": "f"], folder: TemporaryFolder().path)
        #expect(configuration.warnings.isEmpty)
    }
}
