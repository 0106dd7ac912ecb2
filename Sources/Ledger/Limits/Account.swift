/// What one token has spent, and what of it is only reserved.
struct Account: Sendable {
    /// The limits in force, with what was spent up to now and the current period.
    private(set) var quota: TokenQuota
    /// What calls in flight will probably cost.
    private(set) var reserved = Money.zero
    private(set) var callsInFlight = 0
    /// The quota as the directory last told it, to tell an operator's change from what is merely older than we are.
    private var told: TokenQuota

    init(_ quota: TokenQuota) {
        self.quota = quota
        told = quota
    }

    /// Takes over what the directory says now.
    ///
    /// Limits count at once. What was spent goes on from here, unless the database knows of more (another node charged it).
    /// The period is taken over where it was changed, unless it is over already: then it is only a stale copy of one that
    /// ended here, and taking it over would begin the period again.
    mutating func adopt(_ new: TokenQuota, at now: Int64) {
        guard new != told else { return }
        quota.lifetime = new.lifetime
        quota.perPeriod = new.perPeriod
        quota.period = new.period
        quota.used = max(quota.used, new.used)
        let isChanged = new.periodStart != told.periodStart || new.usedAtPeriodStart != told.usedAtPeriodStart
        let isStale = new.periodStart > 0 && new.period.start(at: now, after: new.periodStart) != nil
        if isChanged, !isStale {
            quota.periodStart = new.periodStart
            quota.usedAtPeriodStart = new.usedAtPeriodStart
        }
        told = new
    }

    /// Why a call of that estimate can't be paid; nil where it can.
    mutating func refusal(of estimate: Money, at now: Int64) -> Refusal? {
        quota.beginPeriodIfDue(at: now)
        if quota.lifetime > .zero, !Self.fits(estimate, beside: quota.used + reserved, limit: quota.lifetime) {
            return .quota(limit: quota.lifetime)
        }
        if quota.perPeriod > .zero, !Self.fits(estimate, beside: quota.usedInPeriod + reserved, limit: quota.perPeriod) {
            return .periodQuota(limit: quota.perPeriod, period: quota.period)
        }
        return nil
    }

    mutating func reserve(_ estimate: Money) {
        reserved += estimate
        callsInFlight += 1
    }

    mutating func release(_ estimate: Money) {
        reserved = max(reserved - estimate, .zero)
        callsInFlight -= 1
    }

    mutating func charge(_ cost: Money, at now: Int64) {
        quota.beginPeriodIfDue(at: now)
        quota.used += cost
    }

    /// Takes a charge back that could not be recorded.
    mutating func takeBack(_ cost: Money) { quota.used -= cost }

    /// An estimate must fit whole; without one there must be something left.
    private static func fits(_ estimate: Money, beside spent: Money, limit: Money) -> Bool {
        estimate > .zero ? spent + estimate <= limit : spent < limit
    }
}
