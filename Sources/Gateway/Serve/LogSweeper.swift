internal import Logging
internal import ServiceLifecycle
internal import Storage
internal import Wire

/// Deletes rows of the log, and the bodies of calls, once they are older than the operator keeps them.
///
/// In small transactions with pauses between them, so that the journal, which writes to the same tables, is never kept waiting for long.
/// With several nodes on one database each does so; whoever comes second finds nothing.
struct LogSweeper: Service {
    /// How long what is kept.
    struct Retention: Sendable, Equatable {
        /// nil = for ever.
        var rows: Duration?
        /// nil = as long as their row.
        var bodies: Duration?
        /// Rows of one transaction.
        var batch: Int64

        init(rows: Duration?, bodies: Duration?, batch: Int64) {
            (self.rows, self.bodies, self.batch) = (rows, bodies, max(1, batch))
        }

        init(_ settings: Configuration.CallLog) {
            self.init(
                rows: Self.kept(hours: settings.storageHours), bodies: Self.kept(hours: settings.detailStorageHours),
                batch: Int64(settings.cleaningBatchSize))
        }

        /// 0 = for ever; below 0 = not at all.
        private static func kept(hours: Int) -> Duration? { hours == 0 ? nil : .seconds(max(0, hours) * 3600) }
    }

    let store: Store
    let retention: Retention
    let clock: WallClock
    let logger: Logger
    var interval = Duration.seconds(60)
    var pause = Duration.milliseconds(100)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await self.sweep() } catch {
                    self.logger.warning("the log can't be swept; it is tried again", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    /// Deletes everything that is too old now.
    func sweep() async throws(StorageError) {
        let now = self.clock.nowMilliseconds()
        if let bodies = self.retention.bodies {
            try await self.repeated { () async throws(StorageError) in
                try await self.store.logs.deleteDetails(before: now - bodies.milliseconds, limit: self.retention.batch)
            }
        }
        if let rows = self.retention.rows {
            try await self.repeated { () async throws(StorageError) in
                try await self.store.logs.delete(before: now - rows.milliseconds, limit: self.retention.batch)
            }
        }
    }

    private func repeated(_ delete: () async throws(StorageError) -> Int) async throws(StorageError) {
        while !Task.isCancelled, try await Int64(delete()) >= self.retention.batch {
            try? await Task.sleep(for: self.pause)
        }
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 { self.components.seconds * 1000 }
}
