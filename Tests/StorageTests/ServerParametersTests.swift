import Directory
import Testing
import Wire

@testable import Storage

@Suite("What groups save for public MCP servers")
struct ServerParametersTests {
    private static func saved(_ server: String, _ group: String, _ values: [String: String]) -> ServerParameters {
        ServerParameters(serverID: server, groupID: group, values: values, createdAt: testTime)
    }

    private func withServers(_ engine: Engine, _ body: (Store) async throws -> Void) async throws {
        try await withStore(engine) { store in
            for id in ["g", "h"] { _ = try await store.groups.create(Group(id: id, createdAt: 0)) }
            for id in ["a", "b"] {
                _ = try await store.publicServers.create(PublicServer(id: id, kind: .proxySSE, createdAt: 0))
            }
            try await body(store)
        }
    }

    @Test("they are stored for one group and one server, and replaced whole", arguments: Engine.available)
    func roundTrip(engine: Engine) async throws {
        try await withServers(engine) { store in
            let first = Self.saved("a", "g", ["key": "secret", "empty": "", "ü": "\u{1F511}"])
            #expect(try await store.serverParameters.save(first).changes == [.upsertServerParameters(first)])
            #expect(try await store.serverParameters.get(server: "a", group: "g") == first)
            for (server, group) in [("a", "h"), ("b", "g")] {
                let error = try await storageError { _ = try await store.serverParameters.get(server: server, group: group) }
                guard case .notFound = error.code else {
                    Issue.record("\(error)")
                    return
                }
            }
            let second = Self.saved("a", "g", ["other": "x"])
            _ = try await store.serverParameters.save(second)
            _ = try await store.serverParameters.save(Self.saved("a", "h", [:]))
            #expect(try await store.loadContents().serverParameters == [second, Self.saved("a", "h", [:])])
        }
    }

    @Test("when they were first saved stays, when they were last saved moves", arguments: Engine.available)
    func times(engine: Engine) async throws {
        let time = ManualTime(testTime)
        try await withStore(engine, clock: .manual(time)) { store in
            _ = try await store.groups.create(Group(id: "g", createdAt: 0))
            _ = try await store.publicServers.create(PublicServer(id: "a", kind: .proxySSE, createdAt: 0))
            _ = try await store.serverParameters.save(Self.saved("a", "g", ["k": "1"]))
            time.advance(by: 5)
            let written = try await store.serverParameters.save(Self.saved("a", "g", ["k": "2"])).value
            #expect(written.createdAt == testTime)
            #expect(written.updatedAt == testTime + 5)
            #expect(try await store.serverParameters.get(server: "a", group: "g") == written)
        }
    }

    @Test("no value stands in the database in plain text", arguments: Engine.available)
    func sealed(engine: Engine) async throws {
        try await withPlace(engine) { place in
            let store = try await Store.open(
                place.configuration(), secrets: testSecrets, clock: .fixed(testTime), logger: Place.logger)
            _ = try await store.groups.create(Group(id: "g", createdAt: 0))
            _ = try await store.publicServers.create(PublicServer(id: "a", kind: .proxySSE, createdAt: 0))
            _ = try await store.serverParameters.save(Self.saved("a", "g", ["key-name": "secret-value"]))
            await store.close()
            let database = try place.engine()
            let rows = try await database.read { connection throws(StorageError) in
                try connection.query("SELECT group_id, mcp_id, sealed FROM portico_mcp_params", []) {
                    row throws(StorageError) in [row.text(0), row.text(1), row.text(2)]
                }
            }
            await database.close()
            #expect(rows.count == 1 && rows[0][0] == "g" && rows[0][1] == "a")
            #expect(!rows[0][2].contains("secret-value") && !rows[0][2].contains("key-name"))
        }
    }

    @Test("they go with their group and with their server, and nobody else's do", arguments: Engine.available)
    func cascade(engine: Engine) async throws {
        try await withServers(engine) { store in
            for (server, group) in [("a", "g"), ("b", "g"), ("a", "h"), ("b", "h")] {
                _ = try await store.serverParameters.save(Self.saved(server, group, ["k": "v"]))
            }
            #expect(
                try await store.publicServers.delete("a").changes == [
                    .removeServerParameters(server: "a", group: "g"), .removeServerParameters(server: "a", group: "h"),
                    .removePublicServer(id: "a"),
                ])
            #expect(
                try await store.groups.delete("g").changes == [
                    .removeServerParameters(server: "b", group: "g"), .removeGroup(id: "g"),
                ])
            #expect(try await store.loadContents().serverParameters == [Self.saved("b", "h", ["k": "v"])])
        }
    }

    @Test("without the group or the server, with too much, nothing is saved", arguments: Engine.available)
    func refusals(engine: Engine) async throws {
        try await withServers(engine) { store in
            let group = try await storageError { _ = try await store.serverParameters.save(Self.saved("a", "none", [:])) }
            #expect(group.code == .notFound(kind: "group", id: "none"))
            let server = try await storageError { _ = try await store.serverParameters.save(Self.saved("none", "g", [:])) }
            #expect(server.code == .notFound(kind: "public MCP server", id: "none"))
            let large = Self.saved("a", "g", ["k": String(repeating: "x", count: (1 << 20) + 1)])
            let size = try await storageError { _ = try await store.serverParameters.save(large) }
            #expect(size.code == .invalid(member: "params"))
            #expect(try await store.loadContents().serverParameters.isEmpty)
        }
    }
}

@Suite("Pages")
struct PageTests {
    @Test(
        "a list that continues another one is cut where the other ends",
        arguments: [
            // page, size, elements before -> from the first list, limit and offset in the second
            (1, 10, 0, 0..<0, 10, 0), (1, 10, 3, 0..<3, 7, 0), (2, 10, 3, 3..<3, 10, 7), (1, 10, 10, 0..<10, 0, 0),
            (1, 2, 5, 0..<2, 0, 0), (3, 2, 5, 4..<5, 1, 0), (4, 2, 5, 5..<5, 2, 1),
        ] as [(Int, Int, Int, Range<Int>, Int64, Int64)])
    func continued(number: Int, size: Int, before: Int, range: Range<Int>, limit: Int64, offset: Int64) {
        let page = Page(number: number, size: size)
        #expect(page.range(in: before) == range)
        #expect(page.after(before).limit == limit)
        #expect(page.after(before).offset == offset)
    }
}
