public import Directory
internal import Ledger
internal import Wire

/// What is known of the models: `/api/model_config`, `/api/model_configs`.
public struct ModelConfigRepository: Sendable {
    let database: MainDatabase

    /// Stores one, in place of the one of that name if there is one (which keeps its `createdAt`).
    /// - Throws: `invalid`.
    public func save(_ config: ModelConfig) async throws(StorageError) -> Written<ModelConfig> {
        let written = try await save([config])
        return Written(written.value[0], written.changes)
    }

    /// Stores several, all or none.
    /// - Throws: `invalid`.
    public func save(_ configs: [ModelConfig]) async throws(StorageError) -> Written<[ModelConfig]> {
        for config in configs { try Self.check(config) }
        let now = database.clock.nowMilliseconds()
        return try await database.change { connection throws(StorageError) in
            var saved: [ModelConfig] = []
            for config in configs {
                var config = config
                config.createdAt = now
                config.updatedAt = now
                config.createdAt = try Self.upsert(config, connection)
                saved.append(config)
            }
            return Written(saved, saved.map { .upsertModelConfig($0) })
        }
    }

    /// - Throws: `notFound`.
    public func get(_ model: String) async throws(StorageError) -> ModelConfig {
        let found = try await byNames([model])
        guard let config = found.first else { throw .notFound("model", model) }
        return config
    }

    /// - Parameter model: that model only; nil or "" = any.
    public func list(model: String? = nil, page: Page) async throws(StorageError) -> Listing<ModelConfig> {
        try await search(model: model, page: page)
    }

    /// By name.
    /// - Parameters:
    ///   - keyword: a part of the name or the owner, without regard to case.
    ///   - model: the name, without regard to case.
    ///   - owner: the owner, without regard to case.
    public func search(
        keyword: String? = nil, model: String? = nil, owner: String? = nil, page: Page
    ) async throws(StorageError) -> Listing<ModelConfig> {
        var conditions = Conditions()
        conditions.add(["model", "owner"], contain: keyword)
        conditions.add("lower(model)", equals: model?.lowercasedASCII)
        conditions.add("lower(owner)", equals: owner?.lowercasedASCII)
        return try await database.engine.read { [conditions] connection throws(StorageError) in
            try connection.list(
                columns: Self.columns, from: "portico_model_configs", conditions, order: " ORDER BY model", page: page, Self.read)
        }
    }

    /// All of them, by name.
    public func all() async throws(StorageError) -> [ModelConfig] {
        try await database.engine.read { connection throws(StorageError) in try Self.all(connection) }
    }

    /// Those of `names` that there are, by name.
    public func byNames(_ names: [String]) async throws(StorageError) -> [ModelConfig] {
        try await database.engine.read { connection throws(StorageError) in
            var configs: [ModelConfig] = []
            for name in Set(names).sorted() {
                configs += try connection.query(
                    SQL("SELECT \(Self.columns) FROM portico_model_configs WHERE model = ?1t"), [.text(name)], Self.read)
            }
            return configs
        }
    }

    /// - Throws: `notFound`.
    public func delete(_ model: String) async throws(StorageError) -> Written<Void> {
        let written = try await delete([model])
        guard !written.value.isEmpty else { throw .notFound("model", model) }
        return Written((), written.changes)
    }

    /// Deletes those that there are; returns their names.
    public func delete(_ models: [String]) async throws(StorageError) -> Written<[String]> {
        try await database.change { connection throws(StorageError) in
            let changes = try connection.executeEach(
                "DELETE FROM portico_model_configs WHERE model = ?1t", models.map { [.text($0)] })
            let deleted = zip(models, changes).filter { $0.1 == 1 }.map(\.0)
            return Written(deleted, deleted.map { .removeModelConfig(model: $0) })
        }
    }
}
