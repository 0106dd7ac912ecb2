internal import Ledger

/// Adds a batch up, and the sums to what groups, tokens and channels have used.
final class TotalsWriter {
    private struct Sum {
        var amount = Money.zero
        var requests: Int64 = 0
        var retries: Int64 = 0
        var latest: Int64 = 0

        mutating func add(_ record: JournalRecord) {
            amount += record.amount.used
            requests += 1
            retries += record.retryTimes
            latest = max(latest, record.createdAt)
        }

        var values: [SQLValue] { [.integer(amount.nanos), .integer(requests), .integer(latest)] }
    }

    private var groups: [String: Sum] = [:]
    private var tokens: [Int64: Sum] = [:]
    private var channels: [Int64: Sum] = [:]

    /// Stores the sums of `entries`. Rows are taken in the order of their keys, so that two nodes that do so never wait for each
    /// other in a ring.
    func write(_ entries: [JournalBatch.Entry], _ connection: any SQLConnection) throws(StorageError) {
        add(entries)
        try connection.executeEach(
            """
            UPDATE portico_groups SET used_amount = used_amount + ?2i, request_count = request_count + ?3i,
                accessed_at = CASE WHEN accessed_at < ?4i THEN ?4i ELSE accessed_at END WHERE id = ?1t
            """, groups.sorted { $0.key < $1.key }.map { [.text($0.key)] + $0.value.values })
        let ordered = tokens.sorted { $0.key < $1.key }
        try connection.executeEach(
            """
            UPDATE portico_tokens SET used_amount = used_amount + ?2i, request_count = request_count + ?3i,
                accessed_at = CASE WHEN accessed_at < ?4i THEN ?4i ELSE accessed_at END WHERE id = ?1i
            """, ordered.map { [.integer($0.key)] + $0.value.values })
        try beginPeriods(ordered.map(\.key), entries, connection)
        try connection.executeEach(
            """
            UPDATE portico_channels SET used_amount = used_amount + ?2i, request_count = request_count + ?3i,
                accessed_at = CASE WHEN accessed_at < ?4i THEN ?4i ELSE accessed_at END, retry_count = retry_count + ?5i
            WHERE id = ?1i
            """,
            channels.sorted { $0.key < $1.key }.map { [.integer($0.key)] + $0.value.values + [.integer($0.value.retries)] })
    }

    private func add(_ entries: [JournalBatch.Entry]) {
        groups.removeAll(keepingCapacity: true)
        tokens.removeAll(keepingCapacity: true)
        channels.removeAll(keepingCapacity: true)
        for entry in entries {
            let record = entry.record
            groups[String(decoding: record.groupID, as: UTF8.self), default: Sum()].add(record)
            if record.tokenID != 0 { tokens[record.tokenID, default: Sum()].add(record) }
            if record.channelID != 0 { channels[record.channelID, default: Sum()].add(record) }
        }
    }

    // MARK: - Periods

    private struct Period {
        let token: Int64
        var quota: TokenQuota
    }

    /// Begins the next period of tokens whose current one was over when one of the calls was settled, by the rule that the ledger
    /// follows in memory. Their rows were just changed, so no other node changes them until this transaction ends.
    private func beginPeriods(
        _ ids: [Int64], _ entries: [JournalBatch.Entry], _ connection: any SQLConnection
    ) throws(StorageError) {
        var periods: [Int64: Period] = [:]
        for period in try Self.periods(ids, connection) {
            var period = period
            // What had been used before this batch.
            period.quota.used -= tokens[period.token]?.amount ?? .zero
            periods[period.token] = period
        }
        if periods.isEmpty { return }
        var changed: Set<Int64> = []
        for entry in entries {
            guard var period = periods[entry.record.tokenID] else { continue }
            if period.quota.beginPeriodIfDue(at: entry.record.createdAt) { changed.insert(period.token) }
            period.quota.used += entry.record.amount.used
            periods[period.token] = period
        }
        try connection.executeEach(
            "UPDATE portico_tokens SET period_start = ?2i, period_start_amount = ?3i WHERE id = ?1i",
            changed.sorted().compactMap { id in
                periods[id].map { period in
                    [.integer(id), .integer(period.quota.periodStart), .integer(period.quota.usedAtPeriodStart.nanos)]
                }
            })
    }

    /// How many ids one statement asks for: two sizes, so that there are two statements.
    private static let sizes = [100, 10]

    private static let statements = sizes.map { size in
        SQL(
            """
            SELECT id, period_type, period_quota, period_start, period_start_amount, used_amount FROM portico_tokens
            WHERE period_quota > 0 AND id IN (\((1...size).map { "?\($0)i" }.joined(separator: ", ")))
            """)
    }

    private static func periods(_ ids: [Int64], _ connection: any SQLConnection) throws(StorageError) -> [Period] {
        var periods: [Period] = []
        var rest = ids[...]
        while let last = rest.last {
            let which = rest.count > sizes[1] ? 0 : 1
            var asked = Array(rest.prefix(sizes[which]))
            rest = rest.dropFirst(sizes[which])
            // Filled up with one that is asked for anyway.
            while asked.count < sizes[which] { asked.append(last) }
            periods += try connection.query(statements[which], asked.map(SQLValue.integer)) { row throws(StorageError) in
                var quota = TokenQuota()
                quota.period = TokenQuota.Period(rawValue: row.text(1)) ?? .monthly
                quota.perPeriod = Money(nanos: row.integer(2))
                quota.periodStart = row.integer(3)
                quota.usedAtPeriodStart = Money(nanos: row.integer(4))
                quota.used = Money(nanos: row.integer(5))
                return Period(token: row.integer(0), quota: quota)
            }
        }
        return periods
    }
}
