internal import Directory
internal import Ledger
internal import Wire

extension ModelConfigRepository {
    static let columns = """
        model, owner, type, config, plugin, price, rpm, tpm, retry_times, request_timeout_seconds,
        stream_request_timeout_seconds, exclude_from_tests, force_save_detail, max_image_generation_count,
        max_video_generation_seconds, max_video_generation_count, allowed_resolutions, request_body_storage_max_size,
        response_body_storage_max_size, summary_service_tier, summary_claude_long_context, disable_resolution_fuzzy_match,
        created_at, updated_at
        """

    static func read(_ row: any SQLRow) throws(StorageError) -> ModelConfig {
        var config = ModelConfig(model: row.text(0), createdAt: row.integer(22))
        config.owner = row.text(1)
        config.type = CallMode(number: row.integer(2))
        config.config = try JSONText.object(row.text(3))
        config.plugin = try JSONText.object(row.text(4))
        config.price = try price(row.text(5))
        config.rpm = row.integer(6)
        config.tpm = row.integer(7)
        config.retryTimes = row.integer(8)
        config.requestTimeoutSeconds = row.integer(9)
        config.streamRequestTimeoutSeconds = row.integer(10)
        config.excludeFromTests = row.flag(11)
        config.forceSaveDetail = row.flag(12)
        config.maxImageGenerationCount = row.integer(13)
        config.maxVideoGenerationSeconds = row.integer(14)
        config.maxVideoGenerationCount = row.integer(15)
        config.allowedResolutions = try JSONText.strings(row.text(16))
        config.requestBodyStorageMaxSize = row.integer(17)
        config.responseBodyStorageMaxSize = row.integer(18)
        config.summaryServiceTier = row.flag(19)
        config.summaryClaudeLongContext = row.flag(20)
        config.disableResolutionFuzzyMatch = row.flag(21)
        config.updatedAt = row.integer(23)
        return config
    }

    static func all(_ connection: any SQLConnection) throws(StorageError) -> [ModelConfig] {
        try connection.query(SQL("SELECT \(columns) FROM portico_model_configs ORDER BY model"), [], read)
    }

    /// Stores `config`; returns when it was first stored.
    static func upsert(_ config: ModelConfig, _ connection: any SQLConnection) throws(StorageError) -> Int64 {
        try connection.integer(
            SQL(
                """
                INSERT INTO portico_model_configs (\(columns))
                VALUES (?1t, ?2t, ?3i, ?4t, ?5t, ?6t, ?7i, ?8i, ?9i, ?10i, ?11i, ?12i, ?13i, ?14i, ?15i, ?16i, ?17t, ?18i, ?19i,
                    ?20i, ?21i, ?22i, ?23i, ?24i)
                ON CONFLICT (model) DO UPDATE SET owner = excluded.owner, type = excluded.type, config = excluded.config,
                    plugin = excluded.plugin, price = excluded.price, rpm = excluded.rpm, tpm = excluded.tpm,
                    retry_times = excluded.retry_times, request_timeout_seconds = excluded.request_timeout_seconds,
                    stream_request_timeout_seconds = excluded.stream_request_timeout_seconds,
                    exclude_from_tests = excluded.exclude_from_tests, force_save_detail = excluded.force_save_detail,
                    max_image_generation_count = excluded.max_image_generation_count,
                    max_video_generation_seconds = excluded.max_video_generation_seconds,
                    max_video_generation_count = excluded.max_video_generation_count,
                    allowed_resolutions = excluded.allowed_resolutions,
                    request_body_storage_max_size = excluded.request_body_storage_max_size,
                    response_body_storage_max_size = excluded.response_body_storage_max_size,
                    summary_service_tier = excluded.summary_service_tier,
                    summary_claude_long_context = excluded.summary_claude_long_context,
                    disable_resolution_fuzzy_match = excluded.disable_resolution_fuzzy_match, updated_at = excluded.updated_at
                RETURNING created_at
                """), values(config))
    }

    static func check(_ config: ModelConfig) throws(StorageError) {
        try Limits.check("model", config.model, atMost: 256)
        try Limits.check(optional: "owner", config.owner, atMost: 64)
        try Limits.check("allowed_resolutions", config.allowedResolutions)
        for (member, value) in [
            ("rpm", config.rpm), ("tpm", config.tpm), ("retry_times", config.retryTimes),
            ("timeout_config.request_timeout", config.requestTimeoutSeconds),
            ("timeout_config.stream_request_timeout", config.streamRequestTimeoutSeconds),
        ] where value < 0 {
            throw .invalid(member, "0 or more")
        }
    }

    private static func price(_ text: String) throws(StorageError) -> Price {
        let object = try JSONText.object(text)
        do {
            return try Price(json: object)
        } catch {
            throw .damaged("a stored price can't be read: \(error)")
        }
    }

    private static func values(_ config: ModelConfig) -> [SQLValue] {
        [
            .text(config.model), .text(config.owner), .integer(config.type.number), JSONText.write(config.config),
            JSONText.write(config.plugin), .text(config.price.json.serialized()), .integer(config.rpm), .integer(config.tpm),
            .integer(config.retryTimes), .integer(config.requestTimeoutSeconds), .integer(config.streamRequestTimeoutSeconds),
            .flag(config.excludeFromTests), .flag(config.forceSaveDetail), .integer(config.maxImageGenerationCount),
            .integer(config.maxVideoGenerationSeconds), .integer(config.maxVideoGenerationCount),
            JSONText.write(config.allowedResolutions), .integer(config.requestBodyStorageMaxSize),
            .integer(config.responseBodyStorageMaxSize), .flag(config.summaryServiceTier), .flag(config.summaryClaudeLongContext),
            .flag(config.disableResolutionFuzzyMatch), .integer(config.createdAt), .integer(config.updatedAt),
        ]
    }
}
