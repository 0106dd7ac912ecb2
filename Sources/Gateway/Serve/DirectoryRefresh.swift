internal import Directory
internal import Logging
internal import ServiceLifecycle
internal import Storage

/// Follows the changes that other nodes make to the directory. An SQLite file belongs to one node, so there is nothing to follow.
struct DirectoryRefresh: Service {
    let store: Store
    let directory: LiveDirectory
    let logger: Logger
    var interval = Duration.seconds(2)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var seen: Int64?
            while !Task.isCancelled {
                do {
                    let revision = try await self.store.directoryRevision()
                    if let known = seen, revision != known { seen = try await self.reload() } else { seen = revision }
                } catch {
                    self.logger.warning("the directory can't be refreshed", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    /// Loads everything anew; again where something was written meanwhile, so that no write of this node stays hidden behind an older state.
    /// - Returns: the revision that was loaded.
    private func reload() async throws -> Int64 {
        for _ in 1..<Self.mostLoads {
            let before = try await self.store.directoryRevision()
            try await self.load()
            guard try await self.store.directoryRevision() != before else { return before }
        }
        // Written all the time: the next turn goes on.
        try await self.load()
        return 0
    }

    private static let mostLoads = 5

    private func load() async throws {
        var contents = try await self.store.loadContents()
        let current = self.directory.current.contents
        contents.internalKeyHashes = current.internalKeyHashes
        contents.configuredServers = current.configuredServers
        contents.allowsUnconfiguredModels = current.allowsUnconfiguredModels
        self.directory.replace(Snapshot(contents))
    }
}
