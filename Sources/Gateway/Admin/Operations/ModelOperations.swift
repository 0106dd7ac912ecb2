internal import Directory
internal import HTTPTypes
internal import Ledger
internal import Storage
internal import Wire

extension OperationTable {
    private static let config = MemberType.reference(Definitions.modelConfig.name)
    private static let configs = MemberType.page(member: "configs", of: config)
    private static let members = Definitions.modelConfig.description.members

    static let modelOperations: [Operation] = [
        Operation(
            .get, "/model_configs/", "Lists the configurations of models.",
            query: [Parameter("model", .string, "The name.")] + Parameter.paging, answer: configs
        ) { call, services in
            try await page(
                services.store.modelConfigs.list(model: call.query.text("model"), page: call.query.page()), call, services)
        },
        Operation(
            .get, "/model_configs/search", "Searches the configurations of models.",
            query: [Parameter.keyword, Parameter("model", .string, "The name."), Parameter("owner", .string, "The owner.")]
                + Parameter.paging, answer: configs
        ) { call, services in
            try await page(
                services.store.modelConfigs.search(
                    keyword: call.query.text("keyword"), model: call.query.text("model"), owner: call.query.text("owner"),
                    page: call.query.page()), call, services)
        },
        Operation(.get, "/model_configs/all", "Shows the configurations of all models.", answer: .list(config)) {
            call, services in
            list(try await services.store.modelConfigs.all(), call, services)
        },
        Operation(
            .post, "/model_configs/contains", "Shows the configurations of those of the models that have one.",
            body: .object("Models", [("models", .list(.string))]), answer: .list(config),
            changesDirectory: false
        ) { call, services in
            let body = try call.object()
            let names = try body.required("models", "an array of names", body.strings("models"))
            guard names.count <= 1000 else { throw body.wrong("models", expected: "at most 1000 names") }
            return list(try await services.store.modelConfigs.byNames(names), call, services)
        },
        Operation(
            .post, "/model_configs/", "Stores configurations, all or none, in place of those that are there.",
            body: .objects("SaveModelConfig", members)
        ) { call, services in
            var configs: [ModelConfig] = []
            for body in try call.objects() { configs.append(try config(body, model: nil)) }
            if !configs.isEmpty { services.applied(try await services.store.modelConfigs.save(configs)) }
            return .null
        },
        Operation(.post, "/model_configs/batch_delete", "Deletes configurations.", body: .list(.string)) { call, services in
            services.applied(try await services.store.modelConfigs.delete(call.texts()))
            return .null
        },
        Operation(.get, "/model_config/{model...}", "Shows a model's configuration.", answer: config) { call, services in
            Definitions.modelConfig.json(
                try await services.store.modelConfigs.get(call.text("model")), services.presentation(for: call))
        },
        Operation(
            .post, "/model_config/{model...}", "Stores a model's configuration, in place of the one that is there.",
            body: .object("SaveModelConfig", members)
        ) { call, services in
            services.applied(try await services.store.modelConfigs.save(try config(try call.object(), model: call.text("model"))))
            return .null
        },
        Operation(.delete, "/model_config/{model...}", "Deletes a model's configuration.") { call, services in
            services.applied(try await services.store.modelConfigs.delete(call.text("model")))
            return .null
        },
    ]

    private static func list(_ configs: [ModelConfig], _ call: AdminCall, _ services: AdminServices) -> JSON {
        let presentation = services.presentation(for: call)
        return .array(configs.map { Definitions.modelConfig.json($0, presentation) })
    }

    private static func page(_ listing: Listing<ModelConfig>, _ call: AdminCall, _ services: AdminServices) -> JSON {
        let presentation = services.presentation(for: call)
        return listing.json("configs") { Definitions.modelConfig.json($0, presentation) }
    }

    /// The configuration of a body; the path names the model where it has one.
    private static func config(_ body: BodyObject, model: String?) throws -> ModelConfig {
        let name = try model ?? body.required("model", "a text", body.string("model"))
        var config = ModelConfig(model: name, createdAt: 0)
        config.owner = try body.string("owner") ?? ""
        config.type = CallMode(number: try body.integer("type", in: 0...10_000) ?? 0)
        config.config = try body.object("config") ?? JSONObject()
        config.plugin = try body.object("plugin") ?? JSONObject()
        config.price = try Price(json: try body.object("price") ?? JSONObject())
        try readLimits(body, into: &config)
        config.excludeFromTests = try body.boolean("exclude_from_tests") ?? false
        config.forceSaveDetail = try body.boolean("force_save_detail") ?? false
        config.allowedResolutions = try body.strings("allowed_resolutions") ?? []
        config.summaryServiceTier = try body.boolean("summary_service_tier") ?? false
        config.summaryClaudeLongContext = try body.boolean("summary_claude_long_context") ?? false
        config.disableResolutionFuzzyMatch = try body.boolean("disable_resolution_fuzzy_match") ?? false
        return config
    }

    private static func readLimits(_ body: BodyObject, into config: inout ModelConfig) throws {
        let counts: ClosedRange<Int64> = 0...1_000_000_000_000
        config.rpm = try body.integer("rpm", in: counts) ?? 0
        config.tpm = try body.integer("tpm", in: counts) ?? 0
        config.retryTimes = try body.integer("retry_times", in: 0...100) ?? 0
        let timeouts = BodyObject(try body.object("timeout_config") ?? JSONObject(), path: "timeout_config.")
        config.requestTimeoutSeconds = try timeouts.integer("request_timeout", in: 0...86_400) ?? 0
        config.streamRequestTimeoutSeconds = try timeouts.integer("stream_request_timeout", in: 0...86_400) ?? 0
        config.maxImageGenerationCount = try body.integer("max_image_generation_count", in: counts) ?? 0
        config.maxVideoGenerationSeconds = try body.integer("max_video_generation_seconds", in: counts) ?? 0
        config.maxVideoGenerationCount = try body.integer("max_video_generation_count", in: counts) ?? 0
        config.requestBodyStorageMaxSize = try body.integer("request_body_storage_max_size", in: -1...(16 << 20)) ?? 0
        config.responseBodyStorageMaxSize = try body.integer("response_body_storage_max_size", in: -1...(16 << 20)) ?? 0
    }
}
