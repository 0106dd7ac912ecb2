public import Directory
internal import Wire

/// The channels: `/api/channel`, `/api/channels`. A deleted channel's row stays, marked, so that the log's channels keep
/// their totals.
public struct ChannelRepository: Sendable {
    let database: MainDatabase

    /// What a search may ask for; nil or "" = any.
    public struct Filter: Sendable {
        public var id: Int64?
        /// A part of the name, without regard to case.
        public var name: String?
        /// The whole key.
        public var key: String?
        public var type: Int64?
        /// A part of the base URL, without regard to case.
        public var baseURL: String?
        /// A part of the name, the base URL, one of its models or sets, without regard to case.
        public var keyword: String?

        public init() {}
    }

    /// Stores a new channel; its `id` and `createdAt` are given here.
    /// - Throws: `invalid`.
    public func create(_ channel: Channel) async throws(StorageError) -> Written<StoredChannel> {
        let written = try await create([channel])
        return Written(written.value[0], written.changes)
    }

    /// Stores new channels, all or none.
    /// - Throws: `invalid`.
    public func create(_ channels: [Channel]) async throws(StorageError) -> Written<[StoredChannel]> {
        for channel in channels { try Self.check(channel) }
        let database = database
        let now = database.clock.nowMilliseconds()
        return try await database.change { connection throws(StorageError) in
            var stored: [StoredChannel] = []
            for channel in channels {
                var channel = channel
                channel.id = try MainDatabase.nextNumber("channel", connection)
                channel.createdAt = now
                try Self.insert(channel, connection, database.secrets)
                stored.append(StoredChannel(channel: channel))
            }
            return Written(stored, stored.map { .upsertChannel($0.channel) })
        }
    }

    /// - Throws: `notFound`.
    public func get(_ id: Int64) async throws(StorageError) -> StoredChannel {
        let secrets = database.secrets
        return try await database.engine.read { connection throws(StorageError) in try Self.find(id, connection, secrets) }
    }

    /// - Parameter order: by `id`, `name`, `type`, `created_at`, `status`, `used_amount`, `request_count`, `priority`,
    ///   `accessed_at`; nil = the newest first.
    /// - Throws: `invalid("order")`.
    public func search(
        _ filter: Filter = Filter(), order: ListOrder? = nil, page: Page
    ) async throws(StorageError) -> Listing<StoredChannel> {
        let secrets = database.secrets
        var conditions = Conditions()
        conditions.add("deleted_at = 0")
        conditions.add("id", equals: filter.id)
        conditions.add("type", equals: filter.type)
        conditions.add(["name"], contain: filter.name)
        conditions.add(["base_url"], contain: filter.baseURL)
        if let key = filter.key, !key.isEmpty { conditions.add("key_hash = @", secrets.channelKeyHash(key)) }
        conditions.add(["name", "base_url", "models", "sets"], contain: filter.keyword)
        let order = try ListOrder.clause(
            order,
            columns: [
                "id": "id", "name": "name", "type": "type", "created_at": "created_at", "status": "status",
                "used_amount": "used_amount", "request_count": "request_count", "priority": "priority",
                "accessed_at": "accessed_at",
            ], standard: "id DESC", last: "id")
        return try await database.engine.read { [conditions] connection throws(StorageError) in
            try connection.list(columns: Self.columns, from: "portico_channels", conditions, order: order, page: page) {
                row throws(StorageError) in try Self.read(row, secrets)
            }
        }
    }

    /// All of them, by id.
    public func all() async throws(StorageError) -> [StoredChannel] {
        let secrets = database.secrets
        return try await database.engine.read { connection throws(StorageError) in try Self.all(connection, secrets) }
    }

    /// Changes what the operator sets; what was counted, and when it was made, stay.
    /// - Throws: `notFound`, `invalid`.
    public func update(_ channel: Channel) async throws(StorageError) -> Written<StoredChannel> {
        try Self.check(channel)
        return try await change(channel.id) { stored in
            let createdAt = stored.createdAt
            stored = channel
            stored.createdAt = createdAt
        }
    }

    /// - Throws: `notFound`.
    public func setStatus(_ id: Int64, _ status: Channel.Status) async throws(StorageError) -> Written<StoredChannel> {
        try await change(id) { $0.status = status }
    }

    /// - Throws: `notFound`.
    public func delete(_ id: Int64) async throws(StorageError) -> Written<Void> {
        let written = try await delete([id])
        guard !written.value.isEmpty else { throw .notFound("channel", id) }
        return Written((), written.changes)
    }

    /// Deletes those of the channels that there are; returns their ids.
    public func delete(_ ids: [Int64]) async throws(StorageError) -> Written<[Int64]> {
        let now = database.clock.nowMilliseconds()
        return try await database.change { connection throws(StorageError) in
            let changes = try connection.executeEach(
                "UPDATE portico_channels SET deleted_at = ?2i WHERE id = ?1i AND deleted_at = 0",
                ids.map { [.integer($0), .integer(now)] })
            let deleted = zip(ids, changes).filter { $0.1 == 1 }.map(\.0)
            return Written(deleted, deleted.map { .removeChannel(id: $0) })
        }
    }

    private func change(
        _ id: Int64, _ change: @escaping @Sendable (inout Channel) -> Void
    ) async throws(StorageError) -> Written<StoredChannel> {
        let secrets = database.secrets
        return try await database.change { connection throws(StorageError) in
            var stored = try Self.find(id, connection, secrets)
            change(&stored.channel)
            try Self.update(stored.channel, connection, secrets)
            return Written(stored, [.upsertChannel(stored.channel)])
        }
    }
}
