import Directory
import Ledger
import Testing
import Wire

@testable import Storage

@Suite("The store")
struct StoreTests {
    @Test("options are set, replaced and taken away", arguments: Engine.available)
    func options(engine: Engine) async throws {
        try await withStore(engine) { store in
            let first = try await store.options.set(["a": "1", "b": ""])
            #expect(first.changes == [.setOption(name: "a", value: "1"), .setOption(name: "b", value: "")])
            #expect(try await store.options.set(["a": nil, "b": "2"]).changes.first == .removeOption(name: "a"))
            #expect(try await store.options.all() == ["b": "2"])
            #expect(try await store.loadContents().options == ["b": "2"])
        }
    }

    @Test("each write moves the directory's revision on, a failed one does not", arguments: Engine.available)
    func revision(engine: Engine) async throws {
        try await withStore(engine) { store in
            let first = try await store.directoryRevision()
            _ = try await store.groups.create(Group(id: "g", createdAt: 0))
            #expect(try await store.directoryRevision() == first + 1)
            _ = try await storageError { _ = try await store.groups.create(Group(id: "g", createdAt: 0)) }
            #expect(try await store.directoryRevision() == first + 1)
        }
    }

    @Test("a second store on the same SQLite file says who has it, and does not open", .timeLimit(.minutes(1)))
    func alreadyInUse() async throws {
        try await withPlace(.sqlite) { place in
            let store = try await Store.open(place.configuration(), secrets: testSecrets, logger: Place.logger)
            var other = place.configuration()
            other.journalFolder = place.folder + "/other"
            let error = try await storageError { [other] in
                _ = try await Store.open(other, secrets: testSecrets, logger: Place.logger)
            }
            guard case .alreadyInUse(let processID?) = error.code else {
                Issue.record("\(error)")
                return
            }
            #expect(error.message.contains("process \(processID)"))
            await store.close()
            let again = try await Store.open(other, secrets: testSecrets, logger: Place.logger)
            await again.close()
        }
    }

    @Test(
        "two stores on one PostgreSQL database, each with its journal, charge together", .enabled(if: Engine.postgreSQLURL != nil)
    )
    func twoNodes() async throws {
        try await withPlace(.postgreSQL) { place in
            let first = try await Store.open(place.configuration(), secrets: testSecrets, logger: Place.logger)
            var configuration = place.configuration()
            configuration.journalFolder = place.folder + "/other"
            let second = try await Store.open(configuration, secrets: testSecrets, logger: Place.logger)
            _ = try await first.tokens.create(.init(groupID: "g", name: "t1"), autoCreateGroup: true)
            var source = CallSource(seed: 1)
            for number in 0..<2000 {
                let store = number % 2 == 0 ? first : second
                #expect(store.journal.append(source.plain(used: 3), lane: 0))
            }
            async let one = first.journal.flush()
            async let two = second.journal.flush()
            let flushed = await (one, two)
            #expect(flushed == (true, true))
            #expect(try await second.tokens.get(1).usedAmount == Money(nanos: 6000))
            #expect(try await second.logs.list(LogFilter(), page: Page()).total == 2000)
            await first.close()
            await second.close()
        }
    }

    @Test("the log may have a database of its own")
    func logDatabase() async throws {
        try await withPlace(.sqlite) { place in
            var configuration = place.configuration()
            configuration.logEngine = .sqlite(path: place.folder + "/log.db")
            let store = try await Store.open(configuration, secrets: testSecrets, logger: Place.logger)
            _ = try await store.tokens.create(.init(groupID: "g", name: "t1"), autoCreateGroup: true)
            #expect(store.journal.append(.sample, lane: 0))
            #expect(await store.journal.flush())
            #expect(try await store.logs.list(LogFilter(), page: Page()).total == 1)
            #expect(try await store.tokens.get(1).requestCount == 1)
            await store.close()
        }
    }

    @Test("after the store was closed its repositories say that it is")
    func closed() async throws {
        try await withPlace(.sqlite) { place in
            let store = try await Store.open(place.configuration(), secrets: testSecrets, logger: Place.logger)
            await store.close()
            let error = try await storageError { _ = try await store.groups.get("g") }
            #expect(error.code == .unavailable)
        }
    }

    @Test("a database that can't be reached is unavailable, and the message holds no password")
    func unreachable() async throws {
        try await withPlace(.sqlite) { place in
            var configuration = place.configuration()
            configuration.engine = .postgresql(url: "postgres://someone:hidden@127.0.0.1:1/none")
            let error = try await storageError { [configuration] in
                _ = try await Store.open(configuration, secrets: testSecrets, logger: Place.logger)
            }
            #expect(error.code == .unavailable && !error.message.contains("hidden"))
        }
    }
}
