import Directory
import OpenAPIToMCP
import Testing
import Wire

@testable import Gateway

@Suite("what portico openapi is told")
struct OpenAPICommandTests {
    private static let document = """
        openapi: 3.1.0
        info: {title: Pets, version: '2'}
        paths:
          /pets:
            get: {operationId: listPets, tags: [pets], responses: {'200': {description: Good}}}
            post: {operationId: addPet, tags: [pets], responses: {'200': {description: Good}}}
          /owners: {get: {operationId: listOwners, responses: {'200': {description: Good}}}}
        webhooks:
          born: {post: {responses: {'200': {description: Good}}}}
        """

    private func arguments(_ options: [String]) throws -> DocumentArguments {
        try #require(try CommandLineEntry.command(["openapi", "check"] + options) as? OpenAPICheckCommand).document
    }

    private func configuration(_ options: [String], _ environment: [String: String] = [:]) throws -> DocumentConfiguration {
        try self.arguments(["doc.json"] + options).target(environment: environment).configuration
    }

    @Test("the command line takes what is documented")
    func commandLine() throws {
        let check = try #require(
            try CommandLineEntry.command(["openapi", "check", "--strict", "--json", "doc.yaml"]) as? OpenAPICheckCommand)
        #expect(check.strict && check.json && check.document.document == "doc.yaml")
        let plain = try #require(try CommandLineEntry.command(["openapi", "check", "doc.yaml"]) as? OpenAPICheckCommand)
        #expect(!plain.strict && !plain.json)
        let compile = try #require(
            try CommandLineEntry.command(["openapi", "compile", "https://h/doc", "--compact"]) as? OpenAPICompileCommand)
        #expect(compile.compact && compile.document.document == "https://h/doc")
        let serve = try #require(
            try CommandLineEntry.command(["openapi", "serve", "doc.yaml", "--config", "c.yaml", "--server-url", "https://h"])
                as? OpenAPIServeCommand)
        #expect((serve.document.config, serve.document.serverURL) == ("c.yaml", "https://h"))
    }

    @Test(
        "what is no such command, or says no document, is refused",
        arguments: [
            ["check"], ["compile"], ["serve"], ["check", "a", "b"], ["check", "a", "--unknown"], ["compile", "a", "--strict"],
        ])
    func refusals(options: [String]) {
        #expect(throws: (any Error).self) { try CommandLineEntry.command(["openapi"] + options) }
    }

    @Test("tags and paths are filters, each of its own; nothing said means everything")
    func filters() throws {
        let given = try self.configuration(["--tag", "pets", "--tag", "owners", "--path", "/a/*", "--exclude-path", "/a/**"])
        let read = CompileOptions(given)
        #expect(read.include == [OperationFilter(tag: "pets"), OperationFilter(tag: "owners"), OperationFilter(path: "/a/*")])
        #expect(read.exclude == [OperationFilter(path: "/a/**")])
        let silent = try self.configuration([])
        #expect(CompileOptions(silent) == CompileOptions())
        #expect(silent.serverAddress == nil && silent.authorization == nil && silent.source == .given)
    }

    @Test("a file gives members of openapi_config; options and the variable come before it, filters are added to its own")
    func file() throws {
        let folder = TemporaryFolder()
        try folder.write(
            "pets.yaml",
            """
            server_addr: https://file.example
            authorization: Bearer of-the-file
            credentials: {key: {value: secret}}
            include: [{operation: addPet}]
            exclude: [{method: DELETE}]
            names: {addPet: add_pet, GET /pets: pets}
            input_budget: 4096
            output_budget: 2048
            structured_output: false
            """)
        let alone = try self.configuration(["--config", folder.path + "/pets.yaml"])
        #expect(alone.serverAddress?.text == "https://file.example")
        #expect(alone.authorization == "Bearer of-the-file")
        #expect(alone.credentials == ["key": .key("secret")])
        let options = CompileOptions(alone)
        #expect(options.names == ["addPet": "add_pet", "GET /pets": "pets"])
        #expect((options.inputBudget, options.outputBudget, options.structuredOutput) == (4096, 2048, false))

        let both = try self.configuration(
            [
                "--config", folder.path + "/pets.yaml", "--server-url", "http://127.0.0.1:1", "--tag", "pets", "--exclude-path",
                "/x",
            ],
            ["PORTICO_API_AUTHORIZATION": "Bearer of-the-variable"])
        #expect(both.serverAddress?.text == "http://127.0.0.1:1")
        #expect(both.authorization == "Bearer of-the-variable")
        #expect(CompileOptions(both).include == [OperationFilter(operation: "addPet"), OperationFilter(tag: "pets")])
        #expect(CompileOptions(both).exclude == [OperationFilter(method: "DELETE"), OperationFilter(path: "/x")])
    }

    @Test(
        "a mistake names the member, and never a secret",
        arguments: [
            ("server_addr: ftp://hidden", "server_addr"), (#"authorization: "hidden\nX: y""#, "authorization"),
            (#"credentials: {key: {value: " hidden"}}"#, "credentials.key.value"), ("credentials: {key: {}}", "credentials.key"),
            ("credentials: {key: hidden}", "credentials.key"), ("include: [{}]", "include[0]"), ("include: hidden", "include"),
            ("exclude: [{tag: 1}]", "exclude[0].tag"), ("names: {addPet: 'a b'}", "names.addPet"),
            ("input_budget: 10", "input_budget"),
            ("output_budget: 4 KB", "output_budget"), ("structured_output: 1", "structured_output"),
        ])
    func mistakes(text: String, member: String) throws {
        let folder = TemporaryFolder()
        try folder.write("c.yaml", text)
        let path = folder.path + "/c.yaml"
        let error = #expect(throws: ConfigurationError.self) { try self.configuration(["--config", path]) }
        #expect(error?.place == path + "." + member)
        #expect(error?.description.contains("hidden") == false)
    }

    @Test("the files of a client certificate and its key are read; a mistake in them names the file or the member")
    func certificate() throws {
        let folder = TemporaryFolder()
        try folder.write("chain.pem", ClientCertificateFixture.chain)
        try folder.write("key.pem", ClientCertificateFixture.key)
        try folder.write("hidden.pem", "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----\n")
        func options(_ chain: String?, _ key: String?) -> [String] {
            [("--client-certificate", chain), ("--client-key", key)].flatMap { name, file in
                file.map { [name, folder.path + "/" + $0] } ?? []
            }
        }
        let target = try self.arguments(["doc.yaml"] + options("chain.pem", "key.pem")).target(environment: [:])
        #expect(try Credentials(target) == Credentials(clientIdentity: ClientCertificateFixture.identity))
        for (chain, key, place) in [
            ("chain.pem", nil, "options.client_certificate.private_key"),
            (nil, "key.pem", "options.client_certificate.certificate"),
            ("chain.pem", "hidden.pem", "options.client_certificate"), ("chain.pem", "none.pem", folder.path + "/none.pem"),
        ] as [(String?, String?, String)] {
            let error = #expect(throws: ConfigurationError.self) { try self.configuration(options(chain, key)) }
            #expect(error?.place == place)
            #expect(error?.description.contains("hidden\n") == false && error?.description.contains("BEGIN") == false)
        }
    }

    @Test("filters of the command line do not hide that those of the file are none")
    func hiddenMistake() throws {
        let folder = TemporaryFolder()
        try folder.write("c.yaml", "include: nonsense")
        let path = folder.path + "/c.yaml"
        let error = #expect(throws: ConfigurationError.self) { try self.configuration(["--config", path, "--tag", "pets"]) }
        #expect(error?.place == path + ".include")
    }

    @Test("a file that is not there, is no object or can't be read is said so, with its place")
    func files() throws {
        let folder = TemporaryFolder()
        let missing = #expect(throws: ConfigurationError.self) { try self.configuration(["--config", folder.path + "/none"]) }
        #expect(missing?.place == folder.path + "/none")
        try folder.write("list", "[1, 2]")
        #expect(throws: ConfigurationError.self) { try self.configuration(["--config", folder.path + "/list"]) }
        try folder.write("broken", "a: 1\nb: [")
        let broken = #expect(throws: ConfigurationError.self) { try self.configuration(["--config", folder.path + "/broken"]) }
        #expect(broken?.place.hasPrefix(folder.path + "/broken:") == true)
        let option = #expect(throws: ConfigurationError.self) { try self.configuration(["--server-url", "api.example.com"]) }
        #expect(option?.place == "options.server_addr")
    }

    @Test("http and https are fetched; whatever else is said is a file", arguments: ["http://h/a", "https://h/a"])
    func sources(url: String) throws {
        #expect(try self.arguments([url]).source(NoWeb()) is WebSource)
        for path in ["doc.json", "/a/doc.json", "ftp://h/a", "http:doc"] {
            #expect(try self.arguments([path]).source(NoWeb()) is FileSource)
        }
    }

    @Test("how much became tools is said in a line, of what there is nothing nothing")
    func coverage() async throws {
        let source = TextSource(Array(Self.document.utf8))
        let whole = CoverageReport(await OpenAPICompiler.compile(source))
        #expect(whole.lines == ["Pets 2: 3 operations, 3 compiled, 1 webhooks and callbacks, which are calls to you"])
        let options = CompileOptions(try self.configuration(["--tag", "pets", "--exclude-path", "/none"]))
        let part = CoverageReport(await OpenAPICompiler.compile(source, options))
        #expect(
            part.lines == [
                "Pets 2: 3 operations, 2 compiled, 1 left out by filters, 1 webhooks and callbacks, which are calls to you"
            ])
        #expect(CoverageReport(await OpenAPICompiler.compile(TextSource([]))).lines == ["0 operations, 0 compiled"])
    }
}
