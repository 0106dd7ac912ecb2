internal import Ledger
internal import Storage
internal import Wire

extension Definitions {
    /// A row of the log; with the bodies where they were asked for.
    static let log = Definition<StoredLog>(
        name: "Log",
        members: [
            .integer("id") { $0.id },
            .moment("request_at") { $0.call.requestAt },
            .moment("retry_at") { $0.call.retryAt ?? 0 },
            .moment("created_at") { $0.call.createdAt },
            .integer("ttfb_milliseconds") { $0.call.ttfbMilliseconds },
            .string("group") { $0.call.groupID },
            .integer("token_id") { $0.call.tokenID },
            .string("token_name") { $0.call.tokenName },
            .string("model") { $0.call.model },
            .integer("channel") { $0.call.channelID },
            .integer("code") { $0.call.code },
            .integer("mode") { $0.call.mode.number },
            .string("endpoint") { $0.call.endpoint },
            .string("content") { $0.call.content },
            .string("ip") { $0.call.clientAddress },
            .integer("retry_times") { $0.call.retryTimes },
            .string("request_id") { $0.call.requestID.description },
            .string("upstream_id") { $0.call.upstreamID },
            .integer("async_usage_status") { $0.call.asyncUsageStatus },
            Member("price", .reference("Price")) { value, _ in storedObject(value.call.price) },
            .nested("usage", Definitions.usage) { $0.call.usage },
            .nested("usage_context", Definitions.usageContext) { $0.call.usageContext },
            .nested("amount", Definitions.amount) { $0.call.amount },
            .string("service_tier") { $0.call.usageContext.serviceTier },
            .string("user") { $0.call.user },
            Member("metadata", .map(.string)) { value, _ in storedObject(value.call.metadata) },
            .string("prompt_cache_key") { $0.call.promptCacheKey },
            .nested("request_detail", Definitions.requestDetail) { $0.call.detail == nil ? nil : $0 },
        ])

    /// The bodies of a call, empty where none were kept.
    static let requestDetail = Definition<StoredLog>(
        name: "RequestDetail",
        members: [
            .integer("id") { $0.id },
            .integer("log_id") { $0.id },
            .string("request_body") { $0.call.detail?.requestBody ?? "" },
            .string("response_body") { $0.call.detail?.responseBody ?? "" },
            .boolean("request_body_truncated") { $0.call.detail?.requestBodyIsTruncated ?? false },
            .boolean("response_body_truncated") { $0.call.detail?.responseBodyIsTruncated ?? false },
        ])

    /// An object that is kept as text; empty where there is none.
    private static func storedObject(_ text: String) -> JSON {
        guard !text.isEmpty, let value = try? JSON.parse(text), case .object = value else { return .object(JSONObject()) }
        return value
    }
}

extension Definitions {
    static let usage = Definition<Usage>(
        name: "Usage",
        members: [
            .integer("input_tokens") { $0.input },
            .integer("image_input_tokens") { $0.imageInput },
            .integer("audio_input_tokens") { $0.audioInput },
            .integer("video_input_tokens") { $0.videoInput },
            .integer("output_tokens") { $0.output },
            .integer("image_output_tokens") { $0.imageOutput },
            .integer("audio_output_tokens") { $0.audioOutput },
            .integer("cached_tokens") { $0.cached },
            .integer("cache_creation_tokens") { $0.cacheCreation },
            .integer("reasoning_tokens") { $0.reasoning },
            .integer("total_tokens") { $0.total },
            .integer("web_search_count") { $0.webSearchCount },
        ])
}

extension Definitions {
    static let usageContext = Definition<UsageContext>(
        name: "UsageContext",
        members: [
            .string("resolution") { $0.resolution },
            .string("native_resolution") { $0.nativeResolution },
            .string("quality") { $0.quality },
            .string("service_tier") { $0.serviceTier },
            .boolean("input_media") { $0.inputMedia },
            .boolean("input_video") { $0.inputVideo },
            .boolean("output_audio") { $0.outputAudio },
        ])
}

extension Definitions {
    static let amount = Definition<Amount>(
        name: "Amount",
        members: [
            part("input_amount") { $0.input },
            part("image_input_amount") { $0.imageInput },
            part("audio_input_amount") { $0.audioInput },
            part("video_input_amount") { $0.videoInput },
            part("output_amount") { $0.output },
            part("image_output_amount") { $0.imageOutput },
            part("audio_output_amount") { $0.audioOutput },
            part("cached_amount") { $0.cached },
            part("cache_creation_amount") { $0.cacheCreation },
            part("web_search_amount") { $0.webSearch },
            part("used_amount") { $0.used },
        ])

    private static func part(_ name: String, _ read: @escaping @Sendable (Amount) -> Money) -> Member<Amount> {
        Member(name, .number) { value, _ in read(value).json }
    }
}

extension Definitions {
    /// A page of the log of all groups.
    static let logs = Definition<LogPage>(name: "Logs", members: pageMembers)

    /// A page of the log of one group.
    static let groupLogs = Definition<LogPage>(
        name: "GroupLogs", members: pageMembers + [.strings("token_names") { $0.tokenNames }])

    private static let pageMembers: [Member<LogPage>] = [
        .integer("total") { $0.total },
        Member("logs", .list(.reference("Log"))) { page, presentation in
            .array(page.logs.map { Definitions.log.json($0, presentation) })
        },
        .strings("models") { $0.models },
        Member("channels", .list(.integer)) { page, _ in .array(page.channels.map { JSON.integer($0) }) },
    ]
}
