internal import ArgumentParser
internal import Directory
internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import OpenAPIToMCP
internal import Outbound
internal import Wire

/// The arguments that say which document is meant and how it is compiled.
struct DocumentArguments: ParsableArguments {
    @Argument(help: "A file, or an http or https URL.")
    var document: String

    @Option(help: "A file (JSON or YAML) with members of openapi_config: credentials, include, exclude, names, input_budget ...")
    var config: String?

    @Option(help: "The API's base URL, in place of the document's servers.")
    var serverURL: String?

    @Option(
        help: ArgumentHelp(
            "A file (PEM) with the certificate chain to show where the API asks for mutual TLS.", valueName: "file"))
    var clientCertificate: String?

    @Option(help: ArgumentHelp("A file (PEM) with that certificate's private key, without a passphrase.", valueName: "file"))
    var clientKey: String?

    @Option(help: ArgumentHelp("Only operations with this tag; may be repeated.", valueName: "tag"))
    var tag: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only operations whose path fits: * for anything but /, ** for anything; may be repeated.", valueName: "path"))
    var path: [String] = []

    @Option(help: ArgumentHelp("Leave out operations whose path fits; may be repeated.", valueName: "path"))
    var excludePath: [String] = []

    /// The members of `openapi_config` that the file and the options give together.
    /// - Throws: `ConfigurationError` that names the member.
    func target(environment: [String: String]) throws(ConfigurationError) -> DocumentTarget {
        var members = JSONObject()
        if let config { members = try Self.members(of: config) }
        if let serverURL { members["server_addr"] = .string(serverURL) }
        if let authorization = environment["PORTICO_API_AUTHORIZATION"] { members["authorization"] = .string(authorization) }
        if let certificate = try self.certificate() { members["client_certificate"] = .object(certificate) }
        let tags = self.tag.map { JSON.object(["tag": .string($0)]) }
        Self.add(tags + Self.filters(self.path), to: "include", of: &members)
        Self.add(Self.filters(self.excludePath), to: "exclude", of: &members)
        do throws(ServerFault) {
            let place = self.config ?? "options"
            let target = DocumentTarget(
                try DocumentConfiguration(members, at: place, takesReusing: false, namesDocument: false))
            _ = try Credentials(target, at: place)
            return target
        } catch {
            throw ConfigurationError(place: error.member, value: nil, expectation: error.expected)
        }
    }

    /// `client_certificate` as the options give it.
    private func certificate() throws(ConfigurationError) -> JSONObject? {
        var members = JSONObject()
        for (name, path) in [("certificate", self.clientCertificate), ("private_key", self.clientKey)] {
            guard let path else { continue }
            guard let bytes = try SmallFile.bytes(at: path, place: path) else {
                throw ConfigurationError(place: path, value: nil, expectation: "a file in PEM")
            }
            members[name] = .string(String(decoding: bytes, as: UTF8.self))
        }
        return members.isEmpty ? nil : members
    }

    private static func filters(_ paths: [String]) -> [JSON] { paths.map { .object(["path": .string($0)]) } }

    /// Adds filters to those of the file. Where the file has something else there, that stays, so that it is told of.
    private static func add(_ filters: [JSON], to name: String, of members: inout JSONObject) {
        let given = members[name] ?? .null
        guard !filters.isEmpty, let others = given.isNull ? [] : given.arrayValue else { return }
        members[name] = .array(others + filters)
    }

    private static func members(of path: String) throws(ConfigurationError) -> JSONObject {
        let expectation = "a file of at most 1 MiB with members of openapi_config"
        guard let bytes = try SmallFile.bytes(at: path, place: path) else {
            throw ConfigurationError(place: path, value: nil, expectation: expectation)
        }
        let root: JSON
        do throws(YAMLError) {
            root = try YAML.parse(bytes).root
        } catch {
            throw ConfigurationError(place: "\(path):\(error.location)", value: nil, expectation: error.message)
        }
        guard let members = root.objectValue else { throw ConfigurationError(place: path, value: nil, expectation: expectation) }
        return members
    }

    /// Whether the document is behind a URL.
    var isURL: Bool { self.document.hasPrefix("http://") || self.document.hasPrefix("https://") }

    /// Where the document is.
    func source(_ client: any WebClient) -> any DocumentSource {
        self.isURL ? WebSource(self.document, client: client) : FileSource(self.document, client: client)
    }

    /// What compiling the document gave.
    func compiled() async throws -> Compilation {
        do {
            let target = try self.target(environment: ProcessInfo.processInfo.environment)
            return try await CommandLoops.with { client in
                await OpenAPICompiler.compile(self.source(client), CompileOptions(target.configuration))
            }
        } catch {
            throw CommandFailure.exit(for: error)
        }
    }
}

/// Event loops for as long as a command runs.
enum CommandLoops {
    /// Whoever runs a command may reach whatever this machine reaches.
    static func with<Value>(_ body: (GuardedClient) async throws -> Value) async throws -> Value {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let result: Result<Value, any Error>
        do {
            let loops = try await UpstreamLoops(group, tls: UpstreamClient.TLS())
            result = .success(try await body(GuardedClient(loops: loops, policy: .anything)))
        } catch {
            result = .failure(error)
        }
        try? await group.shutdownGracefully()
        return try result.get()
    }
}
