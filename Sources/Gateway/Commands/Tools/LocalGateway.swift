internal import Directory
internal import Glibc
internal import Logging
internal import NIOCore
internal import Storage

/// A gateway in this process that listens nowhere: what a command uses where no server runs.
struct LocalGateway: Sendable {
    let client: InProcessClient
    let server: Server
    /// Follows what other nodes change, where the database is shared.
    private let refresh: Task<Void, Never>?

    /// Whether there is data to open. A command that only uses tools makes none.
    static func hasData(_ configuration: Configuration) -> Bool {
        guard case .sqlite(let path) = configuration.databases.main else { return true }
        return access(path, F_OK) == 0
    }

    /// Opens the data.
    /// - Throws: as `Server.prepare`; `StorageError` with `alreadyInUse` where another process has the data.
    static func open(_ given: Configuration, logger: Logger) async throws -> LocalGateway {
        var configuration = given
        configuration.eventLoops = 1
        configuration.keys.admin = try AdminKey.known(given)
        let server = try await Server.prepare(configuration, registry: MetricsRegistry(), logger: logger)
        let routes = try await server.hotSides.onSomeLoop { loop in
            loop.eventLoop.makeSucceededFuture(NIOLoopBound(HotRouter(loop: loop), eventLoop: loop.eventLoop))
        }
        var refresh: Task<Void, Never>?
        if case .postgresql = configuration.databases.main {
            let following = DirectoryRefresh(store: server.store, directory: server.directory, logger: logger)
            refresh = Task { try? await following.run() }
        }
        return LocalGateway(
            client: InProcessClient(routes, maximumBodyBytes: configuration.limits.requestBodyBytes), server: server,
            refresh: refresh)
    }

    /// Carries what was recorded to the database, and closes everything.
    func close() async {
        self.refresh?.cancel()
        await self.refresh?.value
        await self.server.close()
    }
}
