/// Who pays for a call, with what the directory knows of their limits.
public struct Payer: Sendable, Hashable {
    public var groupID: String
    /// 0 for the internal group's key.
    public var tokenID: Int64
    public var tokenName: String
    /// The operator's own group: recorded, never refused.
    public var isInternal: Bool
    public var quota: TokenQuota

    public init(groupID: String, tokenID: Int64, tokenName: String, isInternal: Bool, quota: TokenQuota) {
        self.groupID = groupID
        self.tokenID = tokenID
        self.tokenName = tokenName
        self.isInternal = isInternal
        self.quota = quota
    }
}

/// What a token may spend, and what it had spent when the directory was read.
public struct TokenQuota: Sendable, Hashable {
    public enum Period: String, Sendable, Hashable { case daily, weekly, monthly }

    /// The most it may ever spend; zero = no limit.
    public var lifetime = Money.zero
    /// The most it may spend in a period; zero = no limit.
    public var perPeriod = Money.zero
    public var period = Period.monthly
    /// When the current period began, milliseconds since 1970; 0 = at the token's first call.
    public var periodStart: Int64 = 0
    /// What had been spent before the current period began.
    public var usedAtPeriodStart = Money.zero
    /// What the database says was spent; the ledger counts on from here.
    public var used = Money.zero

    public init() {}
}
