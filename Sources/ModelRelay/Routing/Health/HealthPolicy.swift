internal import Directory

/// How long what lasts, in milliseconds. The defaults are the incumbent's where it has any.
struct HealthPolicy: Sendable, Hashable {
    /// A ban's length, before its tenth more or less.
    var ban: Int64 = 5 * 60_000
    /// However often a channel fails its trials, it is banned no longer than this (and a tenth).
    var longestBan: Int64 = 60 * 60_000
    /// The least time between two warnings of one kind about a channel and model.
    var warning: Int64 = 15 * 60_000
    /// From a ban to its first trial; twice as long after each that fails.
    var trial: Int64 = 30_000
    var longestTrialPause: Int64 = 5 * 60_000
    /// A trial of which nothing was heard for so long is made anew.
    var trialLease: Int64 = 2 * 60_000
    /// The longest that an upstream's `Retry-After` keeps a channel closed. Some name a day where their quota is one of a day, and a
    /// wrong one must not take a channel out of service for so long.
    var longestClosure: Int64 = 10 * 60_000
    /// How many requests are let through to a channel whose ban ran out untested; it serves again when as many went well.
    var permits = 3
    /// Permits of which nothing was heard for so long are granted anew.
    var permitLease: Int64 = 2 * 60_000
    /// What is not used for so long is forgotten.
    var memory: Int64 = 15 * 60_000
    /// Weight of the newest measurement in the mean time to the first byte.
    var smoothing = 0.2

    /// How long the ban is that follows so many failed trials.
    func banMilliseconds(failedTrials: Int, using random: inout some RandomNumberGenerator) -> Int64 {
        let length = min(self.ban << min(failedTrials, 10), self.longestBan)
        return length + Int64.random(in: -length / 10...length / 10, using: &random)
    }

    func trialPause(failedTrials: Int) -> Int64 { min(self.trial << min(failedTrials, 10), self.longestTrialPause) }
}

/// What the operator says of a channel's failures.
struct HealthRules: Sendable, Hashable {
    /// The error rate from which on it is banned; 0 = never.
    var maximumErrorRate = 0.0
    /// The error rate from which on the operator is told.
    var warnErrorRate = HealthRules.defaultWarnErrorRate
    /// Whether one 401, 402, 403 or 404 bans it.
    var bansOnNoPermission = false

    static let defaultWarnErrorRate = 0.5

    init() {}

    /// - Parameter defaultWarnErrorRate: the option `DefaultWarnNotifyErrorRate`, for channels that name none.
    init(_ channel: Directory.Channel, defaultWarnErrorRate: Double = Self.defaultWarnErrorRate) {
        self.maximumErrorRate = channel.maxErrorRate
        self.warnErrorRate = channel.warnErrorRate > 0 ? channel.warnErrorRate : defaultWarnErrorRate
        self.bansOnNoPermission = channel.bansOnNoPermission
    }
}
