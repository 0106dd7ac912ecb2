internal import Ledger
internal import Wire

extension LogRepository {
    static let columns = """
        id, request_id, group_id, token_id, token_name, model, channel_id, code, mode, endpoint, request_at, retry_at, created_at,
        ttfb_milliseconds, input_tokens, output_tokens, total_tokens, used_amount, usage_parts, amount_parts, usage_context,
        retry_times, async_usage_status, client_address, upstream_id, content, end_user, metadata, prompt_cache_key, price_id
        """

    /// A row on its way: its price is still a number.
    struct Row: Sendable {
        var log: StoredLog
        var priceID: Int64?
    }

    static func conditions(_ filter: LogFilter, slack: Int64) -> Conditions {
        var conditions = Conditions()
        conditions.add("group_id", equals: filter.groupID)
        conditions.add("token_name", equals: filter.tokenName)
        conditions.add("token_id", equals: filter.tokenID)
        conditions.add("model", equals: filter.model)
        conditions.add("channel_id", equals: filter.channelID)
        conditions.add("request_id", equals: filter.requestID)
        conditions.add("upstream_id", equals: filter.upstreamID)
        conditions.add("client_address", equals: filter.clientAddress)
        conditions.add("end_user", equals: filter.user)
        if let code = filter.code {
            conditions.add("code", equals: code)
        } else {
            switch filter.codeType {
            case .all: break
            case .success: conditions.add("code = 200")
            case .error: conditions.add("code <> 200")
            }
        }
        // The key's bounds narrow the walk, the times decide: a key tells when the row was written, never before it was settled.
        if let since = filter.since {
            conditions.add("id >= @", .integer(LogKeys.first(atMilliseconds: since)))
            conditions.add("created_at >= @", .integer(since))
        }
        if let until = filter.until {
            let latest = min(max(until, 0), 1 << 52) + slack + 1
            conditions.add("id < @", .integer(LogKeys.first(atMilliseconds: latest)))
            conditions.add("created_at <= @", .integer(until))
        }
        if let keyword = filter.keyword, !keyword.isEmpty {
            conditions.add(
                "(request_id = @ OR upstream_id = @ OR group_id = @ OR model = @ OR token_name = @)", .text(keyword))
        }
        return conditions
    }

    static func count(_ conditions: Conditions, _ connection: any SQLConnection) throws(StorageError) -> Int64 {
        var conditions = conditions
        let limit = conditions.placeholder(.integer(countLimit))
        return try connection.integer(
            SQL("SELECT count(*) FROM (SELECT id FROM portico_logs\(conditions.clause) LIMIT \(limit)) AS counted"),
            conditions.arguments)
    }

    /// What stands in `column` among the newest rows.
    static func sample<Value: Comparable>(
        _ column: String, _ conditions: Conditions, _ connection: any SQLConnection, _ value: (any SQLRow) -> Value
    ) throws(StorageError) -> [Value] {
        var conditions = conditions
        let limit = conditions.placeholder(.integer(sampleSize))
        return try connection.query(
            SQL(
                """
                SELECT DISTINCT \(column) FROM
                    (SELECT \(column) FROM portico_logs\(conditions.clause) ORDER BY id DESC LIMIT \(limit)) AS newest
                """), conditions.arguments
        ) { row throws(StorageError) in value(row) }.sorted()
    }

    static func read(_ row: any SQLRow) throws(StorageError) -> Row {
        guard let requestID = RequestID(row.text(1)) else { throw .damaged("a stored request id can't be read") }
        var call = CallRecord(
            requestID: requestID, requestAt: row.integer(10), createdAt: row.integer(12), groupID: row.text(2),
            tokenID: row.integer(3), tokenName: row.text(4), model: row.text(5), code: row.integer(7),
            mode: CallMode(number: row.integer(8)), endpoint: row.text(9))
        call.channelID = row.integer(6)
        call.retryAt = row.isNull(11) ? nil : row.integer(11)
        call.ttfbMilliseconds = row.integer(13)
        call.usage.input = row.integer(14)
        call.usage.output = row.integer(15)
        call.usage.total = row.integer(16)
        call.amount.used = Money(nanos: row.integer(17))
        try CompactParts.read(row.text(18), into: &call.usage)
        try CompactParts.read(row.text(19), into: &call.amount)
        try CompactParts.read(row.text(20), into: &call.usageContext)
        call.retryTimes = row.integer(21)
        call.asyncUsageStatus = row.integer(22)
        call.clientAddress = row.text(23)
        call.upstreamID = row.text(24)
        call.content = row.text(25)
        call.user = row.text(26)
        call.metadata = row.text(27)
        call.promptCacheKey = row.text(28)
        return Row(log: StoredLog(id: row.integer(0), call: call), priceID: row.isNull(29) ? nil : row.integer(29))
    }

    static func addPrices(to rows: inout [Row], _ connection: any SQLConnection) throws(StorageError) {
        var known: [Int64: String] = [:]
        for index in rows.indices {
            guard let id = rows[index].priceID else { continue }
            if known[id] == nil {
                known[id] = try connection.first("SELECT price FROM portico_log_prices WHERE id = ?1i", [.integer(id)]) {
                    row throws(StorageError) in row.text(0)
                }
            }
            rows[index].log.call.price = known[id] ?? ""
        }
    }

    static func addDetails(to rows: inout [Row], _ connection: any SQLConnection) throws(StorageError) {
        for index in rows.indices {
            rows[index].log.call.detail = try connection.first(
                """
                SELECT request_body, request_body_truncated, response_body, response_body_truncated FROM portico_request_details
                WHERE log_id = ?1i
                """, [.integer(rows[index].log.id)]
            ) { row throws(StorageError) in
                CallDetail(
                    requestBody: row.text(0), requestBodyIsTruncated: row.flag(1), responseBody: row.text(2),
                    responseBodyIsTruncated: row.flag(3))
            }
        }
    }
}
