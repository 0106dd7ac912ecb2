import Directory
import Foundation
import Ledger
import Testing
import Wire

@testable import Storage

@Suite("The journal")
struct JournalTests {
    /// What may happen to a process and its database.
    private enum Event: CaseIterable { case append, appendMany, batch, drain, killed, failure, lostAnswer }

    @Test(
        "whatever happens when: each acknowledged call is in the database exactly once, and was charged once",
        arguments: Engine.available, 1...6 as ClosedRange<UInt64>)
    func exactlyOnce(engine: Engine, seed: UInt64) async throws {
        try await withPlace(engine) { place in
            let database = try place.engine()
            try await makeTables(main: database)
            let faulty = FaultyEngine(database)
            let calls = try Self.story(place, seed: seed, main: faulty, log: nil)
            #expect(try await Stored(main: database, log: database) == Stored(of: calls))
            await database.close()
        }
    }

    @Test("the same with the log in a database of its own", arguments: 1...6 as ClosedRange<UInt64>)
    func exactlyOnceInTwo(seed: UInt64) async throws {
        try await withPlace(.sqlite) { place in
            let main = try place.engine()
            let log = try SQLiteEngine(path: place.folder + "/log.db")
            try await makeTables(main: main, log: log)
            let faulty = FaultyEngine(log)
            let calls = try Self.story(place, seed: seed, main: main, log: faulty)
            #expect(try await Stored(main: main, log: log) == Stored(of: calls))
            await main.close()
            await log.close()
        }
    }

    /// Lets random things happen, then a last start in peace; returns the calls that were acknowledged.
    private static func story(
        _ place: Place, seed: UInt64, main: any SQLEngine, log: (any SQLEngine)?
    ) throws -> [CallRecord] {
        var source = CallSource(seed: seed)
        let faulty = (log ?? main) as? FaultyEngine
        var calls: [CallRecord] = []
        var journal = try BareJournal(place, main: main, log: log, lanes: 2)
        try journal.begin()
        func append() {
            let call = source.any()
            let lane = Int.random(in: 0..<journal.lanes.count, using: &source.random)
            if journal.lanes[lane].append(call) { calls.append(call) }
        }
        for _ in 0..<60 {
            switch Event.allCases.randomElement(using: &source.random) ?? .append {
            case .append: append()
            case .appendMany: for _ in 0..<Int.random(in: 1...80, using: &source.random) { append() }
            case .batch:
                _ = try journal.drain.drainBatch()
                try journal.prepare()
            case .drain:
                try journal.drain.drain()
                try journal.prepare()
            case .killed:
                journal = try BareJournal(
                    place, main: main, log: log, lanes: Int.random(in: 1...3, using: &source.random))
                try journal.begin()
            case .failure, .lostAnswer:
                faulty?.set(Bool.random(using: &source.random) ? .before : .after)
                #expect(throws: StorageError.self) {
                    append()
                    // What is known of the marks may be right, and nothing there to store.
                    try journal.drain.drain()
                    throw StorageError.unavailable("nothing to do")
                }
                faulty?.set(.none)
            }
        }
        journal = try BareJournal(place, main: main, log: log, lanes: 1)
        try journal.begin()
        return calls
    }

    @Test("a full journal refuses calls before it loses one, and takes them again when the database is back")
    func full() async throws {
        try await withPlace(.sqlite) { place in
            let database = try place.engine()
            try await makeTables(main: database)
            let journal = try BareJournal(place, main: database, segmentsPerLane: 2)
            try journal.begin()
            let lane = journal.lanes[0]
            var source = CallSource(seed: 5)
            var calls: [CallRecord] = []
            while lane.hasRoom {
                let call = source.plain()
                #expect(lane.append(call))
                calls.append(call)
                try journal.prepare()
            }
            let admitted = calls.count
            // Calls that were admitted before still find room.
            while true {
                let call = source.plain()
                guard lane.append(call) else { break }
                calls.append(call)
            }
            #expect(calls.count - admitted > 100)
            #expect(!lane.hasRoom)
            try journal.drain.drain()
            try journal.prepare()
            #expect(lane.hasRoom)
            let call = source.plain()
            #expect(lane.append(call))
            try journal.drain.drain()
            #expect(try await Stored(main: database, log: database) == Stored(of: calls + [call]))
            await database.close()
        }
    }

    @Test("segments are deleted once their records are stored, one that was damaged is kept")
    func files() async throws {
        try await withPlace(.sqlite) { place in
            let database = try place.engine()
            try await makeTables(main: database)
            var journal = try BareJournal(place, main: database, segmentsPerLane: 8)
            try journal.begin()
            var source = CallSource(seed: 6)
            var calls: [CallRecord] = []
            while try journal.files.count < 4 {
                let call = source.plain()
                #expect(journal.lanes[0].append(call))
                calls.append(call)
                try journal.prepare()
            }
            let first = try #require(try journal.files.first)
            let path = journal.configuration.folder + "/" + first
            // Into the payload of the second record.
            let handle = try #require(FileHandle(forUpdatingAtPath: path))
            let length = Int(try #require(try handle.read(upToCount: 65)).last ?? 0)
            try handle.seek(toOffset: UInt64(64 + JournalSegment.space(for: length) + 20))
            try handle.write(contentsOf: Data("damage".utf8))
            try handle.close()
            journal = try BareJournal(place, main: database)
            try journal.begin()
            try journal.drain.drain()
            let left = try journal.files
            #expect(left.contains(first + ".damaged"))
            #expect(left.count { !$0.hasSuffix(".damaged") } <= 2)
            calls.remove(at: 1)
            #expect(try await Stored(main: database, log: database) == Stored(of: calls))
            await database.close()
        }
    }

    @Test("a call that the database refuses is put aside and holds up no other", arguments: Engine.available)
    func refused(engine: Engine) async throws {
        try await withPlace(engine) { place in
            let database = try place.engine()
            try await makeTables(main: database)
            let journal = try BareJournal(place, main: database)
            try journal.begin()
            var source = CallSource(seed: 7)
            let calls = (0..<5).map { number in source.plain(used: number == 2 ? .max : 10) }
            #expect(journal.lanes[0].append(calls[0]))
            try journal.drain.drain()
            // More than a column holds, together with what was used before.
            for call in calls[1...] { #expect(journal.lanes[0].append(call)) }
            // One attempt for all, one by one from then on, three for the one that is too much.
            for _ in 0..<5 { try? journal.drain.drain() }
            let taken = Stored(of: calls.enumerated().filter { $0.0 != 2 }.map(\.1))
            #expect(try await Stored(main: database, log: database) == taken)
            let aside = try Data(contentsOf: URL(fileURLWithPath: journal.configuration.folder + "/refused.records"))
            let record = try aside.dropFirst(4).withUnsafeBytes { try CallRecord(JournalRecord($0)) }
            #expect(record == calls[2])
            await database.close()
        }
    }

    @Test("a segment of another journal, or of a newer program, stops the start")
    func foreignSegment() async throws {
        try await withPlace(.sqlite) { place in
            let database = try place.engine()
            try await makeTables(main: database)
            var journal: BareJournal? = try BareJournal(place, main: database)
            try journal?.begin()
            let folder = try #require(journal?.configuration.folder)
            journal = nil
            try Data("abc\n".utf8).write(to: URL(fileURLWithPath: folder + "/identity"))
            let error = try #require(throws: StorageError.self) { try BareJournal(place, main: database) }
            #expect(error.code == .incompatible)
            await database.close()
        }
    }

    @Test("U+0000 in a call's text becomes U+FFFD", arguments: Engine.available)
    func nul(engine: Engine) async throws {
        try await withStore(engine) { store in
            var call = CallRecord.sample
            call.user = "a\u{0}b"
            #expect(store.journal.append(call, lane: 0))
            #expect(await store.journal.flush())
            let page = try await store.logs.list(LogFilter(), page: Page())
            #expect(page.logs.first?.call.user == "a\u{FFFD}b")
        }
    }

    @Test("a lane that there is not takes nothing")
    func unknownLane() async throws {
        try await withStore(.sqlite) { store in
            #expect(!store.journal.append(.sample, lane: 1))
            #expect(!store.journal.hasRoom(lane: -1))
            #expect(store.journal.hasRoom(lane: 0))
        }
    }

    @Test("a closed store leaves no segment behind, and its journal takes no more")
    func closed() async throws {
        try await withPlace(.sqlite) { place in
            let store = try await Store.open(place.configuration(lanes: 2), secrets: testSecrets, logger: Place.logger)
            var source = CallSource(seed: 8)
            for _ in 0..<300 { #expect(store.journal.append(source.plain(), lane: 1)) }
            await store.close()
            #expect(!store.journal.append(source.plain(), lane: 1))
            #expect(try FileSystem.names(in: place.folder + "/journal").filter { $0.contains(".seg") } == [])
            let again = try await Store.open(place.configuration(), secrets: testSecrets, logger: Place.logger)
            #expect(try await again.logs.list(LogFilter(), page: Page()).total == 300)
            await again.close()
        }
    }
}
