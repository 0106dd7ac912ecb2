public import Directory
internal import Ledger
internal import Wire

/// The groups: `/api/group`, `/api/groups`.
public struct GroupRepository: Sendable {
    let database: MainDatabase

    /// Stores a new group; its `createdAt` is set to now.
    /// - Throws: `conflict("id")` where there is one already; `invalid` where the id is empty or too long.
    public func create(_ group: Group) async throws(StorageError) -> Written<StoredGroup> {
        var group = group
        group.createdAt = database.clock.nowMilliseconds()
        try Self.check(group)
        let stored = StoredGroup(group: group)
        try await database.change { [stored] connection throws(StorageError) in
            guard try Self.insert(stored.group, connection) else {
                throw .conflict("id", "there is a group \(stored.group.id) already")
            }
        }
        return Written(stored, [.upsertGroup(stored.group)])
    }

    /// - Throws: `notFound`.
    public func get(_ id: String) async throws(StorageError) -> StoredGroup {
        try await database.engine.read { connection throws(StorageError) in try Self.find(id, connection) }
    }

    /// The newest first.
    public func list(page: Page) async throws(StorageError) -> Listing<StoredGroup> { try await search(page: page) }

    /// - Parameters:
    ///   - keyword: a part of the id or of one of its sets, without regard to case; nil or "" = any.
    ///   - status: nil = any.
    ///   - order: by `id`, `request_count`, `status`, `created_at`, `used_amount`, `accessed_at`; nil = the
    ///     newest first.
    /// - Throws: `invalid("order")`.
    public func search(
        keyword: String? = nil, status: Group.Status? = nil, order: ListOrder? = nil, page: Page
    ) async throws(StorageError) -> Listing<StoredGroup> {
        var conditions = Conditions()
        conditions.add(["id", "available_sets"], contain: keyword)
        conditions.add("status", equals: status?.number)
        let order = try ListOrder.clause(
            order,
            columns: [
                "id": "id", "request_count": "request_count", "status": "status", "created_at": "created_at",
                "used_amount": "used_amount", "accessed_at": "accessed_at",
            ], standard: "created_at DESC, id DESC", last: "id")
        return try await database.engine.read { [conditions] connection throws(StorageError) in
            try connection.list(
                columns: Self.columns, from: "portico_groups", conditions, order: order, page: page, Self.read)
        }
    }

    /// Changes what the operator sets (not what was counted, not when it was made).
    /// - Throws: `notFound`, `invalid`.
    public func update(_ group: Group) async throws(StorageError) -> Written<StoredGroup> {
        try Self.check(group)
        return try await change(group.id) { stored in
            let createdAt = stored.createdAt
            stored = group
            stored.createdAt = createdAt
        }
    }

    /// - Throws: `notFound`.
    public func setStatus(_ id: String, _ status: Group.Status) async throws(StorageError) -> Written<StoredGroup> {
        try await change(id) { $0.status = status }
    }

    /// Sets the factors on the limits; nil leaves one as it is.
    /// - Throws: `notFound`.
    public func setRatios(
        _ id: String, rpm: Double? = nil, tpm: Double? = nil
    ) async throws(StorageError) -> Written<StoredGroup> {
        try await change(id) { group in
            if let rpm { group.rpmRatio = rpm }
            if let tpm { group.tpmRatio = tpm }
        }
    }

    /// Deletes the group, its tokens, its MCP servers and what it saved for public ones. Its log rows stay until they are old.
    /// - Throws: `notFound`.
    public func delete(_ id: String) async throws(StorageError) -> Written<Void> {
        try await database.change { connection throws(StorageError) in
            guard let changes = try Self.delete(id, connection) else { throw .notFound("group", id) }
            return Written((), changes)
        }
    }

    /// Deletes those of the groups that there are; returns their ids.
    public func delete(_ ids: [String]) async throws(StorageError) -> Written<[String]> {
        try await database.change { connection throws(StorageError) in
            var deleted: [String] = []
            var changes: [DirectoryChange] = []
            for id in ids {
                guard let more = try Self.delete(id, connection) else { continue }
                deleted.append(id)
                changes += more
            }
            return Written(deleted, changes)
        }
    }

    private func change(
        _ id: String, _ change: @escaping @Sendable (inout Group) -> Void
    ) async throws(StorageError) -> Written<StoredGroup> {
        try await database.change { connection throws(StorageError) in
            var stored = try Self.find(id, connection)
            change(&stored.group)
            try connection.execute(
                """
                UPDATE portico_groups SET status = ?2i, rpm_ratio = ?3t, tpm_ratio = ?4t, available_sets = ?5t,
                    balance_alert_enabled = ?6i, balance_alert_threshold = ?7t WHERE id = ?1t
                """, Self.values(stored.group))
            return Written(stored, [.upsertGroup(stored.group)])
        }
    }
}

extension GroupRepository {
    static let columns = """
        id, status, rpm_ratio, tpm_ratio, available_sets, balance_alert_enabled, balance_alert_threshold, created_at,
        used_amount, request_count, accessed_at
        """

    static func read(_ row: any SQLRow) throws(StorageError) -> StoredGroup {
        var group = Group(id: row.text(0), createdAt: row.integer(7))
        group.status = Group.Status(number: row.integer(1))
        group.rpmRatio = row.fraction(2)
        group.tpmRatio = row.fraction(3)
        group.availableSets = try JSONText.strings(row.text(4))
        group.balanceAlertEnabled = row.flag(5)
        group.balanceAlertThreshold = row.fraction(6)
        return StoredGroup(
            group: group, usedAmount: Money(nanos: row.integer(8)), requestCount: row.integer(9), accessedAt: row.integer(10))
    }

    static func find(_ id: String, _ connection: any SQLConnection) throws(StorageError) -> StoredGroup {
        let found = try connection.first(SQL("SELECT \(columns) FROM portico_groups WHERE id = ?1t"), [.text(id)], read)
        guard let found else { throw .notFound("group", id) }
        return found
    }

    /// Whether there is such a group. If so, it can't be deleted until the transaction ends, so that nothing is left behind that
    /// belongs to it.
    static func hold(_ id: String, _ connection: any SQLConnection) throws(StorageError) -> Bool {
        try connection.execute("UPDATE portico_groups SET status = status WHERE id = ?1t", [.text(id)]) == 1
    }

    /// Whether it was stored: false where there is one already.
    static func insert(_ group: Group, _ connection: any SQLConnection) throws(StorageError) -> Bool {
        try connection.execute(
            """
            INSERT INTO portico_groups (id, status, rpm_ratio, tpm_ratio, available_sets, balance_alert_enabled,
                balance_alert_threshold, used_amount, request_count, accessed_at, created_at)
            VALUES (?1t, ?2i, ?3t, ?4t, ?5t, ?6i, ?7t, 0, 0, 0, ?8i) ON CONFLICT (id) DO NOTHING
            """, values(group) + [.integer(group.createdAt)]) == 1
    }

    static func check(_ group: Group) throws(StorageError) {
        try Limits.check("id", group.id, atMost: 64)
        try Limits.check("available_sets", group.availableSets)
    }

    private static func values(_ group: Group) -> [SQLValue] {
        [
            .text(group.id), .integer(group.status.number), .fraction(group.rpmRatio), .fraction(group.tpmRatio),
            JSONText.write(group.availableSets), .flag(group.balanceAlertEnabled), .fraction(group.balanceAlertThreshold),
        ]
    }

    private static func delete(_ id: String, _ connection: any SQLConnection) throws(StorageError) -> [DirectoryChange]? {
        guard try connection.execute("DELETE FROM portico_groups WHERE id = ?1t", [.text(id)]) == 1 else { return nil }
        let tokens = try connection.query("DELETE FROM portico_tokens WHERE group_id = ?1t RETURNING id", [.text(id)]) {
            row throws(StorageError) in row.integer(0)
        }
        let servers = try connection.query("DELETE FROM portico_group_mcps WHERE group_id = ?1t RETURNING id", [.text(id)]) {
            row throws(StorageError) in row.text(0)
        }
        let saved = try connection.query("DELETE FROM portico_mcp_params WHERE group_id = ?1t RETURNING mcp_id", [.text(id)]) {
            row throws(StorageError) in row.text(0)
        }
        return tokens.sorted().map { .removeToken(id: $0) }
            + servers.sorted().map { .removeGroupServer(id: $0, group: id) }
            + saved.sorted().map { .removeServerParameters(server: $0, group: id) } + [.removeGroup(id: id)]
    }
}
