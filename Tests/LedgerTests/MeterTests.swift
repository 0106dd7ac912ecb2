import Ledger
import Synchronization
import Testing
import Wire

@Suite("The meter admits, charges and records calls of both sides")
struct MeterTests {
    private func price() throws -> Price { try Price("{\"input_price\":1,\"output_price\":2,\"web_search_price\":10}") }

    @Test("a settled call is charged by its usage, and its record says what, when and to whom")
    func settles() throws {
        let journal = RememberingJournal()
        let meter = Meter(journal: journal, billingEnabled: true)
        var calls = Calls()
        let opening = calls.opening(estimate: 5, tokens: 10)
        let admission = try meter.admit(opening, lane: 0)
        var record = CallRecord(of: opening)
        record.usage.input = 1000
        record.usage.output = 100
        record.tokenName = "someone else"
        #expect(meter.settle(admission, record: record, price: try price(), lane: 0, now: Calls.noon + 250))
        let written = try #require(journal.all.first)
        #expect(written.amount.used == Money(1_200_000_000))
        #expect(written.amount.output == Money(200_000_000))
        #expect(written.createdAt == Calls.noon + 250)
        #expect(written.requestID == opening.requestID)
        #expect(written.tokenName == "ci")
        #expect(meter.quota(of: opening.payer)?.used == Money(1_200_000_000))
        #expect(meter.rates(group: "acme", subject: "gpt-5", now: Calls.noon + 250) == (1, 1100))
    }

    @Test("a tool call is charged its flat price by the same ledger")
    func flatCost() throws {
        let journal = RememberingJournal()
        let meter = Meter(journal: journal, billingEnabled: true)
        var calls = Calls()
        for subject in ["gpt-5", "mcp/time"] {
            let opening = calls.opening(subject: subject)
            let admission = try meter.admit(opening, lane: 0)
            #expect(meter.settle(admission, record: CallRecord(of: opening), cost: Money(30), lane: 0, now: Calls.noon))
        }
        #expect(journal.all.map(\.amount.used) == [Money(30), Money(30)])
        #expect(meter.quota(of: calls.payer)?.used == Money(60))
    }

    @Test("a stream that was cut is charged as delivered; a flat price per request only for a success")
    func failedCalls() throws {
        let journal = RememberingJournal()
        let meter = Meter(journal: journal, billingEnabled: true)
        var calls = Calls()
        for price in [try price(), try Price("{\"per_request_price\":1}")] {
            let opening = calls.opening()
            var record = CallRecord(of: opening, code: 502)
            record.usage.output = 10
            #expect(meter.settle(try meter.admit(opening, lane: 0), record: record, price: price, lane: 0, now: Calls.noon))
        }
        #expect(journal.all.map(\.amount.used) == [Money(20_000_000), .zero])
    }

    @Test("settling twice writes one record and one charge")
    func settledTwice() throws {
        let journal = RememberingJournal()
        let meter = Meter(journal: journal, billingEnabled: true)
        var calls = Calls()
        let opening = calls.opening()
        let admission = try meter.admit(opening, lane: 0)
        for _ in 0..<3 {
            #expect(meter.settle(admission, record: CallRecord(of: opening), cost: Money(5), lane: 0, now: Calls.noon))
        }
        #expect(journal.all.count == 1)
        #expect(meter.quota(of: calls.payer)?.used == Money(5))
    }

    @Test("a released call leaves no record and can't be charged afterwards")
    func released() throws {
        let journal = RememberingJournal()
        let meter = Meter(journal: journal, billingEnabled: true)
        var calls = Calls()
        calls.payer.quota.lifetime = Money(10)
        let opening = calls.opening(estimate: 10)
        let admission = try meter.admit(opening, lane: 0)
        meter.release(admission)
        #expect(!meter.settle(admission, record: CallRecord(of: opening), cost: Money(5), lane: 0, now: Calls.noon))
        #expect(journal.all.isEmpty)
        meter.release(try meter.admit(calls.opening(estimate: 10), lane: 0))
    }

    @Test("what can't be recorded is not admitted, not even the operator's own calls")
    func journalFull() throws {
        let meter = Meter(journal: RememberingJournal(capacity: 0), billingEnabled: true)
        var calls = Calls()
        calls.payer.isInternal = true
        #expect(throws: Refusal.journalFull) { try meter.admit(calls.opening(), lane: 0) }
    }

    @Test("a call whose record the journal refuses is not charged either, and its money is free again")
    func journalRefuses() throws {
        let journal = RememberingJournal(capacity: 1, claimsRoom: true)
        let meter = Meter(journal: journal, billingEnabled: true)
        var calls = Calls()
        calls.payer.quota.lifetime = Money(10)
        let results = try (0..<2).map { _ in
            let opening = calls.opening(estimate: 5)
            return meter.settle(
                try meter.admit(opening, lane: 0), record: CallRecord(of: opening), cost: Money(5), lane: 0, now: Calls.noon)
        }
        #expect(results == [true, false])
        #expect(meter.quota(of: calls.payer)?.used == Money(5))
        meter.release(try meter.admit(calls.opening(estimate: 5), lane: 0))
    }

    @Test("a refused call leaves a record without a charge")
    func refusedCall() {
        let journal = RememberingJournal()
        let meter = Meter(journal: journal, billingEnabled: true)
        var calls = Calls()
        var record = CallRecord(of: calls.opening(), code: 429)
        record.amount.used = Money(9)
        #expect(meter.record(record, lane: 0))
        #expect(journal.all.map(\.amount) == [Amount()])
        #expect(meter.quota(of: calls.payer) == nil)
    }

    @Test("with billing off a spent quota doesn't refuse, and calls are charged and recorded all the same")
    func billingOff() throws {
        let journal = RememberingJournal()
        let meter = Meter(journal: journal, billingEnabled: false)
        var calls = Calls()
        calls.payer.quota.lifetime = Money(1)
        for _ in 0..<2 {
            let opening = calls.opening(estimate: 5)
            let admission = try meter.admit(opening, lane: 0)
            #expect(meter.settle(admission, record: CallRecord(of: opening), cost: Money(5), lane: 0, now: Calls.noon))
        }
        #expect(journal.all.count == 2)
        #expect(meter.quota(of: calls.payer)?.used == Money(10))
    }

    @Test("a deleted token is forgotten")
    func forget() throws {
        let meter = Meter(journal: RememberingJournal(), billingEnabled: true)
        var calls = Calls()
        let admission = try meter.admit(calls.opening(), lane: 0)
        #expect(!meter.forget(tokenID: 7, group: "acme"))
        meter.release(admission)
        #expect(meter.forget(tokenID: 7, group: "acme"))
        #expect(meter.quota(of: calls.payer) == nil)
    }

    @Test("many threads at once: what is charged is what is recorded, once each, and no quota is overshot beyond the estimates")
    func manyThreads() async throws {
        let journal = RememberingJournal()
        let meter = Meter(journal: journal, shards: 4, billingEnabled: true)
        let quota = Money(200_000)
        let tokens = 6
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var generator = SeededGenerator(seed: UInt64(worker))
                    var calls = Calls(seed: UInt64(worker) + 100)
                    calls.payer.quota.lifetime = quota
                    var inFlight: [(CallOpening, Admission)] = []
                    for _ in 0..<1500 {
                        let token = Int.random(in: 0..<tokens, using: &generator)
                        calls.payer.tokenID = Int64(token)
                        calls.payer.groupID = "group-\(token % 3)"
                        let opening = calls.opening(estimate: Int64.random(in: 0...500, using: &generator), subject: "model")
                        if let admission = try? meter.admit(opening, lane: worker) { inFlight.append((opening, admission)) }
                        guard inFlight.count > Int.random(in: 0..<6, using: &generator) else { continue }
                        let (settled, admission) = inFlight.removeFirst()
                        if Int.random(in: 0..<10, using: &generator) == 0 {
                            meter.release(admission)
                        } else {
                            let cost = Money(Int64.random(in: 0...settled.estimate.nanos, using: &generator))
                            for _ in 0..<2 {
                                let record = CallRecord(of: settled)
                                #expect(meter.settle(admission, record: record, cost: cost, lane: worker, now: Calls.noon))
                            }
                        }
                    }
                    for (_, admission) in inFlight { meter.release(admission) }
                }
            }
        }
        let records = journal.all
        #expect(Set(records.map(\.requestID)).count == records.count)
        for token in 0..<tokens {
            let charged = records.filter { $0.tokenID == Int64(token) }.reduce(Money.zero) { $0 + $1.amount.used }
            let payer = Payer(
                groupID: "group-\(token % 3)", tokenID: Int64(token), tokenName: "", isInternal: false, quota: TokenQuota())
            #expect(meter.quota(of: payer)?.used == charged)
            #expect(charged <= quota)
            #expect(charged > Money(100_000))
        }
    }
}
