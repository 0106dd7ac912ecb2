/// Where periods begin. One rule decides both whether a period is over and where the next one begins; two rules that differ
/// are how a quota comes to bind on some days only.
extension TokenQuota.Period {
    /// The start of the period that contains `now`, where that isn't the period that began at `start`; else nil.
    ///
    /// - daily: midnight UTC.
    /// - weekly: a whole number of weeks after `start`, so that a week begins at the clock time at which the first one did.
    /// - monthly: midnight UTC on the first day of the month.
    ///
    /// A `start` of 0 or less is none yet: the period begins now (a week) or began at its border (a day, a month).
    ///
    /// - Parameters: milliseconds since 1970.
    public func start(at now: Int64, after start: Int64) -> Int64? {
        let now = max(now, 1)
        switch self {
        case .daily:
            let border = now - now % UTCCalendar.day
            return start <= 0 || start < border ? max(border, 1) : nil
        case .weekly:
            guard start > 0 else { return now }
            let weeks = now > start ? (now - start) / UTCCalendar.week : 0
            return weeks > 0 ? start + weeks * UTCCalendar.week : nil
        case .monthly:
            let border = UTCCalendar.startOfMonth(now)
            return start <= 0 || start < border ? max(border, 1) : nil
        }
    }
}

extension TokenQuota {
    /// Begins a new period where the current one is over: what was used so far no longer counts in it.
    ///
    /// The ledger does this before it decides on a call and before it charges one. Whoever adds up the charges in the database
    /// does the same with each charge's time, and comes to the same start.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: whether a new period began.
    @discardableResult
    public mutating func beginPeriodIfDue(at now: Int64) -> Bool {
        guard perPeriod > .zero, let start = period.start(at: now, after: periodStart) else { return false }
        periodStart = start
        usedAtPeriodStart = used
        return true
    }

    /// What has been spent in the current period.
    public var usedInPeriod: Money { used - usedAtPeriodStart }
}

/// The little of a calendar that periods need; all in milliseconds since 1970 UTC, without leap seconds.
enum UTCCalendar {
    static let day: Int64 = 86_400_000
    static let week: Int64 = 7 * day

    /// Midnight of the first day of the month that contains `time`, which isn't negative.
    static func startOfMonth(_ time: Int64) -> Int64 {
        let days = time / day
        return (days - dayOfMonth(days)) * day
    }

    /// The day of the month, from 0, of a day counted from 1970-01-01.
    ///
    /// In the proleptic Gregorian calendar counted from 1 March of year 0, so that the leap day ends a year; 400 years
    /// have 146,097 days, and the months from March on have 153 days in five.
    private static func dayOfMonth(_ days: Int64) -> Int64 {
        let dayOfEra = (days + 719_468) % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        return dayOfYear - (153 * month + 2) / 5
    }
}
