/// Something that the operator is told about a channel.
public struct HealthNotice: Sendable, Hashable {
    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// Its error rate reached the rate of warning.
        case warned
        /// It refused its credential, its account or the model, and isn't banned for it.
        case notPermitted
        /// It is banned until then, milliseconds since 1970.
        case banned(BanReason, until: Int64)
        /// A trial failed; it stays banned until then, milliseconds since 1970.
        case trialFailed(until: Int64)
        /// It serves again.
        case recovered
    }

    public var kind: Kind
    public var model: String
    public var channelID: Int64
    /// The share of errors in the last two minutes when it happened, 0 to 1.
    public var errorRate: Double
}

/// Why a channel is banned for a model.
public enum BanReason: String, Sendable, Hashable {
    /// Its error rate reached what the operator allows it.
    case errorRate = "error_rate"
    /// It refused its credential, its account or the model.
    case noPermission = "no_permission"
    /// It failed while it was let back.
    case relapse
}
