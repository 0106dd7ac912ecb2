import Ledger
import Testing

@Suite("A period begins at its border, and the border that decides is the one that is written down")
struct QuotaPeriodTests {
    private static let hour: Int64 = 3_600_000
    private static let day = 24 * hour
    /// 2026-03-20 12:00 UTC.
    private static let start = Calls.noon

    private static func monthly(used: Int64, at start: Int64) -> TokenQuota {
        var quota = TokenQuota()
        quota.perPeriod = Money(100)
        quota.period = .monthly
        quota.periodStart = start
        quota.used = Money(used)
        return quota
    }

    @Test("a monthly quota that began on the 20th binds on each day of the next month too, from the 1st on")
    func monthlyBindsAfterTheFirst() throws {
        var calls = Calls()
        calls.payer.quota = Self.monthly(used: 0, at: Self.start)
        var ledger = Ledger()
        try ledger.spend(60, calls.opening(at: Self.start))
        // The month changes once, on 1 April; from then on the hundred bind as before, also between the 1st and the 19th.
        let first = Self.start + 11 * Self.day + 12 * Self.hour
        try ledger.spend(100, calls.opening(at: first))
        for dayOfApril in 0..<30 {
            #expect(throws: Refusal.periodQuota(limit: Money(100), period: .monthly)) {
                try ledger.spend(1, calls.opening(at: first + Int64(dayOfApril) * Self.day))
            }
        }
        try ledger.spend(1, calls.opening(at: first + 30 * Self.day))
    }

    @Test("a daily quota that began at noon binds in the morning of the next days too")
    func dailyBindsBeforeItsClockTime() throws {
        var calls = Calls()
        calls.payer.quota.perPeriod = Money(100)
        calls.payer.quota.period = .daily
        calls.payer.quota.periodStart = Self.start
        var ledger = Ledger()
        try ledger.spend(100, calls.opening(at: Self.start))
        #expect(throws: Refusal.self) { try ledger.spend(1, calls.opening(at: Self.start + 12 * Self.hour - 1)) }
        let midnight = Self.start + 12 * Self.hour
        try ledger.spend(100, calls.opening(at: midnight))
        for hour in 0..<24 {
            #expect(throws: Refusal.self) { try ledger.spend(1, calls.opening(at: midnight + Int64(hour) * Self.hour)) }
        }
    }

    @Test(
        "where periods begin",
        arguments: [
            // (period, start, now, new start), days and hours after 2026-03-20 12:00
            (TokenQuota.Period.daily, 0, 11, nil), (.daily, 0, 12, 12), (.daily, 0, 100, 84), (.daily, 12, 35, nil),
            (.daily, 12, 36, 36),
            (.weekly, 0, 167, nil), (.weekly, 0, 168, 168), (.weekly, 0, 500, 336), (.weekly, 24, 0, nil),
            (.monthly, 0, 275, nil), (.monthly, 0, 276, 276), (.monthly, 0, 300, 276), (.monthly, 276, 995, nil),
            (.monthly, 276, 996, 996), (.monthly, 0, 6900, 6876), (.daily, 24, 0, nil), (.monthly, 276, 0, nil),
        ] as [(TokenQuota.Period, Int64, Int64, Int64?)])
    func borders(_ period: TokenQuota.Period, start: Int64, now: Int64, next: Int64?) {
        let begun = period.start(at: Self.start + now * Self.hour, after: Self.start + start * Self.hour)
        #expect(begun == next.map { Self.start + $0 * Self.hour })
    }

    @Test("months begin on the first, in leap years and centuries too")
    func months() {
        // Days since 1970 of each first of a month, counted the plain way.
        var firsts: [Int64] = []
        var days: Int64 = 0
        for year in 1970..<2405 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for length in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as [Int64] {
                firsts.append(days)
                days += length
            }
        }
        let monthly = TokenQuota.Period.monthly
        let wrong = firsts.indices.dropFirst().filter { month in
            let border = firsts[month] * Self.day
            return monthly.start(at: border, after: border - 1) != border
                || monthly.start(at: border - 1, after: max(firsts[month - 1] * Self.day, 1)) != nil
                || monthly.start(at: border + 27 * Self.day, after: border) != nil
        }
        #expect(firsts.count == 12 * 435)
        #expect(wrong.isEmpty)
    }

    @Test(
        "a period that has just begun is never begun again at the same moment",
        arguments: [TokenQuota.Period.daily, .weekly, .monthly])
    func idempotent(_ period: TokenQuota.Period) {
        var generator = SeededGenerator(seed: 31)
        for _ in 0..<2000 {
            let now = Int64.random(in: 1...4_000_000_000_000, using: &generator)
            let start = Int64.random(in: 0...4_000_000_000_000, using: &generator)
            guard let begun = period.start(at: now, after: start) else { continue }
            #expect(begun <= now)
            #expect(begun > start)
            #expect(period.start(at: now, after: begun) == nil)
        }
        for now in [Int64.min, -1, 0, 1, .max] {
            for start in [Int64.min, -1, 0, 1, .max] { _ = period.start(at: now, after: start) }
        }
    }

    @Test("the first period begins with the first call; what was spent before it doesn't count in it")
    func firstPeriod() throws {
        var calls = Calls()
        calls.payer.quota = Self.monthly(used: 5000, at: 0)
        var ledger = Ledger()
        try ledger.spend(100, calls.opening())
        #expect(throws: Refusal.self) { try ledger.spend(1, calls.opening()) }
        #expect(ledger.quota(ofToken: 7)?.usedAtPeriodStart == Money(5000))
    }

    @Test("whoever adds up the charges by their times comes to the ledger's period")
    func foldAgrees() throws {
        var generator = SeededGenerator(seed: 77)
        for period in [TokenQuota.Period.daily, .weekly, .monthly] {
            var calls = Calls()
            calls.payer.quota = Self.monthly(used: 3, at: Self.start)
            calls.payer.quota.period = period
            calls.payer.quota.perPeriod = Money(1_000_000)
            var folded = calls.payer.quota
            var ledger = Ledger()
            var now = Self.start
            for _ in 0..<300 {
                now += Int64.random(in: 0...2 * Self.day, using: &generator)
                let cost = Int64.random(in: 0...9, using: &generator)
                try ledger.spend(cost, calls.opening(at: now))
                folded.beginPeriodIfDue(at: now)
                folded.used += Money(cost)
                #expect(ledger.quota(ofToken: 7) == folded)
            }
        }
    }
}
