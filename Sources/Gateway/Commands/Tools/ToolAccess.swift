internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Outbound
internal import Storage

/// The way to the tools of a key for as long as a command runs: by the server that runs, or else by the data itself.
struct ToolAccess: Sendable {
    let client: ToolClient
    /// What the client calls, where no server answered.
    let local: LocalGateway?
    private let group: MultiThreadedEventLoopGroup

    /// Looks for the server; where nothing listens at the usual address and no other was given, opens the data.
    ///
    /// - Parameter configuration: that of the server, read only where the data is opened.
    /// - Throws: `ToolAccessError`, `ConfigurationError`, or why the data can't be opened.
    static func open(
        url: String, isURLGiven: Bool, key: String, logger: Logger,
        configuration: () throws(ConfigurationError) -> Configuration
    ) async throws -> ToolAccess {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let loops = try await UpstreamLoops(group, tls: UpstreamClient.TLS())
            // The address is that of whoever runs the command, who may reach whatever this machine reaches.
            let web = GuardedClient(loops: loops, policy: .anything)
            let remote = ToolClient(web: web, url: url, name: url, key: key)
            guard !isURLGiven, await !remote.isThere() else { return ToolAccess(client: remote, local: nil, group: group) }
            let configuration = try configuration()
            let local = try await Self.openData(configuration, insteadOf: url, logger: logger)
            let client = ToolClient(
                web: local.client, url: InProcessClient.url,
                name: "the data in \(configuration.databases.effectiveDataFolder)", key: key)
            return ToolAccess(client: client, local: local, group: group)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private static func openData(_ configuration: Configuration, insteadOf url: String, logger: Logger) async throws
        -> LocalGateway
    {
        let advice = "start `portico serve`, or give the address of a server by --url or PORTICO_URL"
        guard LocalGateway.hasData(configuration) else {
            throw ToolAccessError(
                .noServer, "no server answers at \(url), and there is no data at \(configuration.databases.sqlitePath): \(advice)"
            )
        }
        do {
            let local = try await LocalGateway.open(configuration, logger: logger)
            logger.notice("no server answers at \(url): the data is opened itself")
            return local
        } catch let error as StorageError {
            guard case .alreadyInUse = error.code else { throw error }
            throw ToolAccessError(
                .noServer,
                "no server answers at \(url), but \(error.message): if that is a server, give its address by --url or PORTICO_URL"
            )
        }
    }

    func close() async {
        await self.local?.close()
        try? await self.group.shutdownGracefully()
    }
}
