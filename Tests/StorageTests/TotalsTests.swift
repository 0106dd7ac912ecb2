import Directory
import Ledger
import Testing
import Wire

@testable import Storage

@Suite("What was used")
struct TotalsTests {
    @Test("a call is charged to its group, token and channel", arguments: Engine.available)
    func totals(engine: Engine) async throws {
        try await withStore(engine) { store in
            _ = try await store.tokens.create(.init(groupID: "g", name: "t1"), autoCreateGroup: true)
            _ = try await store.channels.create(Channel(id: 0, type: 1, name: "c", key: "k", createdAt: 0))
            var source = CallSource(seed: 1)
            var retried = source.plain(used: 30)
            retried.retryTimes = 2
            let calls = [
                source.plain(used: 10), retried, source.plain(channel: 0, used: 5),
                source.plain(group: "other", token: 0, used: 1),
            ]
            for call in calls { #expect(store.journal.append(call, lane: 0)) }
            #expect(await store.journal.flush())
            #expect(store.journal.depth == Journal.Depth(records: 0, segmentBytes: 64 << 10, lagMilliseconds: 0))
            let group = try await store.groups.get("g")
            #expect(group.usedAmount == Money(nanos: 45) && group.requestCount == 3)
            #expect(group.accessedAt == calls[2].createdAt)
            let token = try await store.tokens.get(1)
            #expect(token.usedAmount == Money(nanos: 45) && token.requestCount == 3 && token.token.quota.used == token.usedAmount)
            let channel = try await store.channels.get(1)
            #expect(channel.usedAmount == Money(nanos: 41) && channel.requestCount == 3 && channel.retryCount == 2)
        }
    }

    @Test(
        "a token's period begins where the ledger says, at the call that was settled after its end", arguments: Engine.available)
    func periods(engine: Engine) async throws {
        try await withStore(engine) { store in
            var expected: [Int64: TokenQuota] = [:]
            var calls: [CallRecord] = []
            var source = CallSource(seed: 2)
            // More tokens than one statement asks for; every third without a quota.
            for number in 1...15 as ClosedRange<Int64> {
                var new = TokenRepository.New(groupID: "g", name: "t\(number)")
                new.quota.perPeriod = Money(nanos: number % 3 == 0 ? 0 : 1000)
                new.quota.period = [.daily, .weekly, .monthly][Int(number) % 3]
                expected[number] = try await store.tokens.create(new, autoCreateGroup: true).value.token.quota
            }
            for day in 0..<40 as Range<Int64> {
                for number in 1...15 as ClosedRange<Int64> {
                    var call = source.plain(token: number, used: number + day)
                    call.createdAt = testTime + day * 86_400_000 + number
                    calls.append(call)
                }
            }
            for (index, call) in calls.enumerated() {
                #expect(store.journal.append(call, lane: 0))
                expected[call.tokenID]?.beginPeriodIfDue(at: call.createdAt)
                expected[call.tokenID]?.used += call.amount.used
                if index % 200 == 0 { #expect(await store.journal.flush()) }
            }
            #expect(await store.journal.flush())
            for number in 1...15 as ClosedRange<Int64> {
                #expect(try await store.tokens.get(number).token.quota == expected[number])
            }
            #expect(expected[1]?.usedAtPeriodStart != .zero)
        }
    }

    @Test("what an earlier process left in the journal is charged before the totals are read", arguments: Engine.available)
    func recovered(engine: Engine) async throws {
        try await withPlace(engine) { place in
            let first = try await Store.open(place.configuration(), secrets: testSecrets, logger: Place.logger)
            _ = try await first.tokens.create(.init(groupID: "g", name: "t1"), autoCreateGroup: true)
            await first.close()
            let database = try place.engine()
            let journal = try BareJournal(place, main: database)
            try journal.begin()
            var source = CallSource(seed: 3)
            for _ in 0..<20 { #expect(journal.lanes[0].append(source.plain(used: 2))) }
            await database.close()
            let second = try await Store.open(place.configuration(), secrets: testSecrets, logger: Place.logger)
            #expect(try await second.loadContents().tokens.first?.quota.used == Money(nanos: 40))
            #expect(second.journal.append(source.plain(used: 2), lane: 0))
            #expect(await second.journal.flush())
            #expect(try await second.tokens.get(1).usedAmount == Money(nanos: 42))
            await second.close()
        }
    }
}
