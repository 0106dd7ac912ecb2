import Directory
import TestSupport
import Testing

@testable import ModelRelay

@Suite("The health of a channel for a model")
struct PairHealthTests {
    /// A pair, a clock and a source of chance.
    struct Bench {
        var pair = PairHealth(at: 0)
        var policy = HealthPolicy()
        var rules = HealthRules()
        var now: Int64 = 1_000_000
        var random = SeededGenerator(seed: 7)

        var standing: ChannelCondition.Standing { self.pair.condition(at: self.now, policy: self.policy).standing }

        @discardableResult
        mutating func ended(_ outcome: AttemptOutcome, _ kind: RoutePass.Kind = .ordinary, sentAt: Int64? = nil) -> HealthNotice
            .Kind?
        {
            self.pair.ended(
                outcome, pass: RoutePass(kind: kind, grantedAt: sentAt ?? self.now), rules: self.rules, policy: self.policy,
                at: self.now, using: &self.random)
        }

        mutating func permit() -> Bool { self.pair.takePermit(at: self.now, policy: self.policy) }

        mutating func trial() -> Bool { self.pair.takeTrial(at: self.now, policy: self.policy) }

        /// Whether each of so many is granted.
        mutating func permits(_ count: Int) -> [Bool] {
            (0..<count).map { _ in self.pair.takePermit(at: self.now, policy: self.policy) }
        }

        mutating func trialEnded(_ outcome: AttemptOutcome) -> HealthNotice.Kind? {
            self.pair.trialEnded(outcome, policy: self.policy, at: self.now, using: &self.random)
        }

        /// Banned at `now` by ten errors.
        static func banned() -> Bench {
            var bench = Bench()
            bench.rules.maximumErrorRate = 0.5
            for _ in 0..<10 { bench.ended(.cut) }
            return bench
        }

        mutating func advanceBehindBan() { self.now = (self.pair.bannedUntil ?? self.now) }
    }

    @Test("It is banned when its error rate reaches the operator's, for five minutes and a tenth more or less")
    func bannedByRate() throws {
        for seed in 0..<200 as Range<UInt64> {
            var bench = Bench()
            bench.random = SeededGenerator(seed: seed)
            bench.rules.maximumErrorRate = 0.5
            bench.rules.warnErrorRate = 0
            for _ in 0..<5 { bench.ended(.succeeded) }
            for _ in 0..<4 { #expect(bench.ended(.unreachable) == nil) }
            #expect(bench.standing == .serving)
            guard case .banned(.errorRate, let until) = bench.ended(.timedOut) else {
                Issue.record("not banned")
                return
            }
            #expect((270_000...330_000).contains(until - bench.now))
            #expect(bench.standing == .banned)
        }
    }

    @Test("Without a rate of the operator's it is never banned, and a success never bans")
    func neverBanned() {
        var bench = Bench()
        for _ in 0..<100 { bench.ended(.cut) }
        #expect(bench.standing == .serving)
        bench.rules.maximumErrorRate = 0.1
        #expect(bench.ended(.succeeded) == nil)
        #expect(bench.standing == .serving)
    }

    @Test("A refused credential bans at once where the operator wants that, and is told in any case, once in 15 minutes")
    func noPermission() {
        var bench = Bench()
        #expect(bench.ended(.refused(status: 401)) == .notPermitted)
        #expect(bench.ended(.refused(status: 403)) == nil)
        bench.now += 15 * 60_000
        #expect(bench.ended(.refused(status: 402)) == .notPermitted)
        #expect(bench.standing == .serving)
        bench.rules.bansOnNoPermission = true
        guard case .banned(.noPermission, _) = bench.ended(.refused(status: 404)) else {
            Issue.record("not banned")
            return
        }
        #expect(bench.standing == .banned)
    }

    @Test("A high error rate is told at most once in 15 minutes")
    func warned() {
        var bench = Bench()
        var told: [Int64] = []
        for _ in 0..<4000 {
            if bench.ended(.refused(status: 500)) == .warned { told.append(bench.now) }
            bench.now += 1000
        }
        #expect(told.count == 5)
        #expect(zip(told, told.dropFirst()).allSatisfy { $1 - $0 >= 15 * 60_000 })
    }

    @Test("What was sent before a ban says nothing after it")
    func late() {
        var bench = Bench.banned()
        let before = bench.now - 1
        #expect(bench.ended(.succeeded, .forced, sentAt: before) == nil)
        #expect(bench.standing == .banned)
        bench.now += 1
        #expect(bench.trialEnded(.succeeded) == .recovered)
        for _ in 0..<20 { #expect(bench.ended(.cut, sentAt: before) == nil) }
        #expect(bench.standing == .serving)
        #expect(bench.pair.counts(at: bench.now) == .init())
    }

    @Test("A call that was sent in spite of the ban lifts it by going well, and doesn't prolong it by failing")
    func forced() {
        var bench = Bench.banned()
        let until = bench.pair.bannedUntil
        #expect(bench.ended(.cut, .forced) == nil)
        #expect(bench.ended(.succeeded, .ordinary) == nil)
        #expect(bench.pair.bannedUntil == until)
        #expect(bench.ended(.succeeded, .forced) == .recovered)
        #expect(bench.standing == .serving)
    }

    @Test("A trial is due half a minute after the ban; each that fails makes the ban longer and the next trial later")
    func trials() {
        var bench = Bench.banned()
        bench.now += 29_999
        #expect(bench.trial() == false)
        bench.now += 1
        #expect(bench.trial() == true)
        #expect(bench.trial() == false, "one at a time")
        var pauses: [Int64] = []
        var lengths: [Int64] = []
        for _ in 0..<6 {
            guard case .trialFailed(let until) = bench.trialEnded(.refused(status: 500)) else {
                Issue.record("not told")
                return
            }
            lengths.append((until - bench.now) / 60_000)
            let failedAt = bench.now
            while !bench.trial() { bench.now += 1000 }
            pauses.append((bench.now - failedAt) / 1000)
        }
        #expect(pauses == [60, 120, 240, 300, 300, 300])
        for (length, expected) in zip(lengths, [10, 20, 40, 60, 60, 60] as [Int64]) {
            #expect(abs(length - expected) * 10 <= expected + 10)
        }
        #expect(bench.trialEnded(.succeeded) == .recovered)
        #expect(bench.standing == .serving)
        #expect(bench.trialEnded(.cut) == nil, "a trial that comes late")
        #expect(bench.standing == .serving)
    }

    @Test("A trial of which nothing is heard is made anew; one that isn't understood makes it untestable")
    func lostTrial() {
        var bench = Bench.banned()
        bench.now += 30_000
        #expect(bench.trial() == true)
        bench.now += bench.policy.trialLease
        #expect(bench.trial() == true)
        #expect(bench.trialEnded(.refused(status: 400)) == nil)
        bench.now += 10 * 60_000
        #expect(bench.trial() == false)
        #expect(bench.standing == .probation)
    }

    @Test("When its time is over a few requests are let through, and it serves when all went well")
    func probation() {
        var bench = Bench.banned()
        bench.pair.trialIsImpossible()
        #expect(bench.permit() == false)
        bench.advanceBehindBan()
        #expect(bench.standing == .probation)
        #expect(bench.permits(4) == [true, true, true, false])
        #expect(bench.standing == .banned)
        #expect(bench.ended(.succeeded, .permit) == nil)
        #expect(bench.ended(.clientGone, .permit) == nil)
        #expect(bench.standing == .probation, "the permit that told nothing is free again")
        #expect(bench.permits(2) == [true, false])
        #expect(bench.ended(.succeeded, .permit) == nil)
        #expect(bench.ended(.succeeded, .permit) == .recovered)
        #expect(bench.standing == .serving)
    }

    @Test("An error on probation bans it again, for longer")
    func relapse() {
        var bench = Bench.banned()
        bench.advanceBehindBan()
        #expect(bench.permit() == true)
        guard case .banned(.relapse, let until) = bench.ended(.cut, .permit) else {
            Issue.record("not banned")
            return
        }
        #expect((540_000...660_000).contains(until - bench.now))
    }

    @Test("Permits of which nothing was heard are granted anew")
    func lostPermits() {
        var bench = Bench.banned()
        bench.advanceBehindBan()
        while bench.permit() {}
        bench.now += bench.policy.permitLease - 1
        #expect(bench.permit() == false)
        bench.now += 1
        #expect(bench.standing == .probation)
        var count = 0
        while bench.permit() { count += 1 }
        #expect(count == 3)
    }

    @Test("`Retry-After` closes it for as long, ten minutes at most, and never for less than it was closed before")
    func closed() {
        var bench = Bench()
        bench.pair.close(milliseconds: 20_000, policy: bench.policy, at: bench.now)
        bench.pair.close(milliseconds: 1000, policy: bench.policy, at: bench.now)
        #expect(bench.pair.closedUntil == bench.now + 20_000)
        bench.pair.close(milliseconds: .max, policy: bench.policy, at: bench.now)
        #expect(bench.pair.closedUntil == bench.now + 600_000)
        bench.pair.clear(at: bench.now)
        #expect(bench.pair.closedUntil == 0)
    }

    @Test("The time to the first byte follows what is measured")
    func firstByte() throws {
        var bench = Bench()
        bench.pair.measured(firstByteMilliseconds: 1000, policy: bench.policy)
        #expect(bench.pair.firstByteMilliseconds == 1000)
        for _ in 0..<50 { bench.pair.measured(firstByteMilliseconds: 200, policy: bench.policy) }
        #expect(abs(try #require(bench.pair.firstByteMilliseconds) - 200) < 1)
    }

    @Test("In any order of events its states stay within their rules", arguments: 0..<300 as Range<UInt64>)
    func anyOrder(seed: UInt64) {
        var bench = Bench()
        bench.random = SeededGenerator(seed: seed)
        bench.rules.maximumErrorRate = 0.3
        bench.rules.bansOnNoPermission = seed.isMultiple(of: 2)
        var choice = SeededGenerator(seed: seed &+ 1000)
        let outcomes: [AttemptOutcome] = [
            .succeeded, .succeeded, .cut, .clientGone, .refused(status: 400), .refused(status: 401), .refused(status: 429),
        ]
        var permits = 0
        for _ in 0..<500 {
            let before = bench.standing
            let outcome = outcomes.randomElement(using: &choice) ?? .cut
            var notice: HealthNotice.Kind?
            switch Int.random(in: 0..<6, using: &choice) {
            case 0, 1: notice = bench.ended(outcome, before == .serving ? .ordinary : .forced)
            case 2:
                if before == .probation, bench.permit() {
                    permits += 1
                    notice = bench.ended(outcome, .permit)
                }
            case 3: if bench.trial() { notice = bench.trialEnded(outcome) }
            case 4: bench.now += Int64.random(in: 0..<400_000, using: &choice)
            default: bench.now += Int64.random(in: 0..<1000, using: &choice)
            }
            switch notice {
            case .banned(_, let until), .trialFailed(let until):
                #expect(bench.standing == .banned)
                #expect(until > bench.now && until - bench.now <= 66 * 60_000)
            case .recovered: #expect(bench.standing == .serving && before != .serving)
            default: break
            }
            if bench.standing == .serving { #expect(bench.pair.bannedUntil == nil && bench.pair.reason == nil) }
            if bench.pair.isBanned(at: bench.now) { #expect(bench.permit() == false) }
        }
        bench.pair.clear(at: bench.now)
        #expect(bench.standing == .serving)
    }
}
