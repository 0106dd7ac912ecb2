internal import CLibPQ
internal import Logging

/// How to connect. Holds a password: never logged.
struct PostgreSQLSettings: Sendable {
    let url: String
    let statementTimeout: Duration
}

/// Keeps one connection open, and makes another where it was lost, not more often than is good.
final class PostgreSQLWorker: @unchecked Sendable {
    // Proof: a worker of the queue is made and used by one thread only; the journal's is used under the engine's `drainIsBusy`.

    private let settings: PostgreSQLSettings
    private let logger: Logger
    private var current: PostgreSQLConnection?
    private var failures = 0
    private var notBefore = ContinuousClock.now

    /// Whether the last transaction failed because of another one, so that it may succeed the next time.
    private(set) var mayTryAgain = false

    init(settings: PostgreSQLSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// The connection; a new one where there is none. Fails at once while it is too early for another attempt.
    func connection() throws(StorageError) -> PostgreSQLConnection {
        if let current { return current }
        guard ContinuousClock.now >= notBefore else { throw .unavailable("PostgreSQL can't be reached") }
        do throws(StorageError) {
            let connection = try PostgreSQLConnection(settings)
            if failures > 0 { logger.notice("PostgreSQL answers again") }
            failures = 0
            current = connection
            return connection
        } catch {
            if failures == 0 { logger.error("PostgreSQL can't be reached", metadata: ["reason": "\(error.message)"]) }
            // 100 ms, 200 ms, ... 6.4 s.
            notBefore = ContinuousClock.now + .milliseconds(100 << min(failures, 6))
            failures += 1
            throw error
        }
    }

    /// Ends the connection.
    func disconnect() { current = nil }

    /// Runs `body` between `begin` and COMMIT; rolls back where it throws.
    func transaction<Value>(
        _ begin: String, _ body: (any SQLConnection) throws(StorageError) -> Value
    ) throws(StorageError) -> Value {
        mayTryAgain = false
        let connection = try open(begin)
        do throws(StorageError) {
            let value = try body(connection)
            try connection.run("COMMIT")
            return value
        } catch {
            mayTryAgain = connection.lostToAnother
            if connection.isBroken {
                current = nil
            } else {
                do throws(StorageError) { try connection.run("ROLLBACK") } catch { current = nil }
            }
            throw error
        }
    }

    /// A connection on which `begin` succeeded. One that had been cut while it was idle is replaced: nothing had been done on it.
    private func open(_ begin: String) throws(StorageError) -> PostgreSQLConnection {
        let wasOpen = current != nil
        let connection = try connection()
        do throws(StorageError) {
            try connection.run(begin)
            return connection
        } catch {
            current = nil
            guard wasOpen else { throw error }
            let second = try self.connection()
            try second.run(begin)
            return second
        }
    }
}
