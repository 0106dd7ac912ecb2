internal import Directory
internal import Ledger
internal import Storage
internal import Wire

extension Definitions {
    /// A channel with what was counted for it. Its key is masked unless keys are shown.
    static let channel = Definition<StoredChannel>(name: "Channel", members: channelSettings + channelCounts)

    private static let channelSettings: [Member<StoredChannel>] = [
        .integer("id") { $0.channel.id },
        .integer("type") { $0.channel.type },
        .string("name") { $0.channel.name },
        Member("key", .string) { value, presentation in .string(presentation.secret(value.channel.key)) },
        .string("base_url") { $0.channel.baseURL },
        Member("proxy_url", .string) { value, presentation in
            .string(presentation.showsSecrets ? value.channel.proxyURL : SecretMask.maskURL(value.channel.proxyURL))
        },
        .strings("models") { $0.channel.models },
        .texts("model_mapping") { $0.channel.modelMapping },
        .integer("priority") { $0.channel.priority },
        .integer("status") { $0.channel.status.number },
        .strings("sets") { $0.channel.sets },
        Member("configs", .object) { value, presentation in
            .object(presentation.showsSecrets ? value.channel.configs : SecretMask.maskCredentials(value.channel.configs))
        },
        .boolean("skip_tls_verify") { $0.channel.skipsTLSVerification },
        .boolean("enabled_no_permission_ban") { $0.channel.bansOnNoPermission },
        .number("warn_error_rate") { $0.channel.warnErrorRate },
        .number("max_error_rate") { $0.channel.maxErrorRate },
        .boolean("enabled_auto_balance_check") { $0.channel.checksBalance },
        .number("balance_threshold") { $0.channel.balanceThreshold },
    ]

    private static let channelCounts: [Member<StoredChannel>] = [
        .number("balance") { $0.channel.balance },
        .moment("balance_updated_at") { $0.channel.balanceUpdatedAt },
        Member("used_amount", .number) { value, _ in value.usedAmount.json },
        .integer("request_count") { $0.requestCount },
        .integer("retry_count") { $0.retryCount },
        Member("channel_tests", .list(.reference(Definitions.channelTest.name))) { _, _ in .array([]) },
        .moment("last_test_error_at") { $0.channel.lastTestErrorAt },
        .moment("created_at") { $0.channel.createdAt },
        .moment("accessed_at") { $0.accessedAt },
    ]

    /// What is enough to name a channel.
    static let channelBasics = Definition<StoredChannel>(
        name: "ChannelBasicInfo",
        members: [
            .integer("id") { $0.channel.id },
            .integer("type") { $0.channel.type },
            .string("name") { $0.channel.name },
        ])
}

/// A test of a channel with what it was asked for.
struct ShownChannelTest: Sendable {
    let channel: Channel
    let model: String
    let result: ChannelTestResult
    /// Whether the upstream's answer is shown.
    var showsResponse = true
}

extension Definitions {
    static let channelTest = Definition<ShownChannelTest>(
        name: "ChannelTest",
        members: [
            .integer("channel_id") { $0.channel.id },
            .integer("channel_type") { $0.channel.type },
            .string("channel_name") { $0.channel.name },
            .string("model") { $0.model },
            .string("actual_model") { $0.result.actualModel },
            .integer("mode") { $0.result.mode.number },
            .boolean("success") { $0.result.succeeded },
            .integer("code") { $0.result.code },
            .string("response") { $0.showsResponse ? $0.result.response : "" },
            .number("took") { $0.result.tookSeconds },
            .moment("test_at") { $0.result.testedAt },
        ])

    /// One of several tests.
    static let testResult = Definition<ShownChannelTest>(
        name: "TestResult",
        members: [
            .nested("data", Definitions.channelTest) { $0 },
            .boolean("success") { $0.result.succeeded },
            .string("message") { $0.result.succeeded ? "" : $0.result.response },
        ])
}
