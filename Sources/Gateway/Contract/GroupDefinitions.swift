internal import Directory
internal import Ledger
internal import Storage
internal import Wire

extension Definitions {
    /// A group with what was counted for it.
    static let group = Definition<StoredGroup>(
        name: "Group",
        members: [
            .string("id") { $0.group.id },
            .integer("status") { $0.group.status.number },
            .number("rpm_ratio") { $0.group.rpmRatio },
            .number("tpm_ratio") { $0.group.tpmRatio },
            .strings("available_sets") { $0.group.availableSets },
            .boolean("balance_alert_enabled") { $0.group.balanceAlertEnabled },
            .number("balance_alert_threshold") { $0.group.balanceAlertThreshold },
            Member("used_amount", .number) { value, _ in value.usedAmount.json },
            .integer("request_count") { $0.requestCount },
            .moment("created_at") { $0.group.createdAt },
            .moment("accessed_at") { $0.accessedAt },
        ])
}

/// A token as an answer shows it.
struct ShownToken: Sendable {
    let stored: StoredToken
    /// The whole key, where it may be shown.
    let key: String?
}

extension Definitions {
    static let token = Definition<ShownToken>(
        name: "Token",
        members: [
            .integer("id") { $0.stored.token.id },
            .string("key") { $0.key ?? $0.stored.token.keyPrefix + SecretMask.mask("key") },
            .string("name") { $0.stored.token.name },
            .string("group") { $0.stored.token.groupID },
            .integer("status") { $0.stored.token.status.number },
            .strings("subnets") { $0.stored.token.subnets },
            .strings("models") { $0.stored.token.models },
            Member("quota", .number) { value, _ in value.stored.token.quota.lifetime.json },
            Member("period_quota", .number) { value, _ in value.stored.token.quota.perPeriod.json },
            .string("period_type") { $0.stored.token.quota.period.rawValue },
            .moment("period_last_update_time") { $0.stored.token.quota.periodStart },
            Member("period_last_update_amount", .number) { value, _ in value.stored.token.quota.usedAtPeriodStart.json },
            Member("used_amount", .number) { value, _ in value.stored.usedAmount.json },
            .integer("request_count") { $0.stored.requestCount },
            .moment("created_at") { $0.stored.token.createdAt },
            .moment("accessed_at") { $0.stored.accessedAt },
        ])
}
