internal import Directory
internal import Ledger
internal import Wire

extension ChannelRepository {
    static let columns = """
        id, type, name, sealed, base_url, models, model_mapping, priority, status, sets, skips_tls_verification,
        bans_on_no_permission, warn_error_rate, max_error_rate, checks_balance, balance, balance_threshold, balance_updated_at,
        last_test_error_at, used_amount, request_count, retry_count, accessed_at, created_at
        """

    static func read(_ row: any SQLRow, _ secrets: StoreSecrets) throws(StorageError) -> StoredChannel {
        let sealed = try secrets.openObject(row.text(3), for: .channel)
        var channel = Channel(
            id: row.integer(0), type: row.integer(1), name: row.text(2), key: sealed["key"]?.stringValue ?? "",
            createdAt: row.integer(23))
        channel.proxyURL = sealed["proxy_url"]?.stringValue ?? ""
        channel.configs = sealed["configs"]?.objectValue ?? JSONObject()
        channel.baseURL = row.text(4)
        channel.models = try JSONText.strings(row.text(5))
        channel.modelMapping = try JSONText.dictionary(row.text(6))
        channel.priority = row.integer(7)
        channel.status = Channel.Status(number: row.integer(8))
        channel.sets = try JSONText.strings(row.text(9))
        channel.skipsTLSVerification = row.flag(10)
        channel.bansOnNoPermission = row.flag(11)
        channel.warnErrorRate = row.fraction(12)
        channel.maxErrorRate = row.fraction(13)
        channel.checksBalance = row.flag(14)
        channel.balance = row.fraction(15)
        channel.balanceThreshold = row.fraction(16)
        channel.balanceUpdatedAt = row.integer(17)
        channel.lastTestErrorAt = row.integer(18)
        return StoredChannel(
            channel: channel, usedAmount: Money(nanos: row.integer(19)), requestCount: row.integer(20),
            retryCount: row.integer(21), accessedAt: row.integer(22))
    }

    static func find(
        _ id: Int64, _ connection: any SQLConnection, _ secrets: StoreSecrets
    ) throws(StorageError) -> StoredChannel {
        let found = try connection.first(
            SQL("SELECT \(columns) FROM portico_channels WHERE id = ?1i AND deleted_at = 0"), [.integer(id)]
        ) { row throws(StorageError) in try read(row, secrets) }
        guard let found else { throw .notFound("channel", id) }
        return found
    }

    static func all(_ connection: any SQLConnection, _ secrets: StoreSecrets) throws(StorageError) -> [StoredChannel] {
        try connection.query(SQL("SELECT \(columns) FROM portico_channels WHERE deleted_at = 0 ORDER BY id"), []) {
            row throws(StorageError) in try read(row, secrets)
        }
    }

    static func insert(
        _ channel: Channel, _ connection: any SQLConnection, _ secrets: StoreSecrets
    ) throws(StorageError) {
        try connection.execute(
            """
            INSERT INTO portico_channels (id, type, name, key_hash, sealed, base_url, models, model_mapping, priority, status,
                sets, skips_tls_verification, bans_on_no_permission, warn_error_rate, max_error_rate, checks_balance, balance,
                balance_threshold, balance_updated_at, last_test_error_at, used_amount, request_count, retry_count, accessed_at,
                created_at, deleted_at)
            VALUES (?1i, ?2i, ?3t, ?4b, ?5t, ?6t, ?7t, ?8t, ?9i, ?10i, ?11t, ?12i, ?13i, ?14t, ?15t, ?16i, ?17t, ?18t, ?19i,
                ?20i, 0, 0, 0, 0, ?21i, 0)
            """, values(channel, secrets) + [.integer(channel.createdAt)])
    }

    static func update(
        _ channel: Channel, _ connection: any SQLConnection, _ secrets: StoreSecrets
    ) throws(StorageError) {
        try connection.execute(
            """
            UPDATE portico_channels SET type = ?2i, name = ?3t, key_hash = ?4b, sealed = ?5t, base_url = ?6t, models = ?7t,
                model_mapping = ?8t, priority = ?9i, status = ?10i, sets = ?11t, skips_tls_verification = ?12i,
                bans_on_no_permission = ?13i, warn_error_rate = ?14t, max_error_rate = ?15t, checks_balance = ?16i,
                balance = ?17t, balance_threshold = ?18t, balance_updated_at = ?19i, last_test_error_at = ?20i WHERE id = ?1i
            """, values(channel, secrets))
    }

    static func check(_ channel: Channel) throws(StorageError) {
        try Limits.check(optional: "name", channel.name, atMost: 64)
        try Limits.check(optional: "base_url", channel.baseURL, atMost: 512)
        try Limits.check(optional: "proxy_url", channel.proxyURL, atMost: 512)
        try Limits.check(long: "key", channel.key)
        try Limits.check("models", channel.models)
        try Limits.check("sets", channel.sets)
        try Limits.check("model_mapping", channel.modelMapping.flatMap { [$0.key, $0.value] })
    }

    private static func values(_ channel: Channel, _ secrets: StoreSecrets) -> [SQLValue] {
        // A proxy's URL may hold a password, and a provider's settings a credential: they are sealed with the key.
        let sealed: JSONObject = [
            "key": .string(channel.key), "proxy_url": .string(channel.proxyURL), "configs": .object(channel.configs),
        ]
        return [
            .integer(channel.id), .integer(channel.type), .text(channel.name), secrets.channelKeyHash(channel.key),
            .text(secrets.seal(sealed, for: .channel)), .text(channel.baseURL), JSONText.write(channel.models),
            JSONText.write(channel.modelMapping), .integer(channel.priority), .integer(channel.status.number),
            JSONText.write(channel.sets), .flag(channel.skipsTLSVerification), .flag(channel.bansOnNoPermission),
            .fraction(channel.warnErrorRate), .fraction(channel.maxErrorRate), .flag(channel.checksBalance),
            .fraction(channel.balance), .fraction(channel.balanceThreshold), .integer(channel.balanceUpdatedAt),
            .integer(channel.lastTestErrorAt),
        ]
    }
}
