import Testing
import Wire

@Suite("Expiring records in memory") struct MemoryExpiringRecordsTests {
    private let time = ManualTime(1000)

    private func records(count: Int = 100, bytes: Int = 10_000) -> MemoryExpiringRecords {
        MemoryExpiringRecords(maximumCount: count, maximumBytes: bytes, clock: .manual(time))
    }

    @Test("a record is there until its time, and not at it") func expiry() async throws {
        let records = records()
        try await records.put("a", [1], expiresAt: 1010)
        time.advance(by: 9)
        #expect(try await records.get("a") == [1])
        time.advance(by: 1)
        #expect(try await records.get("a") == nil)
        #expect(records.count == 0)
    }

    @Test("a record that has expired is not kept, and takes an older one of its key along") func expired() async throws {
        let records = records()
        try await records.put("a", [1], expiresAt: 2000)
        try await records.put("a", [2], expiresAt: 1000)
        #expect(try await records.get("a") == nil)
    }

    @Test("putting replaces, removing hands out once") func replaceAndRemove() async throws {
        let records = records()
        try await records.put("a", [1], expiresAt: 2000)
        try await records.put("a", [2], expiresAt: 2000)
        #expect(try await records.remove("a") == [2])
        #expect(try await records.remove("a") == nil)
        try await records.put("b", [1], expiresAt: 1001)
        time.advance(by: 1)
        #expect(try await records.remove("b") == nil)
    }

    @Test("of too many, those not used for the longest time go") func leastRecentlyUsed() async throws {
        let records = records(count: 3)
        for key in ["a", "b", "c"] { try await records.put(key, [], expiresAt: 2000) }
        _ = try await records.get("a")
        try await records.put("d", [], expiresAt: 2000)
        #expect(try await records.get("b") == nil)
        #expect(try await records.get("a") == [])
        #expect(records.count == 3)
    }

    @Test("size is bounded too") func bytes() async throws {
        let records = records(bytes: 10)
        try await records.put("a", [1, 2, 3], expiresAt: 2000)
        try await records.put("b", [1, 2, 3], expiresAt: 2000)
        try await records.put("c", [1, 2, 3], expiresAt: 2000)
        #expect(try await records.get("a") == nil)
        #expect(records.count == 2)
        try await records.put("huge", [UInt8](repeating: 0, count: 10), expiresAt: 2000)
        #expect(try await records.get("huge") == nil)
        #expect(records.count == 2)
    }

    @Test("any order of calls does what a plain list would do", arguments: UInt64(0)..<10) func modelled(seed: UInt64)
        async throws
    {
        var random = SeededGenerator(seed: seed)
        let records = records(count: 5)
        var model: [(key: String, value: [UInt8], expiresAt: Int64)] = []
        for step in 0..<500 {
            let key = "k\(Int.random(in: 0..<9, using: &random))"
            let found = model.firstIndex { $0.key == key }
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let value = [UInt8(truncatingIfNeeded: step)]
                let expiresAt = time.milliseconds + Int64.random(in: 0...20, using: &random)
                if let found { model.remove(at: found) }
                if expiresAt > time.milliseconds {
                    if model.count == 5 { model.removeFirst() }
                    model.append((key, value, expiresAt))
                }
                try await records.put(key, value, expiresAt: expiresAt)
            case 1, 2:
                var expected: [UInt8]?
                if let found {
                    let record = model.remove(at: found)
                    if record.expiresAt > time.milliseconds {
                        model.append(record)
                        expected = record.value
                    }
                }
                #expect(try await records.get(key) == expected)
            default:
                let record = found.map { model.remove(at: $0) }
                #expect(try await records.remove(key) == record.flatMap { $0.expiresAt > time.milliseconds ? $0.value : nil })
                time.advance(by: 1)
            }
            #expect(records.count == model.count)
        }
    }

    @Test("the clock of the machine runs") func systemClock() {
        // Later than this test was written, earlier than the year 5000.
        #expect((1_700_000_000_000..<95_000_000_000_000).contains(WallClock.system.nowMilliseconds()))
        #expect(WallClock.fixed(5).nowMilliseconds() == 5)
    }
}
