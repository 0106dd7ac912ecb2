/// The health of channels by model, bounded in number.
///
/// Each new pair also inspects two slots in turn and frees those that have long been idle. Where the table is full all the same, the
/// next pair that isn't banned makes room; what is lost with it is at most two minutes of counts.
struct HealthTable: Sendable {
    private struct Key: Hashable {
        let model: String
        let channelID: Int64
    }

    let policy: HealthPolicy
    private let maximumPairs: Int
    private var places: [Key: Int] = [:]
    private var keys: [Key?] = []
    private var pairs: [PairHealth] = []
    private var free: [Int] = []
    private var hand = 0

    /// Until when, at the latest, any pair is other than sound, as far as can be told now; `Int64.max` where one is banned. From then on
    /// nobody has to look at the table for a choice that asks for no latency.
    private(set) var troubledUntil: Int64 = 0

    init(policy: HealthPolicy = HealthPolicy(), maximumPairs: Int) {
        self.policy = policy
        self.maximumPairs = max(maximumPairs, 1)
    }

    /// How many pairs are remembered.
    var count: Int { self.places.count }

    // MARK: Reading

    func condition(ofModel model: String, channelID: Int64, at now: Int64) -> ChannelCondition {
        guard let place = self.places[Key(model: model, channelID: channelID)] else { return .sound }
        return self.pairs[place].condition(at: now, policy: self.policy)
    }

    /// Each pair of which something is known, in no order.
    func states(at now: Int64) -> [ChannelHealthState] {
        self.places.map { ChannelHealthState(model: $0.model, channelID: $0.channelID, self.pairs[$1], at: now) }
    }

    // MARK: Calls

    mutating func takePermit(model: String, channelID: Int64, at now: Int64) -> Bool {
        guard let place = self.places[Key(model: model, channelID: channelID)] else { return true }
        return self.pairs[place].takePermit(at: now, policy: self.policy)
    }

    mutating func ended(
        _ outcome: AttemptOutcome, pass: RoutePass, model: String, channelID: Int64, rules: HealthRules,
        retryAfterMilliseconds: Int64?, at now: Int64, using random: inout some RandomNumberGenerator
    ) -> HealthNotice? {
        // What tells nothing is not worth a place.
        if outcome.effect == .nothing, self.places[Key(model: model, channelID: channelID)] == nil { return nil }
        let place = self.place(model: model, channelID: channelID, at: now)
        if let milliseconds = retryAfterMilliseconds {
            self.pairs[place].close(milliseconds: milliseconds, policy: self.policy, at: now)
        }
        // The common case: nothing changes for the worse, and nobody is to be told.
        let isGood = outcome == .succeeded && self.pairs[place].isServing && retryAfterMilliseconds == nil
        let rate = isGood ? 0 : self.pairs[place].counts(at: now).rate
        let kind = self.pairs[place].ended(
            outcome, pass: pass, rules: rules, policy: self.policy, at: now, using: &random)
        return isGood ? nil : self.changed(place, kind, rateBefore: rate, at: now)
    }

    mutating func measured(firstByteMilliseconds: Int64, model: String, channelID: Int64, at now: Int64) {
        let place = self.place(model: model, channelID: channelID, at: now)
        self.pairs[place].measured(firstByteMilliseconds: firstByteMilliseconds, policy: self.policy)
    }

    // MARK: Recovery

    /// The pairs whose trial is due, at most so many; each is the caller's to try, or to call impossible.
    mutating func takeTrials(at now: Int64, limit: Int) -> [HealthTrial] {
        guard self.troubledUntil == .max else { return [] }
        var trials: [HealthTrial] = []
        for (key, place) in self.places where trials.count < limit {
            if self.pairs[place].takeTrial(at: now, policy: self.policy) {
                trials.append(HealthTrial(model: key.model, channelID: key.channelID))
            }
        }
        return trials
    }

    mutating func trialEnded(
        _ outcome: AttemptOutcome, of trial: HealthTrial, at now: Int64, using random: inout some RandomNumberGenerator
    ) -> HealthNotice? {
        guard let place = self.places[Key(model: trial.model, channelID: trial.channelID)] else { return nil }
        let kind = self.pairs[place].trialEnded(outcome, policy: self.policy, at: now, using: &random)
        return self.changed(place, kind, rateBefore: 0, at: now)
    }

    mutating func trialIsImpossible(_ trial: HealthTrial) {
        guard let place = self.places[Key(model: trial.model, channelID: trial.channelID)] else { return }
        self.pairs[place].trialIsImpossible()
    }

    // MARK: The operator

    /// Forgets what is held against those pairs: bans, errors, closures.
    mutating func clear(model: String? = nil, channelID: Int64? = nil, at now: Int64) {
        for (key, place) in self.places where (model ?? key.model) == key.model && (channelID ?? key.channelID) == key.channelID {
            self.pairs[place].clear(at: now)
        }
        self.lookForTrouble(at: now)
    }

    // MARK: Places

    private mutating func changed(_ place: Int, _ kind: HealthNotice.Kind?, rateBefore: Double, at now: Int64) -> HealthNotice? {
        self.troubledUntil = max(self.troubledUntil, self.pairs[place].troubledUntil(at: now))
        if kind == .recovered { self.lookForTrouble(at: now) }
        guard let kind, let key = self.keys[place] else { return nil }
        return HealthNotice(
            kind: kind, model: key.model, channelID: key.channelID,
            errorRate: max(self.pairs[place].counts(at: now).rate, rateBefore))
    }

    private mutating func lookForTrouble(at now: Int64) {
        self.troubledUntil = self.places.values.reduce(0) { max($0, self.pairs[$1].troubledUntil(at: now)) }
    }

    private mutating func place(model: String, channelID: Int64, at now: Int64) -> Int {
        let key = Key(model: model, channelID: channelID)
        if let place = self.places[key] { return place }
        for _ in 0..<2 { self.forgetNextIfIdle(at: now) }
        if self.places.count >= self.maximumPairs { self.makeRoom() }
        let place: Int
        if let reused = self.free.popLast() {
            place = reused
            self.pairs[place] = PairHealth(at: now)
            self.keys[place] = key
        } else {
            place = self.pairs.count
            self.pairs.append(PairHealth(at: now))
            self.keys.append(key)
        }
        self.places[key] = place
        return place
    }

    private mutating func forgetNextIfIdle(at now: Int64) {
        guard !self.keys.isEmpty else { return }
        self.hand = self.hand + 1 < self.keys.count ? self.hand + 1 : 0
        if self.keys[self.hand] != nil, self.pairs[self.hand].isIdle(at: now, policy: self.policy) { self.forget(self.hand) }
    }

    /// Forgets the next pair that serves, or where none of the next 32 does, the next.
    private mutating func makeRoom() {
        var victim: Int?
        for _ in 0..<min(32, self.keys.count) {
            self.hand = self.hand + 1 < self.keys.count ? self.hand + 1 : 0
            guard self.keys[self.hand] != nil else { continue }
            victim = victim ?? self.hand
            if self.pairs[self.hand].isServing {
                victim = self.hand
                break
            }
        }
        // There is one among the slots, but not for certain among those that were looked at.
        if let victim = victim ?? self.places.values.first { self.forget(victim) }
    }

    private mutating func forget(_ place: Int) {
        guard let key = self.keys[place] else { return }
        self.places[key] = nil
        self.keys[place] = nil
        self.free.append(place)
    }
}
