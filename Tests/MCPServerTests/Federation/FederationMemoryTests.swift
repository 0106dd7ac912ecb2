import Testing
import Wire

@testable import MCPServer

@Suite("what virtual servers remember")
struct FederationMemoryTests {
    @Test("is bounded in number and cost; what was used longest ago goes first, and what is over its time at once")
    func table() {
        let now = ContinuousClock.now
        let later = now.advanced(by: .seconds(10))
        var table = BoundedTable<String, Int>(maximumCount: 3, maximumCost: 10)
        for (number, key) in ["a", "b", "c"].enumerated() { table.put(key, number, until: later, now: now) }
        #expect(table.value("a", now: now) == 0)
        table.put("d", 3, until: later, now: now)
        #expect(table.value("b", now: now) == nil)
        #expect(table.count == 3)
        table.put("e", 4, cost: 9, until: later, now: now)
        #expect(table.cost <= 10)
        #expect(table.value("e", now: now) == 4)
        table.put("f", 5, cost: 11, until: later, now: now)
        #expect(table.value("f", now: now) == nil)
        #expect(table.value("e", now: later) == nil)
        table.removeAll { _ in true }
        #expect(table.count == 0)
        #expect(table.cost == 0)
    }

    @Test("of the URIs that a caller got are the last so many")
    func learnt() {
        var bounds = FederationMemory.Bounds()
        bounds.learntPerCaller = 10
        var records = FederationRecords(bounds: bounds)
        let now = ContinuousClock.now
        let caller = FederationRecords.Caller(scope: FederationScope(endpoint: "e", visibility: "v"), principal: "p")
        let other = FederationRecords.Caller(scope: caller.scope, principal: "q")
        for number in 0..<50 {
            records.learn("x:\(number)", ofMember: "m", for: caller, until: now.advanced(by: .seconds(1)), now: now)
        }
        #expect(records.learntMember(of: "x:49", for: caller, now: now) == "m")
        #expect(records.learntMember(of: "x:39", for: caller, now: now) == nil)
        #expect(records.learntMember(of: "x:49", for: other, now: now) == nil)
        #expect(records.learntMember(of: "x:49", for: caller, now: now.advanced(by: .seconds(2))) == nil)
    }

    @Test("a list that changed while it was fetched is not kept, however many others changed since", arguments: [0, 100])
    func changedMeanwhile(others: Int) {
        var bounds = FederationMemory.Bounds()
        bounds.members = 8
        var records = FederationRecords(bounds: bounds)
        let now = ContinuousClock.now
        let caller = FederationRecords.Caller(scope: FederationScope(endpoint: "e", visibility: "v"), principal: "p")
        let listing = MemberListing(
            kind: .tools, entries: [], prefix: "m", fault: nil, hint: .none, fetchedAt: now, bytes: 2)
        func keep(begunAt tick: UInt64) {
            records.keep(
                listing, ofMember: "m", for: caller, begunAt: tick, until: now.advanced(by: .seconds(1)), now: now)
        }
        let begin = records.tick
        records.changed(.tools, ofMember: "m", endpoint: "e")
        for number in 0..<others { records.changed(.tools, ofMember: "m\(number)", endpoint: "e") }
        keep(begunAt: begin)
        #expect(records.listing(.tools, ofMember: "m", for: caller, now: now) == nil)
        keep(begunAt: records.tick)
        #expect(records.listing(.tools, ofMember: "m", for: caller, now: now) != nil)
        records.changed(.prompts, ofMember: "m", endpoint: "e")
        #expect(records.listing(.tools, ofMember: "m", for: caller, now: now) != nil)
        records.changed(.tools, ofMember: "m", endpoint: "e")
        #expect(records.listing(.tools, ofMember: "m", for: caller, now: now) == nil)
    }
}
