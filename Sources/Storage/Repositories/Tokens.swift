public import Directory
public import Ledger
internal import Wire

/// The tokens: `/api/token`, `/api/tokens`.
public struct TokenRepository: Sendable {
    let database: MainDatabase

    /// What a new token is made of.
    public struct New: Sendable {
        public var groupID: String
        public var name: String
        public var status = Token.Status.enabled
        public var subnets: [String] = []
        public var models: [String] = []
        /// Only the limits and the period's kind are taken.
        public var quota = TokenQuota()

        public init(groupID: String, name: String) {
            self.groupID = groupID
            self.name = name
        }
    }

    /// What a search may ask for; nil or "" = any.
    public struct Filter: Sendable {
        public var groupID: String?
        public var name: String?
        /// The whole key, or its first characters.
        public var key: String?
        public var status: Token.Status?
        /// A part of the name, the group or the key's first characters, without regard to case.
        public var keyword: String?

        public init() {}
    }

    /// Makes a token with a new key of 48 letters and digits.
    ///
    /// - Parameters:
    ///   - autoCreateGroup: whether a group that there isn't is made.
    ///   - ignoreExisting: whether a token of that name in that group is returned as it is, instead of refused.
    ///   - maximumInGroup: how many tokens a group may have (`GROUP_MAX_TOKEN_NUM`); 0 = any number.
    /// - Throws: `notFound("group")`, `conflict("name")`, `invalid`.
    public func create(
        _ new: New, autoCreateGroup: Bool = false, ignoreExisting: Bool = false, maximumInGroup: Int64 = 0
    ) async throws(StorageError) -> Written<StoredToken> {
        try Self.check(name: new.name, subnets: new.subnets, models: new.models, quota: new.quota)
        let database = database
        let now = database.clock.nowMilliseconds()
        let key = SecretText.random(length: 48)
        return try await database.change { connection throws(StorageError) in
            let changes = try Self.makeGroup(new.groupID, isAllowed: autoCreateGroup, now: now, connection)
            if let existing = try Self.find(name: new.name, groupID: new.groupID, connection, database.secrets) {
                guard ignoreExisting else { throw .conflict("name", "the group has a token \(new.name) already") }
                return Written(existing, changes)
            }
            let count = try connection.integer(
                "SELECT count(*) FROM portico_tokens WHERE group_id = ?1t", [.text(new.groupID)])
            guard maximumInGroup <= 0 || count < maximumInGroup else {
                throw .invalid("group", "one with fewer than \(maximumInGroup) tokens")
            }
            let id = try MainDatabase.nextNumber("token", connection)
            let token = Self.token(new, id: id, key: key, now: now, database.secrets)
            let sealed = database.secrets.seal(key, for: .tokenKey)
            try Self.insert(token, sealed: sealed, connection)
            let stored = StoredToken(
                token: token, usedAmount: .zero, requestCount: 0, accessedAt: 0, sealedKey: sealed, secrets: database.secrets)
            return Written(stored, changes + [.upsertToken(token)])
        }
    }

    /// - Parameter groupID: the group that it has to belong to; nil = any.
    /// - Throws: `notFound`.
    public func get(_ id: Int64, in groupID: String? = nil) async throws(StorageError) -> StoredToken {
        let secrets = database.secrets
        return try await database.engine.read { connection throws(StorageError) in
            try Self.find(id, in: groupID, connection, secrets)
        }
    }

    /// - Parameter order: by `id`, `name`, `group`, `status`, `created_at`, `used_amount`, `request_count`, `quota`,
    ///   `accessed_at`; nil = the newest first.
    /// - Throws: `invalid("order")`.
    public func search(
        _ filter: Filter = Filter(), order: ListOrder? = nil, page: Page
    ) async throws(StorageError) -> Listing<StoredToken> {
        let secrets = database.secrets
        var conditions = Conditions()
        conditions.add("group_id", equals: filter.groupID)
        conditions.add("name", equals: filter.name)
        conditions.add("status", equals: filter.status?.number)
        if let key = filter.key, !key.isEmpty {
            // Of a key only its hash and its first characters are stored: a part from its middle finds nothing.
            let hash = conditions.placeholder(.bytes(secrets.tokenKeys.hash(key).bytes))
            let prefix = conditions.placeholder(.text(key))
            conditions.add("(key_hash = \(hash) OR key_prefix = \(prefix))")
        }
        conditions.add(["name", "group_id", "key_prefix"], contain: filter.keyword)
        let order = try ListOrder.clause(
            order,
            columns: [
                "id": "id", "name": "name", "group": "group_id", "status": "status", "created_at": "created_at",
                "used_amount": "used_amount", "request_count": "request_count", "quota": "quota", "accessed_at": "accessed_at",
            ], standard: "id DESC", last: "id")
        return try await database.engine.read { [conditions] connection throws(StorageError) in
            try connection.list(columns: Self.columns, from: "portico_tokens", conditions, order: order, page: page) {
                row throws(StorageError) in try Self.read(row, secrets)
            }
        }
    }

    /// Changes what the operator sets: name, status, subnets, models, quota and period. The group, the key and what was
    /// counted stay.
    /// - Throws: `notFound`, `conflict("name")`, `invalid`.
    public func update(_ token: Token, in groupID: String? = nil) async throws(StorageError) -> Written<StoredToken> {
        try Self.check(name: token.name, subnets: token.subnets, models: token.models, quota: token.quota)
        return try await change(token.id, in: groupID) { stored in
            stored.name = token.name
            stored.status = token.status
            stored.subnets = token.subnets
            stored.models = token.models
            stored.quota.lifetime = token.quota.lifetime
            stored.quota.perPeriod = token.quota.perPeriod
            if stored.quota.period != token.quota.period {
                stored.quota.period = token.quota.period
                // Periods of another kind begin elsewhere: the first call tells.
                stored.quota.periodStart = 0
                stored.quota.usedAtPeriodStart = .zero
            }
        }
    }

    /// - Throws: `notFound`.
    public func setStatus(
        _ id: Int64, in groupID: String? = nil, _ status: Token.Status
    ) async throws(StorageError) -> Written<StoredToken> {
        try await change(id, in: groupID) { $0.status = status }
    }

    /// - Throws: `notFound`, `conflict("name")`, `invalid("name")`.
    public func setName(
        _ id: Int64, in groupID: String? = nil, _ name: String
    ) async throws(StorageError) -> Written<StoredToken> {
        try Limits.check("name", name, atMost: 32)
        return try await change(id, in: groupID) { $0.name = name }
    }

    /// - Throws: `notFound`.
    public func delete(_ id: Int64, in groupID: String? = nil) async throws(StorageError) -> Written<Void> {
        try await database.change { connection throws(StorageError) in
            guard try Self.delete(id, in: groupID, connection) else { throw .notFound("token", id) }
            return Written((), [.removeToken(id: id)])
        }
    }

    /// Deletes those of the tokens that there are; returns their ids.
    public func delete(_ ids: [Int64], in groupID: String? = nil) async throws(StorageError) -> Written<[Int64]> {
        try await database.change { connection throws(StorageError) in
            var deleted: [Int64] = []
            for id in ids where try Self.delete(id, in: groupID, connection) { deleted.append(id) }
            return Written(deleted, deleted.map { .removeToken(id: $0) })
        }
    }

    private func change(
        _ id: Int64, in groupID: String?, _ change: @escaping @Sendable (inout Token) -> Void
    ) async throws(StorageError) -> Written<StoredToken> {
        let secrets = database.secrets
        return try await database.change { connection throws(StorageError) in
            var stored = try Self.find(id, in: groupID, connection, secrets)
            let oldName = stored.token.name
            change(&stored.token)
            if stored.token.name != oldName,
                try Self.find(name: stored.token.name, groupID: stored.token.groupID, connection, secrets) != nil
            {
                throw .conflict("name", "the group has a token \(stored.token.name) already")
            }
            try Self.update(stored.token, connection)
            return Written(stored, [.upsertToken(stored.token)])
        }
    }
}
