/// The channels of one model, chosen one after the other for one request.
///
/// A channel that failed is not chosen again as long as there is another. Among the others the first of these classes that has any counts,
/// and within it the strategy:
///
/// 1. serves, or has a permit on probation, with an error rate of at most 0.85; of these a backup only where there is no other,
/// 2. the same whatever the error rate,
/// 3. banned.
///
/// One that its upstream closed by `Retry-After` is in none of them until then. Where there is none left, the best of those that failed
/// is asked again after its pause, unless it refused its credential; or one that is closed for a short time only. A request that can't
/// be served for longer is refused at once, with the time told, rather than kept among many until all go out together.
struct RouteChoice: Sendable {
    /// What to do next.
    enum Pick: Sendable, Hashable {
        /// Ask the candidate at that place.
        case call(Int, RoutePass)
        /// Ask again then, milliseconds; nothing can be done before.
        case wait(until: Int64)
        /// No channel is left. The time is when the first one opens that its upstream closed, where there is such.
        case exhausted(opensAt: Int64?)
    }

    /// With a rate above this a channel is asked only where there is no other.
    static let highestErrorRate = 0.85
    /// A longer wait is the last resort, and only for a channel that this request was sent to before.
    static let shortWait: Int64 = 5000

    let candidates: [RouteCandidate]
    let strategy: RoutingStrategy
    /// Whether the one candidate was named by the request and is asked whatever its state.
    let isPinned: Bool
    /// The channel that probably holds the prompt's cache.
    private let preferred: Int64?
    /// The channel that the last request's turn went to (round robin).
    private let lastTurn: Int64?
    /// By place, filled with the first failure.
    private var attempts: [Attempts] = []

    /// What this request has behind it with a candidate.
    private struct Attempts: Sendable {
        var failures = 0
        /// It can't do better in this request.
        var isLasting = false
        /// Not to be asked again before, milliseconds.
        var pausedUntil: Int64 = 0
        /// Others were quicker with its last permit.
        var lacksPermit = false
    }

    /// - Parameters:
    ///   - candidates: by ascending id.
    ///   - preferred: the id of the channel that probably holds the prompt's cache.
    ///   - lastTurn: the id that the last request's first choice was, for `roundRobin`.
    init(
        _ candidates: [RouteCandidate], strategy: RoutingStrategy = .weighted, preferred: Int64? = nil, lastTurn: Int64? = nil
    ) {
        self.candidates = candidates
        self.strategy = strategy
        self.isPinned = false
        self.preferred = preferred
        self.lastTurn = lastTurn
    }

    /// The choice where the request names the channel, or follows one that was answered there.
    init(pinned candidate: RouteCandidate) {
        self.candidates = [candidate]
        self.strategy = .weighted
        self.isPinned = true
        self.preferred = nil
        self.lastTurn = nil
    }

    /// Where the turn stands; after a failure within this request the turn goes on behind the one that failed, since that is tried.
    var lastTurnID: Int64 { self.lastTurn ?? .min }
    var needsLatency: Bool { self.strategy == .leastLatency }

    // MARK: The next one

    /// - Parameters:
    ///   - conditions: one for each candidate; empty = all are sound.
    ///   - latest: when, at the latest, an attempt may still begin, milliseconds.
    func next(
        _ conditions: [ChannelCondition], at now: Int64, latest: Int64, using random: inout some RandomNumberGenerator
    ) -> Pick {
        if self.isPinned, self.attempts.isEmpty {
            let isServing = self.condition(0, conditions).standing == .serving
            return .call(0, RoutePass(kind: isServing ? .ordinary : .forced, grantedAt: now))
        }
        for level in 0..<Level.count {
            for backup in 0..<2 {
                let place = self.chosen(conditions, at: now, using: &random) {
                    self.candidates[$0].isBackup == (backup == 1) && self.isUntried($0)
                        && self.isEligible($0, conditions, on: level, at: now)
                }
                guard let place else { continue }
                return .call(place, RoutePass(kind: self.kind(place, conditions), grantedAt: now))
            }
        }
        return self.again(conditions, at: now, latest: latest)
    }

    /// The classes without their backups, the best first.
    private enum Level {
        static let sound = 0
        static let anyErrorRate = 1
        static let banned = 2
        static let count = 3
    }

    private func isEligible(_ place: Int, _ conditions: [ChannelCondition], on level: Int, at now: Int64) -> Bool {
        if conditions.isEmpty { return true }
        let condition = self.standingCondition(place, conditions)
        guard !condition.isClosed(at: now) else { return false }
        return switch level {
        case Level.sound: condition.standing != .banned && condition.errorRate <= Self.highestErrorRate
        case Level.anyErrorRate: condition.standing != .banned
        default: true
        }
    }

    private func kind(_ place: Int, _ conditions: [ChannelCondition]) -> RoutePass.Kind {
        switch self.standingCondition(place, conditions).standing {
        case .serving: .ordinary
        case .probation: .permit
        case .banned: .forced
        }
    }

    func condition(_ place: Int, _ conditions: [ChannelCondition]) -> ChannelCondition {
        place < conditions.count ? conditions[place] : .sound
    }

    /// The condition, banned where the last permit went to another request.
    private func standingCondition(_ place: Int, _ conditions: [ChannelCondition]) -> ChannelCondition {
        var condition = self.condition(place, conditions)
        if condition.standing == .probation, place < self.attempts.count, self.attempts[place].lacksPermit {
            condition.standing = .banned
        }
        return condition
    }

    private func isUntried(_ place: Int) -> Bool {
        self.attempts.isEmpty || (self.attempts[place].failures == 0 && !self.attempts[place].isLasting)
    }

    private func chosen(
        _ conditions: [ChannelCondition], at now: Int64, using random: inout some RandomNumberGenerator,
        where isEligible: (Int) -> Bool
    ) -> Int? {
        if let preferred, self.attempts.isEmpty,
            let place = self.candidates.firstIndex(where: { $0.id == preferred }), isEligible(place),
            self.condition(place, conditions).standing == .serving,
            self.condition(place, conditions).errorRate <= Self.highestErrorRate,
            self.strategy != .tiers || self.candidates[place].tier == self.highestTier(where: isEligible)
        {
            return place
        }
        return self.byStrategy(conditions, using: &random, where: isEligible)
    }

    // MARK: What became of it

    /// The candidate at that place failed.
    ///
    /// - Parameter pause: how long it may not be asked again, milliseconds.
    mutating func failed(_ place: Int, isLasting: Bool, pause: Int64, at now: Int64) {
        self.prepareAttempts()
        self.attempts[place].failures += 1
        if isLasting { self.attempts[place].isLasting = true }
        self.attempts[place].pausedUntil = now + pause
    }

    /// How often the candidate at that place failed in this request.
    func failures(of place: Int) -> Int { self.attempts.isEmpty ? 0 : self.attempts[place].failures }

    /// Another request was quicker to take the last permit of the candidate at that place.
    mutating func lacksPermit(_ place: Int) {
        self.prepareAttempts()
        self.attempts[place].lacksPermit = true
    }

    private mutating func prepareAttempts() {
        if self.attempts.isEmpty { self.attempts = Array(repeating: Attempts(), count: self.candidates.count) }
    }

    // MARK: Once more

    /// The best of those that failed or are closed: none for which one has to wait long where another can be asked sooner, then the
    /// lowest error rate, then the soonest.
    private func again(_ conditions: [ChannelCondition], at now: Int64, latest: Int64) -> Pick {
        var best: (place: Int, isLong: Bool, errorRate: Double, opensAt: Int64)?
        var opensAt: Int64?
        for place in self.candidates.indices {
            let condition = self.condition(place, conditions)
            if condition.isClosed(at: now) { opensAt = min(opensAt ?? .max, condition.closedUntil) }
            let attempts = self.attempts.isEmpty ? Attempts() : self.attempts[place]
            let time = max(condition.closedUntil, attempts.pausedUntil, now)
            guard !attempts.isLasting, time <= latest, self.isPinned || Self.mayBeAskedAgain(condition) else { continue }
            let isLong = time - now > Self.shortWait
            guard !isLong || attempts.failures > 0 else { continue }
            let offer = (place: place, isLong: isLong, errorRate: condition.errorRate, opensAt: time)
            if let known = best, !Self.isBetter(offer, known) { continue }
            best = offer
        }
        guard let best else { return .exhausted(opensAt: opensAt) }
        guard best.opensAt <= now else { return .wait(until: best.opensAt) }
        let isServing = self.condition(best.place, conditions).standing == .serving
        return .call(best.place, RoutePass(kind: isServing ? .ordinary : .forced, grantedAt: now))
    }

    private static func mayBeAskedAgain(_ condition: ChannelCondition) -> Bool {
        condition.standing == .serving && condition.errorRate <= Self.highestErrorRate
    }

    private static func isBetter(
        _ offer: (place: Int, isLong: Bool, errorRate: Double, opensAt: Int64),
        _ other: (place: Int, isLong: Bool, errorRate: Double, opensAt: Int64)
    ) -> Bool {
        if offer.isLong != other.isLong { return other.isLong }
        if offer.errorRate != other.errorRate { return offer.errorRate < other.errorRate }
        return offer.opensAt < other.opensAt
    }
}
