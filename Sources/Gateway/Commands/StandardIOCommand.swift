internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Logging
internal import MCPServer
internal import Outbound
internal import UnixSignals
internal import Wire

/// `portico stdio`: the tools of one key for a program that starts its MCP servers as child processes.
struct StandardIOCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stdio",
        abstract: "Serve MCP on standard input and output, for desktop clients.",
        discussion: """
            A client of a running server. Where none is given by --url or PORTICO_URL and none answers at \
            \(ToolClientSettings.standardURL), it opens the data itself, configured as `portico serve` is. Only messages of the \
            protocol go to standard output; the log goes to standard error (LOG_LEVEL).

            Exit status: 0 at the end of the input, 69 where there is no server, 77 where the key is refused, 78 for a mistake in \
            the options, variables or configuration.
            """)

    @Option(help: "The id of one MCP server; without it, all that the key may use.")
    var server: String?

    @Option(help: "The address of the running server; else PORTICO_URL.")
    var url: String?

    @Option(
        help: "The key; else PORTICO_KEY, or the file that PORTICO_KEY_FILE names. Others can see the arguments of a process.")
    var key: String?

    func run() async throws {
        // A server that ends while it is written to must not end this process.
        signal(SIGPIPE, SIG_IGN)
        let environment = ProcessInfo.processInfo.environment
        do {
            let settings = try ToolClientSettings(server: self.server, url: self.url, key: self.key, environment: environment)
            var console = Configuration.Console()
            console.level = environment["LOG_LEVEL"].flatMap(Configuration.LogLevel.init(rawValue:)) ?? .notice
            LoggingSetup.bootstrap(console)
            // From here on what is printed goes to standard error.
            let streams = try StandardStreams.take()
            try await Self.serve(settings, over: streams, logger: Logger(label: "portico")) { () throws(ConfigurationError) in
                try Configuration.load(environment: environment)
            }
        } catch {
            throw CommandFailure.exit(for: error)
        }
    }

    /// Serves until the input ends or the process is told to end.
    ///
    /// - Parameter configuration: that of the server, read only where the data is opened.
    /// - Throws: why there is nothing to serve.
    static func serve(
        _ settings: ToolClientSettings, over channel: any LineChannel, logger: Logger,
        configuration: () throws(ConfigurationError) -> Configuration
    ) async throws {
        let access = try await ToolAccess.open(
            url: settings.url, isURLGiven: settings.isURLGiven, key: settings.key, logger: logger, configuration: configuration)
        let result: Result<Void, any Error>
        do { result = .success(try await Self.serve(settings.server, of: access, over: channel)) } catch {
            result = .failure(error)
        }
        await access.close()
        try result.get()
    }

    /// Serves one server, or everything.
    /// - Throws: why the key gets at it nowhere.
    static func serve(
        _ server: String?, of access: ToolAccess, over channel: any LineChannel
    ) async throws(ToolAccessError) {
        let place = try await access.client.place(of: server)
        let service = access.client.service(at: place)
        let server = MCPServer.StandardIOServer(
            service: service, endpoint: place.path, principal: Principal(id: "local"), channel: channel, seal: Self.seal(),
            configuration: Self.limits)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            group.addTask { for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break } }
            await group.next()
            group.cancelAll()
        }
        await service.close()
    }

    /// The gateway has limits of its own on every call, whose answers say more than those made here: they come first.
    private static var limits: MCPServer.StandardIOServer.Configuration {
        MCPServer.StandardIOServer.Configuration(callLimits: CallClock.Limits(idle: .seconds(180), total: .seconds(3600)))
    }

    /// For this process alone: no other can be asked to go on with a call of its client.
    static func seal() -> ContinuationSeal? {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return SealingKey(id: 1, bytes: bytes).flatMap { SealedTokens(keys: [$0], current: 1) }.map {
            ContinuationSeal(tokens: $0)
        }
    }
}
