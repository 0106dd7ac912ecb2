/// What is known of one channel for one model, for people.
public struct ChannelHealthState: Sendable, Hashable {
    public var model: String
    public var channelID: Int64
    /// Calls of the last two minutes.
    public var requests: Int
    /// Those of them that the channel failed.
    public var errors: Int
    /// 0 to 1; 0 while there are fewer than ten calls.
    public var errorRate: Double
    public var isBanned: Bool
    /// Milliseconds since 1970; nil where it isn't banned.
    public var bannedUntil: Int64?
    public var banReason: BanReason?
    /// Whether its ban ran out untested, so that only a few requests are let through.
    public var isOnProbation: Bool
    /// Until when the upstream asked not to be called, milliseconds since 1970; nil where it doesn't.
    public var closedUntil: Int64?
    /// The mean time to the first byte, milliseconds; nil where none was measured.
    public var firstByteMilliseconds: Double?

    /// The share of errors over several channels, counted as one.
    public static func errorRate(of states: [ChannelHealthState]) -> Double {
        ErrorWindow.Counts(requests: states.reduce(0) { $0 + $1.requests }, errors: states.reduce(0) { $0 + $1.errors }).rate
    }

    init(model: String, channelID: Int64, _ pair: PairHealth, at now: Int64) {
        let counts = pair.counts(at: now)
        self.model = model
        self.channelID = channelID
        self.requests = counts.requests
        self.errors = counts.errors
        self.errorRate = counts.rate
        self.isBanned = pair.isBanned(at: now)
        self.bannedUntil = self.isBanned ? pair.bannedUntil : nil
        self.banReason = pair.reason
        self.isOnProbation = pair.isOnProbation(at: now)
        self.closedUntil = pair.closedUntil > now ? pair.closedUntil : nil
        self.firstByteMilliseconds = pair.firstByteMilliseconds
    }
}

/// A channel that is to be tried with a model, whether it can be let back.
public struct HealthTrial: Sendable, Hashable {
    public var model: String
    public var channelID: Int64
}
