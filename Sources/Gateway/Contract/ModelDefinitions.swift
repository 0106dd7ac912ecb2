internal import Directory
internal import Ledger
internal import Wire

extension Definitions {
    /// What the operator says of a model.
    static let modelConfig = Definition<ModelConfig>(
        name: "ModelConfig",
        members: [
            .string("model") { $0.model },
            .string("owner") { $0.owner },
            .integer("type") { $0.type.number },
            .object("config") { $0.config },
            .object("plugin") { $0.plugin },
            Member("price", .reference(Definitions.price.name)) { value, _ in value.price.json },
            .integer("rpm") { $0.rpm },
            .integer("tpm") { $0.tpm },
            .integer("retry_times") { $0.retryTimes },
            .nested("timeout_config", Definitions.timeouts) { $0 },
            .boolean("exclude_from_tests") { $0.excludeFromTests },
            .boolean("force_save_detail") { $0.forceSaveDetail },
            .integer("max_image_generation_count") { $0.maxImageGenerationCount },
            .integer("max_video_generation_seconds") { $0.maxVideoGenerationSeconds },
            .integer("max_video_generation_count") { $0.maxVideoGenerationCount },
            .strings("allowed_resolutions") { $0.allowedResolutions },
            .integer("request_body_storage_max_size") { $0.requestBodyStorageMaxSize },
            .integer("response_body_storage_max_size") { $0.responseBodyStorageMaxSize },
            .boolean("summary_service_tier") { $0.summaryServiceTier },
            .boolean("summary_claude_long_context") { $0.summaryClaudeLongContext },
            .boolean("disable_resolution_fuzzy_match") { $0.disableResolutionFuzzyMatch },
            .moment("created_at") { $0.createdAt },
            .moment("updated_at") { $0.updatedAt },
        ])

    static let timeouts = Definition<ModelConfig>(
        name: "TimeoutConfig",
        members: [
            .integer("request_timeout") { $0.requestTimeoutSeconds },
            .integer("stream_request_timeout") { $0.streamRequestTimeoutSeconds },
        ])
}

extension Definitions {
    /// Described only: a price writes itself, in the digits in which it was given.
    static let price = Definition<Price>(
        name: "Price",
        members: [Member("per_request_price", .number) { _, _ in nil }]
            + Price.Part.allCases.flatMap { part in
                [
                    Member("\(part.rawValue)_price", .number) { _, _ in nil },
                    Member("\(part.rawValue)_price_unit", .integer) { _, _ in nil },
                ]
            } + [Member("conditional_prices", .list(.object)) { _, _ in nil }])
}
