import Directory
import Ledger
import Testing
import Wire

@testable import Storage

@Suite("The log")
struct LogTests {
    @Test("a row holds every member of the call", arguments: Engine.available, 1...3 as ClosedRange<UInt64>)
    func roundTrip(engine: Engine, seed: UInt64) async throws {
        try await withStore(engine) { store in
            var source = CallSource(seed: seed)
            let calls = (0..<60).map { _ in source.any() }
            for call in calls { #expect(store.journal.append(call, lane: 0)) }
            #expect(await store.journal.flush())
            let page = try await store.logs.list(
                LogFilter(), order: ListOrder(text: "id-asc"), page: Page(size: 100), withDetail: true)
            #expect(page.total == 60 && page.logs.count == 60)
            for (log, call) in zip(page.logs, calls) { #expect(log.call == call) }
            let one = try #require(page.logs.randomElement(using: &source.random))
            #expect(try await store.logs.detail(one.id) == one)
            let bare = try await store.logs.list(LogFilter(), page: Page(size: 100)).logs
            #expect(bare.map(\.call.requestID) == calls.reversed().map(\.requestID))
            #expect(bare.allSatisfy { $0.call.detail == nil })
        }
    }

    /// Six calls, of which each filter lets through some.
    private static func calls() -> [CallRecord] {
        var source = CallSource(seed: 1)
        return (0..<6).map { number in
            var call = source.plain(group: number < 4 ? "g" : "h", token: Int64(number % 2 + 1), channel: Int64(number % 3))
            call.createdAt = testTime + Int64(number) * 1000
            call.model = number == 5 ? "special" : "m"
            call.code = [200, 429, 200, 500, 200, 200][number]
            call.clientAddress = "10.0.0.\(number)"
            call.user = number == 2 ? "User" : ""
            call.upstreamID = "up-\(number)"
            call.amount.used = Money(nanos: Int64(100 - number))
            return call
        }
    }

    @Test("each filter lets through what it says", arguments: Engine.available)
    func filters(engine: Engine) async throws {
        try await withStore(engine) { store in
            let calls = Self.calls()
            for call in calls { #expect(store.journal.append(call, lane: 0)) }
            #expect(await store.journal.flush())
            func expect(
                _ expected: [Int], _ place: Testing.SourceLocation = #_sourceLocation, _ change: (inout LogFilter) -> Void
            ) async throws {
                var filter = LogFilter()
                change(&filter)
                let page = try await store.logs.list(filter, order: ListOrder(text: "id-asc"), page: Page())
                let found = page.logs.compactMap { log in calls.firstIndex { $0.requestID == log.call.requestID } }
                #expect(found == expected, sourceLocation: place)
                #expect(page.total == found.count, sourceLocation: place)
            }
            try await expect([4, 5]) { $0.groupID = "h" }
            try await expect([1, 3, 5]) { $0.tokenID = 2 }
            try await expect([0, 2, 4]) { $0.tokenName = "t1" }
            try await expect([5]) { $0.model = "special" }
            try await expect([1, 4]) { $0.channelID = 1 }
            try await expect([3]) { $0.requestID = calls[3].requestID.description }
            try await expect([2]) { $0.upstreamID = "up-2" }
            try await expect([1, 3]) { $0.codeType = .error }
            try await expect([0, 2, 4, 5]) { $0.codeType = .success }
            try await expect([1]) {
                $0.codeType = .success
                $0.code = 429
            }
            try await expect([4]) { $0.clientAddress = "10.0.0.4" }
            try await expect([2]) { $0.user = "User" }
            try await expect([]) { $0.user = "user" }
            try await expect([3, 4, 5]) { $0.since = testTime + 3000 }
            try await expect([0, 1]) { $0.until = testTime + 1000 }
            try await expect([]) { $0.since = .max }
            try await expect([]) { $0.until = .min }
            for (keyword, expected) in [("special", [5]), ("h", [4, 5]), ("t2", [1, 3, 5]), ("up-0", [0]), ("pecia", [])] {
                try await expect(expected) { $0.keyword = keyword }
            }
            try await expect([1, 3]) {
                $0.groupID = "g"
                $0.codeType = .error
                $0.keyword = "t2"
            }
        }
    }

    @Test("pages, orders, and what the filters may offer", arguments: Engine.available)
    func pages(engine: Engine) async throws {
        try await withStore(engine) { store in
            for call in Self.calls() { #expect(store.journal.append(call, lane: 0)) }
            #expect(await store.journal.flush())
            var filter = LogFilter()
            filter.groupID = "g"
            filter.codeType = .error
            let page = try await store.logs.list(filter, page: Page(number: 2, size: 1))
            #expect(page.total == 2 && page.logs.map(\.call.code) == [429])
            // Of the whole group, so that a filter can be changed.
            #expect(page.models == ["m"] && page.channels == [1, 2] && page.tokenNames == ["t1", "t2"])
            let cheapest = try await store.logs.list(LogFilter(), order: ListOrder(text: "used_amount-asc"), page: Page(size: 2))
            #expect(cheapest.logs.map(\.call.amount.used.nanos) == [95, 96])
            let error = try await storageError {
                _ = try await store.logs.list(LogFilter(), order: ListOrder(text: "secret"), page: Page())
            }
            #expect(error.code == .invalid(member: "order"))
        }
    }

    @Test("the detail of a row is its group's only", arguments: Engine.available)
    func detail(engine: Engine) async throws {
        try await withStore(engine) { store in
            var call = CallRecord.sample
            call.detail = CallDetail(
                requestBody: "{}", requestBodyIsTruncated: true, responseBody: "", responseBodyIsTruncated: false)
            #expect(store.journal.append(call, lane: 0))
            #expect(await store.journal.flush())
            let id = try #require(try await store.logs.list(LogFilter(), page: Page()).logs.first?.id)
            #expect(try await store.logs.detail(id, group: "g").call.detail == call.detail)
            for (id, group) in [(id, "h"), (id + 1, "g")] {
                let error = try await storageError { _ = try await store.logs.detail(id, group: group) }
                #expect(error.code == .notFound(kind: "log", id: "\(id)"))
            }
        }
    }

    @Test("old rows are deleted with their bodies, or their bodies alone, a batch at a time", arguments: Engine.available)
    func delete(engine: Engine) async throws {
        let time = ManualTime(testTime)
        try await withStore(engine, clock: .manual(time)) { store in
            var source = CallSource(seed: 4)
            for day in 0..<3 as Range<Int64> {
                for _ in 0..<4 {
                    var call = source.plain()
                    call.createdAt = testTime + day * 86_400_000
                    call.detail = CallDetail(
                        requestBody: "q", requestBodyIsTruncated: false, responseBody: "r", responseBodyIsTruncated: false)
                    #expect(store.journal.append(call, lane: 0))
                }
                #expect(await store.journal.flush())
                time.advance(by: 86_400_000)
            }
            let second = testTime + 86_400_000
            #expect(try await store.logs.deleteDetails(before: second, limit: 3) == 3)
            #expect(try await store.logs.deleteDetails(before: second, limit: 3) == 1)
            #expect(try await store.logs.list(LogFilter(), page: Page()).total == 12)
            #expect(try await store.logs.delete(before: second, limit: 3) == 3)
            #expect(try await store.logs.delete(before: second, limit: 3) == 1)
            let rest = try await store.logs.list(LogFilter(), page: Page(size: 100), withDetail: true)
            #expect(rest.total == 8 && rest.logs.allSatisfy { $0.call.detail != nil && $0.call.createdAt >= second })
        }
    }

    @Test("keys grow, begin with the time, and stay below what JavaScript can tell apart", arguments: Engine.available)
    func keys(engine: Engine) async throws {
        try await withStore(engine) { store in
            var source = CallSource(seed: 5)
            for _ in 0..<700 { #expect(store.journal.append(source.plain(), lane: 0)) }
            #expect(await store.journal.flush())
            let page = try await store.logs.list(LogFilter(), order: ListOrder(text: "id-asc"), page: Page(size: 100))
            let ids = page.logs.map(\.id)
            #expect(ids == ids.sorted() && Set(ids).count == 100)
            let first = try #require(page.logs.first)
            #expect(first.id >= LogKeys.first(atMilliseconds: first.call.createdAt))
            #expect(LogKeys.first(atMilliseconds: testTime + 60_000) > ids[99])
            #expect(LogKeys.first(atMilliseconds: .max) < 1 << 53)
            #expect(LogKeys.first(atMilliseconds: LogKeys.epoch) == 0 && LogKeys.first(atMilliseconds: 0) == 0)
        }
    }

    @Test("a lag is noted rounded up", arguments: [(0, 1024), (1024, 1024), (1025, 2048), (5000, 8192), (Int64.max, 1 << 50)])
    func lag(lag: Int64, noted: Int64) {
        #expect(LogKeys.roundedUp(lag) == noted)
    }

    @Test("rows that were written long after their call are found by the call's time", arguments: Engine.available)
    func late(engine: Engine) async throws {
        try await withStore(engine, clock: .fixed(testTime + 7 * 3_600_000)) { store in
            #expect(store.journal.append(.sample, lane: 0))
            #expect(await store.journal.flush())
            var filter = LogFilter()
            filter.since = testTime - 1000
            filter.until = testTime + 1000
            let page = try await store.logs.list(filter, page: Page())
            #expect(page.total == 1)
        }
    }

    @Test("a price is stored once for all rows that have it", arguments: Engine.available)
    func prices(engine: Engine) async throws {
        try await withPlace(engine) { place in
            let database = try place.engine()
            try await makeTables(main: database)
            let journal = try BareJournal(place, main: database)
            try journal.begin()
            var source = CallSource(seed: 6)
            for number in 0..<20 {
                var call = source.plain()
                call.price = "{\"input_price\":\(number % 2)}"
                #expect(journal.lanes[0].append(call))
            }
            try journal.drain.drain()
            let count = try await database.read { connection throws(StorageError) in
                try connection.integer("SELECT count(*) FROM portico_log_prices", [])
            }
            #expect(count == 2)
            await database.close()
        }
    }
}
