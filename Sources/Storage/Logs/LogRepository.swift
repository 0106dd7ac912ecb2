internal import Ledger
internal import Wire

/// The log: `/api/log`, `/api/logs`.
public struct LogRepository: Sendable {
    let engine: any SQLEngine
    let clock: WallClock

    /// Rows beyond this many are not counted: a total that large helps nobody, and counting costs a walk over all of them.
    public static let countLimit: Int64 = 100_000
    /// Of how many of the newest rows the models, channels and token names are told.
    static let sampleSize: Int64 = 5_000

    /// One page of the rows that a filter lets through.
    ///
    /// - Parameters:
    ///   - order: by `id`, `created_at`, `request_at`, `used_amount`, `code`, `ttfb_milliseconds`, `input_tokens`,
    ///     `output_tokens`, `total_tokens`; nil = the newest first. Any order but the first two sorts all rows of the filter.
    ///   - withDetail: whether the bodies are read, too.
    /// - Throws: `invalid("order")`.
    public func list(
        _ filter: LogFilter, order: ListOrder? = nil, page: Page, withDetail: Bool = false
    ) async throws(StorageError) -> LogPage {
        let order = try ListOrder.clause(
            order,
            columns: [
                "id": "id", "created_at": "id", "request_at": "request_at", "used_amount": "used_amount", "code": "code",
                "ttfb_milliseconds": "ttfb_milliseconds", "input_tokens": "input_tokens", "output_tokens": "output_tokens",
                "total_tokens": "total_tokens",
            ], standard: "id DESC", last: "id")
        return try await engine.read { connection throws(StorageError) in
            let slack = try LogKeys.greatestLag(connection)
            var conditions = Self.conditions(filter, slack: slack)
            let total = try Self.count(conditions, connection)
            let limit = conditions.placeholder(.integer(page.limit))
            let offset = conditions.placeholder(.integer(page.offset))
            var logs = try connection.query(
                SQL("SELECT \(Self.columns) FROM portico_logs\(conditions.clause)\(order) LIMIT \(limit) OFFSET \(offset)"),
                conditions.arguments, Self.read)
            try Self.addPrices(to: &logs, connection)
            if withDetail { try Self.addDetails(to: &logs, connection) }
            var scope = LogFilter()
            scope.groupID = filter.groupID
            scope.since = filter.since
            scope.until = filter.until
            let found = Self.conditions(scope, slack: slack)
            return LogPage(
                total: total, logs: logs.map(\.log),
                models: try Self.sample("model", found, connection) { $0.text(0) },
                channels: try Self.sample("channel_id", found, connection) { $0.integer(0) }.filter { $0 != 0 },
                tokenNames: try Self.sample("token_name", found, connection) { $0.text(0) }.filter { !$0.isEmpty })
        }
    }

    /// One row, with its bodies.
    /// - Parameter group: the group that it has to belong to; nil = any.
    /// - Throws: `notFound`.
    public func detail(_ id: Int64, group: String? = nil) async throws(StorageError) -> StoredLog {
        try await engine.read { connection throws(StorageError) in
            var logs = try connection.query(
                SQL("SELECT \(Self.columns) FROM portico_logs WHERE id = ?1i"), [.integer(id)], Self.read)
            guard let log = logs.first?.log, group == nil || log.call.groupID == group else { throw .notFound("log", id) }
            try Self.addPrices(to: &logs, connection)
            try Self.addDetails(to: &logs, connection)
            return logs[0].log
        }
    }

    /// Deletes rows that were settled before a time, the oldest first, with their bodies.
    /// - Parameters:
    ///   - time: milliseconds since 1970.
    ///   - limit: the most rows of one transaction.
    /// - Returns: how many were deleted: fewer than `limit` when there are no more.
    public func delete(before time: Int64, limit: Int64) async throws(StorageError) -> Int {
        try await engine.write { connection throws(StorageError) in
            // Rows are in the order of their writing, which the settling precedes: older keys hold every older row.
            let end = LogKeys.first(atMilliseconds: time)
            try connection.execute(
                """
                DELETE FROM portico_request_details WHERE log_id IN
                    (SELECT id FROM portico_logs WHERE id < ?1i ORDER BY id LIMIT ?2i)
                """, [.integer(end), .integer(max(limit, 0))])
            return try connection.execute(
                "DELETE FROM portico_logs WHERE id IN (SELECT id FROM portico_logs WHERE id < ?1i ORDER BY id LIMIT ?2i)",
                [.integer(end), .integer(max(limit, 0))])
        }
    }

    /// Deletes bodies of calls that were settled before a time, the oldest first; the rows stay.
    /// - Returns: how many were deleted: fewer than `limit` when there are no more.
    public func deleteDetails(before time: Int64, limit: Int64) async throws(StorageError) -> Int {
        try await engine.write { connection throws(StorageError) in
            try connection.execute(
                """
                DELETE FROM portico_request_details WHERE log_id IN
                    (SELECT log_id FROM portico_request_details WHERE log_id < ?1i ORDER BY log_id LIMIT ?2i)
                """, [.integer(LogKeys.first(atMilliseconds: time)), .integer(max(limit, 0))])
        }
    }
}
