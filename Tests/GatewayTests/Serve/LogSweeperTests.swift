import Ledger
import Logging
import Storage
import Testing
import Wire

@testable import Gateway

@Suite("The log's sweeper")
struct LogSweeperTests {
    private static let hour: Int64 = 3_600_000

    /// One call an hour, the last one now, each with its bodies.
    private func fill(_ store: Store, hours: Int64) async throws {
        var ids = RequestIDGenerator()
        for age in (0..<hours).reversed() {
            let time = AdminFixture.now - age * Self.hour
            var record = CallRecord(
                requestID: ids.next(nowMilliseconds: time), requestAt: time, createdAt: time, groupID: "g", tokenID: 1,
                tokenName: "t", model: "m", code: 200, mode: .chatCompletions, endpoint: "/v1/chat/completions")
            record.detail = CallDetail(
                requestBody: "asked", requestBodyIsTruncated: false, responseBody: "answered", responseBodyIsTruncated: false)
            #expect(store.journal.append(record, lane: 0))
            #expect(await store.journal.flush())
        }
    }

    @Test(
        "an hour counts from now, 0 is for ever, and less than that is not at all",
        arguments: [(24, 72, 24, 72), (0, 0, nil, nil), (-1, -1, 0, 0)] as [(Int, Int, Int64?, Int64?)])
    func retention(rows: Int, bodies: Int, keptRows: Int64?, keptBodies: Int64?) {
        var settings = Configuration.CallLog()
        (settings.storageHours, settings.detailStorageHours) = (rows, bodies)
        let retention = LogSweeper.Retention(settings)
        #expect(retention.rows == keptRows.map { .seconds($0 * 3600) })
        #expect(retention.bodies == keptBodies.map { .seconds($0 * 3600) })
    }

    @Test("what is too old goes, in as many small steps as it takes, and nothing else", arguments: AdminEngine.available)
    func sweep(engine: AdminEngine) async throws {
        try await withStore(engine) { store in
            try await self.fill(store, hours: 6)
            // Keys are times of writing: everything was written at the store's time.
            let later = WallClock.fixed(AdminFixture.now + 3 * Self.hour)
            func sweeper(rows: Duration?, bodies: Duration?) -> LogSweeper {
                LogSweeper(
                    store: store, retention: LogSweeper.Retention(rows: rows, bodies: bodies, batch: 2), clock: later,
                    logger: Logger(label: "test"), pause: .zero)
            }
            func count() async throws -> Int64 {
                try await store.logs.list(LogFilter(), order: ListOrder(text: "id-asc"), page: Page()).total
            }
            try await sweeper(rows: .seconds(4 * 3600), bodies: nil).sweep()
            #expect(try await count() == 6)
            try await sweeper(rows: nil, bodies: .seconds(3600)).sweep()
            #expect(try await count() == 6)
            let id = try #require(
                try await store.logs.list(LogFilter(), order: ListOrder(text: "id-asc"), page: Page()).logs.first?.id)
            #expect(try await store.logs.detail(id).call.detail == nil)
            try await sweeper(rows: .seconds(3600), bodies: nil).sweep()
            #expect(try await count() == 0)
        }
    }
}
