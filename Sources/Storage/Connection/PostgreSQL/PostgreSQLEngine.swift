internal import Logging
internal import Synchronization

/// A PostgreSQL database by libpq: a few connections, each on a thread of its own, and one for the journal's thread.
final class PostgreSQLEngine: SQLEngine {
    private let queue: WorkerQueue
    private let drain: PostgreSQLWorker
    private let drainIsBusy = Atomic(false)
    /// The longest that work may wait before it begins.
    private static let patience = Duration.seconds(10)
    /// How often a transaction is tried that the database gave up for the sake of another.
    private static let attempts = 4

    /// Starts the threads and makes sure that the database answers.
    init(url: String, connections: Int, statementTimeout: Duration, logger: Logger) throws(StorageError) {
        queue = WorkerQueue(limit: 512)
        let settings = PostgreSQLSettings(url: url, statementTimeout: statementTimeout)
        drain = PostgreSQLWorker(settings: settings, logger: logger)
        _ = try drain.connection()
        for number in 0..<min(max(connections, 1), 64) {
            try PlainThread.start("portico-pg-\(number)") { [queue] in
                let worker = PostgreSQLWorker(settings: settings, logger: logger)
                while let job = queue.next() { job(worker) }
                worker.disconnect()
            }
        }
    }

    deinit { queue.close() }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        try await run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body)
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        try await run("BEGIN", body)
    }

    func writeBlocking<Value>(_ body: (any SQLConnection) throws(StorageError) -> Value) throws(StorageError) -> Value {
        guard !drainIsBusy.exchange(true, ordering: .acquiring) else { throw .internal("two threads drain the journal") }
        defer { drainIsBusy.store(false, ordering: .releasing) }
        return try drain.transaction("BEGIN", body)
    }

    /// Nothing to do: PostgreSQL syncs at each commit, unless its operator told it not to.
    func makeDurable() throws(StorageError) {}

    func close() async {
        queue.close()
        if !drainIsBusy.exchange(true, ordering: .acquiring) { drain.disconnect() }
    }

    /// Has a worker run `body`, while the calling task is suspended.
    private func run<Value: Sendable>(
        _ begin: String, _ body: @escaping @Sendable (any SQLConnection) throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let latest = ContinuousClock.now + Self.patience
        let result: Result<Value, StorageError> = await withCheckedContinuation { done in
            let isQueued = queue.append { worker in
                guard let worker else { return done.resume(returning: .failure(.unavailable("the store is closed"))) }
                guard ContinuousClock.now < latest else {
                    return done.resume(returning: .failure(.unavailable("PostgreSQL is too slow: work waited too long")))
                }
                done.resume(returning: Self.repeating(begin, on: worker, body))
            }
            if !isQueued { done.resume(returning: .failure(.unavailable("PostgreSQL is too slow: too much work waits"))) }
        }
        return try result.get()
    }

    private static func repeating<Value>(
        _ begin: String, on worker: PostgreSQLWorker, _ body: (any SQLConnection) throws(StorageError) -> Value
    ) -> Result<Value, StorageError> {
        var attempt = 1
        while true {
            do throws(StorageError) {
                return .success(try worker.transaction(begin, body))
            } catch {
                // Two transactions in each other's way: one is told to try again (40001, 40P01).
                guard worker.mayTryAgain, attempt < attempts else { return .failure(error) }
                attempt += 1
            }
        }
    }
}
