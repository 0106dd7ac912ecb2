internal import Directory
internal import Ledger
internal import Wire

extension TokenRepository {
    static let columns = """
        id, group_id, name, key_hash, key_prefix, sealed_key, status, subnets, models, quota, period_quota, period_type,
        period_start, period_start_amount, used_amount, request_count, accessed_at, created_at
        """

    /// How many of a key's characters are kept readable.
    static let prefixLength = 6

    static func read(_ row: any SQLRow, _ secrets: StoreSecrets) throws(StorageError) -> StoredToken {
        var token = Token(
            id: row.integer(0), groupID: row.text(1), name: row.text(2), keyHash: try keyHash(row.bytes(3)),
            keyPrefix: row.text(4), createdAt: row.integer(17))
        token.status = Token.Status(number: row.integer(6))
        token.subnets = try JSONText.strings(row.text(7))
        token.models = try JSONText.strings(row.text(8))
        token.quota.lifetime = Money(nanos: row.integer(9))
        token.quota.perPeriod = Money(nanos: row.integer(10))
        token.quota.period = TokenQuota.Period(rawValue: row.text(11)) ?? .monthly
        token.quota.periodStart = row.integer(12)
        token.quota.usedAtPeriodStart = Money(nanos: row.integer(13))
        token.quota.used = Money(nanos: row.integer(14))
        return StoredToken(
            token: token, usedAmount: token.quota.used, requestCount: row.integer(15), accessedAt: row.integer(16),
            sealedKey: row.text(5), secrets: secrets)
    }

    private static func keyHash(_ bytes: [UInt8]) throws(StorageError) -> KeyHash {
        guard let hash = KeyHash(bytes: bytes) else { throw .damaged("a stored key hash has \(bytes.count) bytes") }
        return hash
    }

    static func find(
        _ id: Int64, in groupID: String?, _ connection: any SQLConnection, _ secrets: StoreSecrets
    ) throws(StorageError) -> StoredToken {
        let found = try connection.first(SQL("SELECT \(columns) FROM portico_tokens WHERE id = ?1i"), [.integer(id)]) {
            row throws(StorageError) in try read(row, secrets)
        }
        guard let found, groupID == nil || found.token.groupID == groupID else { throw .notFound("token", id) }
        return found
    }

    static func find(
        name: String, groupID: String, _ connection: any SQLConnection, _ secrets: StoreSecrets
    ) throws(StorageError) -> StoredToken? {
        try connection.first(
            SQL("SELECT \(columns) FROM portico_tokens WHERE group_id = ?1t AND name = ?2t"), [.text(groupID), .text(name)]
        ) { row throws(StorageError) in try read(row, secrets) }
    }

    /// Makes sure that the group is there; returns what changed for that.
    static func makeGroup(
        _ id: String, isAllowed: Bool, now: Int64, _ connection: any SQLConnection
    ) throws(StorageError) -> [DirectoryChange] {
        if try GroupRepository.hold(id, connection) { return [] }
        guard isAllowed else { throw .notFound("group", id) }
        let group = Group(id: id, createdAt: now)
        try GroupRepository.check(group)
        return try GroupRepository.insert(group, connection) ? [.upsertGroup(group)] : []
    }

    static func token(_ new: New, id: Int64, key: String, now: Int64, _ secrets: StoreSecrets) -> Token {
        var token = Token(
            id: id, groupID: new.groupID, name: new.name, keyHash: secrets.tokenKeys.hash(key),
            keyPrefix: String(key.prefix(prefixLength)), createdAt: now)
        token.status = new.status
        token.subnets = new.subnets
        token.models = new.models
        token.quota.lifetime = new.quota.lifetime
        token.quota.perPeriod = new.quota.perPeriod
        token.quota.period = new.quota.period
        return token
    }

    static func insert(_ token: Token, sealed: String, _ connection: any SQLConnection) throws(StorageError) {
        try connection.execute(
            """
            INSERT INTO portico_tokens (id, group_id, name, key_hash, key_prefix, sealed_key, status, subnets, models, quota,
                period_quota, period_type, period_start, period_start_amount, used_amount, request_count, accessed_at, created_at)
            VALUES (?1i, ?2t, ?3t, ?4b, ?5t, ?6t, ?7i, ?8t, ?9t, ?10i, ?11i, ?12t, 0, 0, 0, 0, 0, ?13i)
            """,
            [
                .integer(token.id), .text(token.groupID), .text(token.name), .bytes(token.keyHash.bytes),
                .text(token.keyPrefix), .text(sealed), .integer(token.status.number), JSONText.write(token.subnets),
                JSONText.write(token.models), .integer(token.quota.lifetime.nanos), .integer(token.quota.perPeriod.nanos),
                .text(token.quota.period.rawValue), .integer(token.createdAt),
            ])
    }

    static func update(_ token: Token, _ connection: any SQLConnection) throws(StorageError) {
        try connection.execute(
            """
            UPDATE portico_tokens SET name = ?2t, status = ?3i, subnets = ?4t, models = ?5t, quota = ?6i, period_quota = ?7i,
                period_type = ?8t, period_start = ?9i, period_start_amount = ?10i WHERE id = ?1i
            """,
            [
                .integer(token.id), .text(token.name), .integer(token.status.number), JSONText.write(token.subnets),
                JSONText.write(token.models), .integer(token.quota.lifetime.nanos), .integer(token.quota.perPeriod.nanos),
                .text(token.quota.period.rawValue), .integer(token.quota.periodStart),
                .integer(token.quota.usedAtPeriodStart.nanos),
            ])
    }

    static func delete(_ id: Int64, in groupID: String?, _ connection: any SQLConnection) throws(StorageError) -> Bool {
        var conditions = Conditions()
        conditions.add("id", equals: id)
        if let groupID { conditions.add("group_id = @", .text(groupID)) }
        return try connection.execute(SQL("DELETE FROM portico_tokens\(conditions.clause)"), conditions.arguments) == 1
    }

    static func check(name: String, subnets: [String], models: [String], quota: TokenQuota) throws(StorageError) {
        try Limits.check("name", name, atMost: 32)
        try Limits.check("subnets", subnets)
        try Limits.check("models", models)
        guard quota.lifetime >= .zero else { throw .invalid("quota", "zero (no limit) or more") }
        guard quota.perPeriod >= .zero else { throw .invalid("period_quota", "zero (no limit) or more") }
    }
}
