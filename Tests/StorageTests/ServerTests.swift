import Directory
import Ledger
import Testing
import Wire

@testable import Storage

@Suite("MCP servers")
struct ServerTests {
    private static var full: PublicServer {
        var server = PublicServer(id: "web_search-1", kind: .openAPI, createdAt: testTime)
        server.status = .disabled
        server.name = "Search"
        server.nameChinese = "搜索"
        server.description = "d"
        server.descriptionChinese = "描述"
        server.readme = "r"
        server.readmeChinese = "r2"
        server.readmeURL = "https://a"
        server.readmeChineseURL = "https://b"
        server.githubURL = "https://c"
        server.logoURL = "https://d"
        server.tags = ["Web", "x"]
        server.defaultToolCallPrice = Money(nanos: 5)
        server.toolCallPrices = ["find": Money(nanos: 7)]
        server.proxyConfig = ["url": "https://x", "headers": ["Authorization": "secret"]]
        server.openAPIConfig = ["openapi_content": .string(String(repeating: "long ", count: 400_000))]
        server.embedConfig = ["init": ["key": "v"]]
        server.testConfig = ["enabled": true]
        return server
    }

    @Test("a public server is stored with every member, an OpenAPI document of two megabytes too", arguments: Engine.available)
    func roundTrip(engine: Engine) async throws {
        try await withStore(engine) { store in
            let written = try await store.publicServers.create(Self.full)
            #expect(written.value == Self.full)
            #expect(written.changes == [.upsertPublicServer(Self.full)])
            #expect(try await store.publicServers.get("web_search-1") == Self.full)
            #expect(try await store.loadContents().publicServers == [Self.full])
            let error = try await storageError { _ = try await store.publicServers.create(Self.full) }
            #expect(error.code == .conflict(member: "id"))
        }
    }

    @Test("public servers are listed, changed and deleted", arguments: Engine.available)
    func change(engine: Engine) async throws {
        try await withStore(engine) { store in
            let servers = store.publicServers
            _ = try await servers.create(PublicServer(id: "a", kind: .embedded, createdAt: 0))
            var second = PublicServer(id: "b", kind: .docs, createdAt: 0)
            second.tags = ["Docs"]
            _ = try await servers.update(second)
            #expect(try await servers.list(keyword: "docs", page: Page()).items.map(\.id) == ["b"])
            #expect(try await servers.list(kind: .embedded, page: Page()).items.map(\.id) == ["a"])
            #expect(try await servers.list(id: "b", status: .enabled, page: Page()).total == 1)
            #expect(try await servers.setStatus("a", .disabled).value.status == .disabled)
            #expect(try await servers.all(status: .enabled).map(\.id) == ["b"])
            #expect(try await servers.delete("a").changes == [.removePublicServer(id: "a")])
            let error = try await storageError { _ = try await servers.setStatus("a", .enabled) }
            #expect(error.code == .notFound(kind: "public MCP server", id: "a"))
        }
    }

    @Test("an id with other characters, an unknown kind, a negative price are refused", arguments: Engine.available)
    func refusals(engine: Engine) async throws {
        try await withStore(engine) { store in
            for id in ["", "a b", "ä", "a/b", String(repeating: "x", count: 65)] {
                let error = try await storageError {
                    _ = try await store.publicServers.create(PublicServer(id: id, kind: .docs, createdAt: 0))
                }
                #expect(error.code == .invalid(member: "id"))
            }
            let kind = try await storageError {
                _ = try await store.publicServers.create(PublicServer(id: "a", kind: .init(name: "x"), createdAt: 0))
            }
            #expect(kind.code == .invalid(member: "type"))
            var server = Self.full
            server.defaultToolCallPrice = Money(nanos: -1)
            let price = try await storageError { [server] in _ = try await store.publicServers.create(server) }
            #expect(price.code == .invalid(member: "price"))
        }
    }

    @Test("a group's servers are its own", arguments: Engine.available)
    func groupServers(engine: Engine) async throws {
        try await withStore(engine) { store in
            for id in ["g", "h"] { _ = try await store.groups.create(Group(id: id, createdAt: 0)) }
            let servers = store.groupServers
            var server = GroupServer(id: "s", groupID: "g", kind: .openAPI, createdAt: testTime)
            server.name = "N"
            server.description = "D"
            server.proxyConfig = ["url": "u"]
            server.openAPIConfig = ["openapi_spec": "v"]
            #expect(try await servers.create(server).changes == [.upsertGroupServer(server)])
            #expect(try await servers.get("s", group: "g") == server)
            let missing = try await storageError { _ = try await servers.get("s", group: "h") }
            #expect(missing.code == .notFound(kind: "MCP server", id: "s"))
            let conflict = try await storageError { [server] in _ = try await servers.create(server) }
            #expect(conflict.code == .conflict(member: "id"))
            server.groupID = "none"
            let group = try await storageError { [server] in _ = try await servers.create(server) }
            #expect(group.code == .notFound(kind: "group", id: "none"))
            server.groupID = "h"
            _ = try await servers.update(server)
            #expect(try await servers.list(group: "g", keyword: "n", page: Page()).total == 1)
            #expect(try await servers.all().map(\.groupID) == ["g", "h"])
            #expect(try await servers.setStatus("s", group: "h", .disabled).value.status == .disabled)
            #expect(try await servers.delete("s", group: "g").changes == [.removeGroupServer(id: "s", group: "g")])
            #expect(try await store.loadContents().groupServers.map(\.groupID) == ["h"])
        }
    }
}
