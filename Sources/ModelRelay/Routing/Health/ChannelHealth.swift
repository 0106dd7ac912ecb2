internal import Synchronization

/// The health of all channels, shared by all event loops.
///
/// The pairs of one model are in one shard, behind a lock of its own that is held for a few dictionary accesses. As long as nothing is
/// held against any channel of a shard, a choice reads one atomic and takes no lock.
public final class ChannelHealth: Sendable {
    private final class Shard: Sendable {
        let table: Mutex<HealthTable>
        /// The table's; written under the lock.
        let troubledUntil = Atomic<Int64>(0)

        init(_ table: HealthTable) { self.table = Mutex(table) }

        func change<Value: Sendable>(_ body: (inout HealthTable) -> Value) -> Value {
            self.table.withLock { table in
                let value = body(&table)
                self.troubledUntil.store(table.troubledUntil, ordering: .releasing)
                return value
            }
        }
    }

    private let shards: [Shard]
    private let notify: @Sendable (HealthNotice) -> Void

    /// Nothing is known of any channel.
    ///
    /// - Parameters:
    ///   - maximumPairs: how many pairs of a channel and a model are remembered.
    ///   - notify: takes what the operator is to be told: at most one warning of a kind in 15 minutes for a pair. Called on an event
    ///     loop, outside of every lock; it must return at once.
    public convenience init(maximumPairs: Int = 16_384, notify: @escaping @Sendable (HealthNotice) -> Void = { _ in }) {
        self.init(policy: HealthPolicy(), shards: 16, maximumPairs: maximumPairs, notify: notify)
    }

    init(policy: HealthPolicy, shards: Int, maximumPairs: Int, notify: @escaping @Sendable (HealthNotice) -> Void) {
        let count = max(shards, 1)
        self.shards = (0..<count).map { _ in
            Shard(HealthTable(policy: policy, maximumPairs: max(maximumPairs, count) / count))
        }
        self.notify = notify
    }

    private func shard(of model: String) -> Shard {
        self.shards[Int(UInt(bitPattern: model.hashValue) % UInt(self.shards.count))]
    }

    // MARK: Calls

    /// An attempt ended: to be told once for each that was chosen.
    ///
    /// - Parameters:
    ///   - retryAfterMilliseconds: how long the upstream asked not to be called.
    ///   - now: milliseconds since 1970.
    func ended(
        _ outcome: AttemptOutcome, pass: RoutePass, model: String, channelID: Int64, rules: HealthRules,
        retryAfterMilliseconds: Int64? = nil, at now: Int64, using random: inout some RandomNumberGenerator
    ) {
        var generator = random
        defer { random = generator }
        let notice = self.shard(of: model).change {
            $0.ended(
                outcome, pass: pass, model: model, channelID: channelID, rules: rules,
                retryAfterMilliseconds: retryAfterMilliseconds, at: now, using: &generator)
        }
        if let notice { self.notify(notice) }
    }

    /// The first byte of a success came after so long.
    func measured(firstByteMilliseconds: Int64, model: String, channelID: Int64, at now: Int64) {
        self.shard(of: model).change {
            $0.measured(firstByteMilliseconds: firstByteMilliseconds, model: model, channelID: channelID, at: now)
        }
    }

    // MARK: Recovery

    /// The pairs whose trial is due. Each is to be tried, and `trialEnded` told of; or it is called impossible.
    public func takeTrials(at now: Int64, limit: Int = 50) -> [HealthTrial] {
        var trials: [HealthTrial] = []
        for shard in self.shards where trials.count < limit {
            let left = limit - trials.count
            trials += shard.change { $0.takeTrials(at: now, limit: left) }
        }
        return trials
    }

    /// A trial brought a success (`code` 200 to 299), that status, or no answer (0).
    public func trialEnded(_ trial: HealthTrial, code: Int, at now: Int64) {
        let outcome: AttemptOutcome
        switch code {
        case 200...299: outcome = .succeeded
        case 0: outcome = .unreachable
        default: outcome = .refused(status: code)
        }
        let notice = self.shard(of: trial.model).change {
            var random = SystemRandomNumberGenerator()
            return $0.trialEnded(outcome, of: trial, at: now, using: &random)
        }
        if let notice { self.notify(notice) }
    }

    /// The pair can't be tried, or only by something that costs: a few requests will be let through when its ban is over.
    public func trialIsImpossible(_ trial: HealthTrial) {
        self.shard(of: trial.model).change { $0.trialIsImpossible(trial) }
    }

    // MARK: The operator

    /// What is known, by model, then by channel.
    public func states(at now: Int64) -> [ChannelHealthState] {
        self.shards.flatMap { shard in shard.table.withLock { $0.states(at: now) } }
            .sorted { ($0.model, $0.channelID) < ($1.model, $1.channelID) }
    }

    /// Forgets bans, errors and closures: of all, of a channel, of a model, or of one pair.
    public func clear(model: String? = nil, channelID: Int64? = nil, at now: Int64) {
        for shard in model.map({ [self.shard(of: $0)] }) ?? self.shards {
            shard.change { $0.clear(model: model, channelID: channelID, at: now) }
        }
    }

    /// How many pairs are remembered.
    var count: Int { self.shards.reduce(0) { $0 + $1.table.withLock { $0.count } } }
}

extension ChannelHealth: RouteConditions {
    func conditions(
        ofModel model: String, candidates: [RouteCandidate], needsLatency: Bool, at now: Int64
    ) -> [ChannelCondition] {
        let shard = self.shard(of: model)
        guard needsLatency || shard.troubledUntil.load(ordering: .acquiring) > now else { return [] }
        return shard.table.withLock { table in
            candidates.map { table.condition(ofModel: model, channelID: $0.id, at: now) }
        }
    }

    func takePermit(model: String, channelID: Int64, at now: Int64) -> Bool {
        self.shard(of: model).change { $0.takePermit(model: model, channelID: channelID, at: now) }
    }
}
