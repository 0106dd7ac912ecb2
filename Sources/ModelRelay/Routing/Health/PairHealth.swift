/// The health of one channel for one model: what was counted, whether it is banned, and the way back.
///
/// ```
/// serving ──error rate, no permission──▶ banned ──its time is over──▶ probation
///    ▲                                    │  ▲ └─trial failed: longer─┘  │
///    └──────trial, or a forced call, went well  └────an error: longer────┤
///    └───────────────────────────────────────────every permit went well──┘
/// ```
struct PairHealth: Sendable {
    private enum Standing: Sendable, Hashable {
        case serving
        /// Probation from `until` on.
        case banned(until: Int64)
        case probation(granted: Int, succeeded: Int, since: Int64)
    }

    private var standing = Standing.serving
    private var window = ErrorWindow()
    private(set) var reason: BanReason?
    private(set) var closedUntil: Int64 = 0
    private(set) var firstByteMilliseconds: Double?
    /// When it was last banned or let back. What began earlier is not heard.
    private var changedAt = Int64.min
    private var failedTrials = 0
    private var nextTrialAt: Int64 = 0
    /// Whether it can only be let back by time.
    private(set) var isUntestable = false
    private var warnedAt = Int64.min
    private var refusalToldAt = Int64.min
    private(set) var usedAt: Int64

    init(at now: Int64) { self.usedAt = now }

    // MARK: What a choice sees

    func condition(at now: Int64, policy: HealthPolicy) -> ChannelCondition {
        ChannelCondition(
            standing: self.isBanned(at: now)
                ? .banned
                : self.standing == .serving
                    ? .serving
                    : self.hasPermit(at: now, policy: policy) ? .probation : .banned,
            errorRate: self.window.counts(at: now).rate, closedUntil: self.closedUntil,
            firstByteMilliseconds: self.firstByteMilliseconds)
    }

    /// Until when, at the latest, it is other than sound if nothing more happens.
    func troubledUntil(at now: Int64) -> Int64 {
        guard self.isServing else { return .max }
        let counts = self.window.counts(at: now)
        return counts.errors > 0 ? max(self.closedUntil, now + ErrorWindow.milliseconds) : self.closedUntil
    }

    var isServing: Bool { self.standing == .serving }

    func counts(at now: Int64) -> ErrorWindow.Counts { self.window.counts(at: now) }

    func isBanned(at now: Int64) -> Bool { self.bannedUntil.map { now < $0 } ?? false }

    var bannedUntil: Int64? { if case .banned(let until) = self.standing { until } else { nil } }

    /// Whether it is on its way back but may not have everything yet.
    func isOnProbation(at now: Int64) -> Bool { self.standing != .serving && !self.isBanned(at: now) }

    /// Whether it can be forgotten: it wasn't used for long, and is not, or no longer, banned.
    func isIdle(at now: Int64, policy: HealthPolicy) -> Bool {
        now - self.usedAt >= policy.memory && !self.isBanned(at: now)
    }

    private func hasPermit(at now: Int64, policy: HealthPolicy) -> Bool {
        guard case .probation(let granted, _, let since) = self.standing else { return true }
        return granted < policy.permits || now - since >= policy.permitLease
    }

    // MARK: Calls

    /// - Returns: whether the request may go to this channel, which is on probation, or was found sound in the meantime.
    mutating func takePermit(at now: Int64, policy: HealthPolicy) -> Bool {
        switch self.standing {
        case .serving: return true
        case .banned(let until):
            guard now >= until else { return false }
            self.standing = .probation(granted: 1, succeeded: 0, since: now)
            return true
        case .probation(let granted, let succeeded, let since):
            guard self.hasPermit(at: now, policy: policy) else { return false }
            let isRenewed = granted >= policy.permits
            self.standing = .probation(
                granted: isRenewed ? succeeded + 1 : granted + 1, succeeded: succeeded, since: isRenewed ? now : since)
            return true
        }
    }

    /// A call to it ended.
    /// - Returns: what the operator is to be told.
    mutating func ended(
        _ outcome: AttemptOutcome, pass: RoutePass, rules: HealthRules, policy: HealthPolicy, at now: Int64,
        using random: inout some RandomNumberGenerator
    ) -> HealthNotice.Kind? {
        self.usedAt = now
        guard pass.grantedAt >= self.changedAt else { return nil }
        let effect = outcome.effect
        switch self.standing {
        case .serving: return self.endedServing(effect, rules: rules, policy: policy, at: now, using: &random)
        case .banned:
            // Nothing but the one that was sent in spite of the ban tells anything new.
            guard pass.kind == .forced, effect == .success else { return nil }
            return self.recover(at: now)
        case .probation(let granted, let succeeded, let since):
            switch (effect, pass.kind) {
            case (.success, .forced): return self.recover(at: now)
            case (.success, .permit):
                guard succeeded + 1 < policy.permits else { return self.recover(at: now) }
                self.standing = .probation(granted: granted, succeeded: succeeded + 1, since: since)
            case (.error, .permit), (.noPermission, .permit):
                self.failedTrials += 1
                return self.ban(.relapse, policy: policy, at: now, using: &random)
            case (.requestFault, .permit), (.nothing, .permit):
                self.standing = .probation(granted: max(granted - 1, succeeded), succeeded: succeeded, since: since)
            default: break
            }
            return nil
        }
    }

    private mutating func endedServing(
        _ effect: AttemptOutcome.Effect, rules: HealthRules, policy: HealthPolicy, at now: Int64,
        using random: inout some RandomNumberGenerator
    ) -> HealthNotice.Kind? {
        switch effect {
        case .nothing: return nil
        case .success, .requestFault:
            self.window.count(isError: false, at: now)
            return nil
        case .error, .noPermission: self.window.count(isError: true, at: now)
        }
        if effect == .noPermission, rules.bansOnNoPermission {
            return self.ban(.noPermission, policy: policy, at: now, using: &random)
        }
        let rate = self.window.counts(at: now).rate
        if rules.maximumErrorRate > 0, rate >= rules.maximumErrorRate {
            return self.ban(.errorRate, policy: policy, at: now, using: &random)
        }
        if rules.warnErrorRate > 0, rate >= rules.warnErrorRate, Self.isDue(&self.warnedAt, every: policy.warning, at: now) {
            return .warned
        }
        if effect == .noPermission, Self.isDue(&self.refusalToldAt, every: policy.warning, at: now) { return .notPermitted }
        return nil
    }

    /// The upstream asked for time.
    mutating func close(milliseconds: Int64, policy: HealthPolicy, at now: Int64) {
        guard milliseconds > 0 else { return }
        self.usedAt = now
        self.closedUntil = max(self.closedUntil, now + min(milliseconds, policy.longestClosure))
    }

    /// The first byte of an answer that is a success came after so long.
    mutating func measured(firstByteMilliseconds: Int64, policy: HealthPolicy) {
        let newest = Double(max(firstByteMilliseconds, 0))
        self.firstByteMilliseconds = self.firstByteMilliseconds.map { $0 + policy.smoothing * (newest - $0) } ?? newest
    }

    // MARK: Recovery

    /// Whether a trial is due; then it is the caller's to make, before the lease ends.
    mutating func takeTrial(at now: Int64, policy: HealthPolicy) -> Bool {
        guard self.standing != .serving, !self.isUntestable, now >= self.nextTrialAt else { return false }
        self.nextTrialAt = now + policy.trialLease
        return true
    }

    mutating func trialEnded(
        _ outcome: AttemptOutcome, policy: HealthPolicy, at now: Int64, using random: inout some RandomNumberGenerator
    ) -> HealthNotice.Kind? {
        guard self.standing != .serving else { return nil }
        switch outcome.effect {
        case .success: return self.recover(at: now)
        case .error, .noPermission:
            self.failedTrials += 1
            guard case .banned(_, let until)? = self.ban(self.reason ?? .relapse, policy: policy, at: now, using: &random) else {
                return nil
            }
            return .trialFailed(until: until)
        case .requestFault, .nothing:
            // The trial's request isn't understood there, so that no trial will ever tell anything.
            self.isUntestable = true
            return nil
        }
    }

    mutating func trialIsImpossible() { self.isUntestable = true }

    /// Forgets what is held against it.
    mutating func clear(at now: Int64) {
        self.window.clear()
        self.closedUntil = 0
        _ = self.recover(at: now)
    }

    private mutating func ban(
        _ reason: BanReason, policy: HealthPolicy, at now: Int64, using random: inout some RandomNumberGenerator
    ) -> HealthNotice.Kind? {
        let until = now + policy.banMilliseconds(failedTrials: self.failedTrials, using: &random)
        self.standing = .banned(until: until)
        self.reason = reason
        self.changedAt = now
        self.nextTrialAt = now + policy.trialPause(failedTrials: self.failedTrials)
        return .banned(reason, until: until)
    }

    private mutating func recover(at now: Int64) -> HealthNotice.Kind? {
        self.standing = .serving
        self.reason = nil
        self.changedAt = now
        self.failedTrials = 0
        self.isUntestable = false
        // Otherwise the errors that led to the ban would lead to the next.
        self.window.clear()
        return .recovered
    }

    private static func isDue(_ toldAt: inout Int64, every pause: Int64, at now: Int64) -> Bool {
        guard toldAt == .min || now - toldAt >= pause else { return false }
        toldAt = now
        return true
    }
}
