import Testing
import Wire

@testable import Ledger

@Suite("The ledger admits, reserves, and charges each call once")
struct LedgerTests {
    private func quota(lifetime: Int64 = 0, perPeriod: Int64 = 0, used: Int64 = 0) -> TokenQuota {
        var quota = TokenQuota()
        quota.lifetime = Money(lifetime)
        quota.perPeriod = Money(perPeriod)
        quota.used = Money(used)
        return quota
    }

    @Test("a lifetime quota is used up to the last billionth, and no further")
    func lifetime() throws {
        var calls = Calls()
        calls.payer.quota = quota(lifetime: 100, used: 70)
        var ledger = Ledger()
        try ledger.spend(29, calls.opening())
        try ledger.spend(1, calls.opening())
        #expect(throws: Refusal.quota(limit: Money(100))) { try ledger.reserve(calls.opening()) }
        #expect(ledger.quota(ofToken: 7)?.used == Money(100))
    }

    @Test("calls in parallel can't spend the same money: what is reserved is not there for the next")
    func reservation() throws {
        var calls = Calls()
        calls.payer.quota = quota(lifetime: 100)
        var ledger = Ledger()
        let first = calls.opening(estimate: 60)
        _ = try ledger.reserve(first)
        #expect(throws: Refusal.quota(limit: Money(100))) { try ledger.reserve(calls.opening(estimate: 41)) }
        let second = calls.opening(estimate: 40)
        _ = try ledger.reserve(second)
        #expect(throws: Refusal.quota(limit: Money(100))) { try ledger.reserve(calls.opening()) }
        ledger.release(requestID: second.requestID)
        _ = try ledger.reserve(calls.opening(estimate: 40))
        #expect(ledger.settle(requestID: first.requestID, cost: Money(10), tokens: 0, now: Calls.noon) == .settled)
        _ = try ledger.reserve(calls.opening(estimate: 50))
        #expect(ledger.reserved(ofToken: 7) == Money(90))
    }

    @Test("the quota of a period holds for what is reserved, too")
    func periodReservation() throws {
        var calls = Calls()
        calls.payer.quota = quota(lifetime: 1000, perPeriod: 100)
        var ledger = Ledger()
        _ = try ledger.reserve(calls.opening(estimate: 100))
        #expect(throws: Refusal.periodQuota(limit: Money(100), period: .monthly)) {
            try ledger.reserve(calls.opening(estimate: 1))
        }
    }

    @Test("settling twice with one id charges once, and says so")
    func idempotent() throws {
        var calls = Calls()
        var ledger = Ledger()
        let opening = calls.opening(estimate: 5, tokens: 9)
        _ = try ledger.reserve(opening)
        #expect(ledger.settle(requestID: opening.requestID, cost: Money(7), tokens: 3, now: Calls.noon) == .settled)
        for _ in 0..<3 {
            #expect(ledger.settle(requestID: opening.requestID, cost: Money(7), tokens: 3, now: Calls.noon) == .alreadySettled)
        }
        ledger.release(requestID: opening.requestID)
        #expect(ledger.quota(ofToken: 7)?.used == Money(7))
        #expect(ledger.reserved(ofToken: 7) == .zero)
        let window = ledger.window(group: "acme", subject: "gpt-5", now: Calls.noon)
        #expect(window?.tokens == 3)
        #expect(window?.tokensInFlight == 0)
    }

    @Test("a call that was released or never admitted can't be charged")
    func unknown() throws {
        var calls = Calls()
        var ledger = Ledger()
        let opening = calls.opening()
        #expect(ledger.settle(requestID: opening.requestID, cost: Money(7), tokens: 3, now: Calls.noon) == .unknown)
        _ = try ledger.reserve(opening)
        ledger.release(requestID: opening.requestID)
        #expect(ledger.settle(requestID: opening.requestID, cost: Money(7), tokens: 3, now: Calls.noon) == .unknown)
        #expect(ledger.quota(ofToken: 7)?.used == .zero)
    }

    @Test("one id in flight is counted once")
    func reservedTwice() throws {
        var calls = Calls()
        calls.limits = RateLimits(requestsPerMinute: 9, tokensPerMinute: 100)
        var ledger = Ledger()
        let opening = calls.opening(estimate: 5, tokens: 10)
        #expect(try ledger.reserve(opening).remainingRequests == 8)
        #expect(try ledger.reserve(opening).remainingTokens == 90)
        #expect(ledger.reserved(ofToken: 7) == Money(5))
    }

    @Test("a refused call changes nothing")
    func refusedChangesNothing() throws {
        var calls = Calls()
        calls.payer.quota = quota(lifetime: 10)
        calls.limits = RateLimits(requestsPerMinute: 2, tokensPerMinute: 100)
        var ledger = Ledger()
        #expect(throws: Refusal.quota(limit: Money(10))) { try ledger.reserve(calls.opening(estimate: 11)) }
        _ = try ledger.reserve(calls.opening(estimate: 1, tokens: 50))
        #expect(throws: Refusal.self) { try ledger.reserve(calls.opening(estimate: 1, tokens: 51)) }
        #expect(ledger.reserved(ofToken: 7) == Money(1))
        let status = try ledger.reserve(calls.opening(estimate: 1, tokens: 50))
        #expect(status == RateStatus(limits: calls.limits, remainingRequests: 0, remainingTokens: 0))
        #expect(throws: Refusal.requestsPerMinute(limit: 2, retryAfterSeconds: 60)) { try ledger.reserve(calls.opening()) }
    }

    @Test("limits are those of a group on a subject: its tokens share them, other groups and subjects don't")
    func scopeOfLimits() throws {
        var calls = Calls()
        calls.limits = RateLimits(requestsPerMinute: 1, tokensPerMinute: 0)
        var ledger = Ledger()
        _ = try ledger.reserve(calls.opening())
        calls.payer.tokenID = 8
        #expect(throws: Refusal.self) { try ledger.reserve(calls.opening()) }
        _ = try ledger.reserve(calls.opening(subject: "mcp/time"))
        calls.payer.groupID = "other"
        _ = try ledger.reserve(calls.opening())
    }

    @Test("the internal payer is counted and never refused")
    func internalPayer() throws {
        var calls = Calls()
        calls.payer.isInternal = true
        calls.payer.quota = quota(lifetime: 1, perPeriod: 1, used: 5)
        calls.limits = RateLimits(requestsPerMinute: 1, tokensPerMinute: 1)
        var ledger = Ledger()
        for _ in 0..<5 { try ledger.spend(10, calls.opening(estimate: 10, tokens: 10)) }
        #expect(ledger.quota(ofToken: 7)?.used == Money(55))
        #expect(ledger.window(group: "acme", subject: "gpt-5", now: Calls.noon)?.requests == 5)
    }

    @Test("where billing is off, money is counted and never refuses; rate limits still do")
    func billingOff() throws {
        var calls = Calls()
        calls.payer.quota = quota(lifetime: 1, used: 5)
        calls.limits = RateLimits(requestsPerMinute: 1, tokensPerMinute: 0)
        var ledger = Ledger(enforcesQuotas: false)
        try ledger.spend(10, calls.opening())
        #expect(ledger.quota(ofToken: 7)?.used == Money(15))
        #expect(throws: Refusal.requestsPerMinute(limit: 1, retryAfterSeconds: 60)) { try ledger.reserve(calls.opening()) }
    }

    @Test("the ledger counts on from its own sum: an older one in the directory is not believed, a larger one is")
    func usedIsKept() throws {
        var calls = Calls()
        calls.payer.quota = quota(lifetime: 1000, used: 100)
        var ledger = Ledger()
        try ledger.spend(50, calls.opening())
        calls.payer.quota.used = Money(120)
        try ledger.spend(1, calls.opening())
        #expect(ledger.quota(ofToken: 7)?.used == Money(151))
        calls.payer.quota.used = Money(500)
        try ledger.spend(1, calls.opening())
        #expect(ledger.quota(ofToken: 7)?.used == Money(501))
    }

    @Test("a limit that the operator changes counts at once, up and down")
    func changedLimits() throws {
        var calls = Calls()
        calls.payer.quota = quota(lifetime: 10)
        var ledger = Ledger()
        try ledger.spend(10, calls.opening())
        #expect(throws: Refusal.self) { try ledger.reserve(calls.opening()) }
        calls.payer.quota.lifetime = Money(20)
        try ledger.spend(5, calls.opening())
        calls.payer.quota.lifetime = Money(15)
        #expect(throws: Refusal.quota(limit: Money(15))) { try ledger.reserve(calls.opening()) }
        calls.payer.quota.lifetime = .zero
        try ledger.spend(5, calls.opening())
    }

    @Test("a period that the operator begins anew takes effect at once; a stale copy of an older one doesn't")
    func changedPeriod() throws {
        var calls = Calls()
        calls.payer.quota = quota(perPeriod: 10)
        calls.payer.quota.period = .weekly
        calls.payer.quota.periodStart = Calls.noon - 8 * 86_400_000
        var ledger = Ledger()
        try ledger.spend(10, calls.opening())
        let begun = ledger.quota(ofToken: 7)?.periodStart
        #expect(begun == Calls.noon - 86_400_000)

        // Read before the charge reached the database: an older period, over already.
        calls.payer.quota.periodStart = Calls.noon - 15 * 86_400_000
        #expect(throws: Refusal.self) { try ledger.reserve(calls.opening()) }
        #expect(ledger.quota(ofToken: 7)?.periodStart == begun)

        // The operator's reset.
        calls.payer.quota.periodStart = Calls.noon
        calls.payer.quota.usedAtPeriodStart = Money(10)
        try ledger.spend(10, calls.opening())
        #expect(throws: Refusal.self) { try ledger.reserve(calls.opening()) }
    }

    @Test("estimates and costs below zero count as zero, and the largest don't trap")
    func extremes() throws {
        var calls = Calls()
        calls.payer.quota = quota(lifetime: .max, perPeriod: .max)
        var ledger = Ledger()
        let negative = calls.opening(estimate: .min, tokens: .min)
        _ = try ledger.reserve(negative)
        #expect(ledger.settle(requestID: negative.requestID, cost: Money(.min), tokens: .min, now: .min) == .settled)
        #expect(ledger.quota(ofToken: 7)?.used == .zero)
        let largest = calls.opening(estimate: .max, tokens: .max)
        _ = try ledger.reserve(largest)
        #expect(ledger.settle(requestID: largest.requestID, cost: Money(.max), tokens: .max, now: .max) == .settled)
        #expect(throws: Refusal.self) { try ledger.reserve(calls.opening()) }
    }

    @Test("windows that nobody uses any more are freed, ids of settled calls are bounded, and calls in flight are kept")
    func boundedMemory() throws {
        var calls = Calls()
        var ledger = Ledger(rememberedSettlements: 100)
        let held = calls.opening(tokens: 5, subject: "held")
        _ = try ledger.reserve(held)
        for index in 0..<5000 {
            try ledger.spend(1, calls.opening(at: Calls.noon + Int64(index) * 1000, subject: "model-\(index)"))
        }
        #expect(ledger.sizes.windows < 150)
        #expect(ledger.sizes.settledIDs == 100)
        #expect(ledger.sizes.reservations == 1)
        #expect(ledger.settle(requestID: held.requestID, cost: .zero, tokens: 5, now: Calls.noon + 5_000_000) == .settled)
        #expect(ledger.window(group: "acme", subject: "held", now: Calls.noon + 5_000_000)?.tokens == 5)
    }

    @Test("a token is forgotten once nothing of it is in flight")
    func forget() throws {
        var calls = Calls()
        var ledger = Ledger()
        let opening = calls.opening()
        _ = try ledger.reserve(opening)
        let whileInFlight = ledger.forget(tokenID: 7)
        #expect(!whileInFlight)
        _ = ledger.settle(requestID: opening.requestID, cost: Money(1), tokens: 0, now: Calls.noon)
        let afterwards = ledger.forget(tokenID: 7)
        #expect(afterwards)
        #expect(ledger.quota(ofToken: 7) == nil)
    }

    @Test("whatever the order of events: sums agree with a plain list of calls, and no quota is overshot beyond the estimates")
    func agreesWithList() {
        var generator = SeededGenerator(seed: 404)
        for round in 0..<60 {
            var calls = Calls(seed: UInt64(round))
            calls.payer.quota = quota(lifetime: 2000, perPeriod: round.isMultiple(of: 2) ? 900 : 0)
            var ledger = Ledger()
            var inFlight: [CallOpening] = []
            var used: Int64 = 0
            var now = Calls.noon
            for _ in 0..<300 {
                now += Int64.random(in: 0...600_000, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0 where !inFlight.isEmpty:
                    let opening = inFlight.remove(at: Int.random(in: 0..<inFlight.count, using: &generator))
                    let cost = Int64.random(in: 0...opening.estimate.nanos, using: &generator)
                    #expect(ledger.settle(requestID: opening.requestID, cost: Money(cost), tokens: 1, now: now) == .settled)
                    used += cost
                case 1 where !inFlight.isEmpty:
                    ledger.release(requestID: inFlight.removeLast().requestID)
                default:
                    let opening = calls.opening(estimate: Int64.random(in: 1...200, using: &generator), at: now)
                    if (try? ledger.reserve(opening)) != nil { inFlight.append(opening) }
                }
                let reserved = inFlight.reduce(0) { $0 + $1.estimate.nanos }
                #expect(ledger.quota(ofToken: 7)?.used ?? .zero == Money(used))
                #expect(ledger.reserved(ofToken: 7) == Money(reserved))
                #expect(used + reserved <= 2000)
            }
        }
    }

    @Test("a refusal says the limit, and when to come back")
    func refusalsInWords() {
        #expect(
            "\(Refusal.requestsPerMinute(limit: 3, retryAfterSeconds: 58))".contains(
                "3 requests in a minute; there is room again in 58 s"))
        #expect("\(Refusal.tokensPerMinute(limit: 900, retryAfterSeconds: 1))".contains("900 tokens"))
        #expect("\(Refusal.periodQuota(limit: Money(1_500_000_000), period: .daily))".contains("daily quota of 1.5"))
    }
}
