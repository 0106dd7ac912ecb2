/// The state of one channel for one model, as a choice sees it.
struct ChannelCondition: Sendable, Hashable {
    /// Whether it may be asked.
    enum Standing: Sendable, Hashable {
        case serving
        /// Its ban ran out untested; a request that has a permit may go there.
        case probation
        /// It is banned, or on probation and without a permit left.
        case banned
    }

    var standing = Standing.serving
    /// 0 to 1.
    var errorRate = 0.0
    /// Until when the upstream asked not to be called, milliseconds; 0 = it didn't.
    var closedUntil: Int64 = 0
    /// The mean time to the first byte, milliseconds; nil = not known.
    var firstByteMilliseconds: Double?

    /// Nothing is known against it.
    static let sound = ChannelCondition()

    func isClosed(at now: Int64) -> Bool { self.closedUntil > now }
}

/// By what right a request goes to a channel; given back with its outcome.
struct RoutePass: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case ordinary
        /// One of the few that a channel on probation gets.
        case permit
        /// The channel is banned, and there is no other; or it was named by the client.
        case forced
    }

    var kind = Kind.ordinary
    /// When it was chosen, milliseconds. What was sent before a ban says nothing about what comes after it.
    var grantedAt: Int64
}

/// Where a choice learns how the channels of a model are. `ChannelHealth` in service, a value in tests.
protocol RouteConditions {
    /// One for each candidate, in their order; empty where all are sound.
    func conditions(
        ofModel model: String, candidates: [RouteCandidate], needsLatency: Bool, at now: Int64
    ) -> [ChannelCondition]

    /// - Returns: false where another request took the last permit, or the channel isn't on probation any more.
    func takePermit(model: String, channelID: Int64, at now: Int64) -> Bool
}
