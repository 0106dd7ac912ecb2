import Directory
import Foundation
import Ledger
import Testing
import Wire

@testable import Storage

@Suite("Channels")
struct ChannelTests {
    private static var full: Channel {
        var channel = Channel(id: 1, type: 53, name: "Main", key: "sk-very-secret", createdAt: testTime)
        channel.baseURL = "https://one.example/v1"
        channel.proxyURL = "socks5://u:password@proxy"
        channel.models = ["gpt-4o", "o3"]
        channel.modelMapping = ["a": "b"]
        channel.priority = 20
        channel.status = .disabled
        channel.sets = ["default", "vip"]
        channel.configs = ["region": "eu", "deep": ["n": 1.50]]
        channel.skipsTLSVerification = true
        channel.bansOnNoPermission = true
        channel.warnErrorRate = 0.3
        channel.maxErrorRate = 0.75
        channel.checksBalance = true
        channel.balance = 1e-7
        channel.balanceThreshold = 100
        channel.balanceUpdatedAt = 4
        channel.lastTestErrorAt = 5
        return channel
    }

    @Test("a channel is stored with every member", arguments: Engine.available)
    func roundTrip(engine: Engine) async throws {
        try await withStore(engine) { store in
            let written = try await store.channels.create(Self.full)
            #expect(written.value.channel == Self.full)
            #expect(written.changes == [.upsertChannel(Self.full)])
            #expect(try await store.channels.get(1) == StoredChannel(channel: Self.full))
            #expect(try await store.channels.all().map(\.channel) == [Self.full])
            #expect(try await store.loadContents().channels == [Self.full])
        }
    }

    @Test("no byte of a secret is in the database's files")
    func sealed() async throws {
        try await withPlace(.sqlite) { place in
            let store = try await Store.open(place.configuration(), secrets: testSecrets, logger: Place.logger)
            _ = try await store.channels.create(Self.full)
            var server = PublicServer(id: "s", kind: .proxyStreamable, createdAt: 0)
            server.proxyConfig = ["headers": ["Authorization": "Bearer hidden-token"]]
            _ = try await store.publicServers.create(server)
            let key = try await store.tokens.create(.init(groupID: "g", name: "n"), autoCreateGroup: true).value.key()
            await store.close()
            for name in try FileSystem.names(in: place.folder) where name.hasPrefix("portico.db") {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: place.folder + "/" + name))
                for secret in ["sk-very-secret", "u:password", "hidden-token", key] {
                    #expect(bytes.range(of: Data(secret.utf8)) == nil)
                }
            }
        }
    }

    @Test("a search takes id, name, key, type, base URL and keyword", arguments: Engine.available)
    func search(engine: Engine) async throws {
        try await withStore(engine) { store in
            var second = Channel(id: 0, type: 1, name: "Spare", key: "other", createdAt: 0)
            second.baseURL = "https://two.example"
            _ = try await store.channels.create([Self.full, second])
            func names(_ change: (inout ChannelRepository.Filter) -> Void) async throws -> [String] {
                var filter = ChannelRepository.Filter()
                change(&filter)
                return try await store.channels.search(filter, page: Page()).items.map(\.channel.name)
            }
            #expect(try await names { _ in } == ["Spare", "Main"])
            #expect(try await names { $0.id = 1 } == ["Main"])
            #expect(try await names { $0.name = "SPA" } == ["Spare"])
            #expect(try await names { $0.key = "sk-very-secret" } == ["Main"])
            #expect(try await names { $0.key = "sk-very" } == [])
            #expect(try await names { $0.type = 53 } == ["Main"])
            #expect(try await names { $0.baseURL = "TWO." } == ["Spare"])
            #expect(try await names { $0.keyword = "GPT-4" } == ["Main"])
        }
    }

    @Test("an update keeps number and age; a deleted channel is gone for everyone", arguments: Engine.available)
    func change(engine: Engine) async throws {
        try await withStore(engine) { store in
            _ = try await store.channels.create([Self.full, Self.full])
            var channel = Self.full
            channel.key = "new"
            channel.createdAt = 1
            #expect(try await store.channels.update(channel).value.channel.createdAt == testTime)
            #expect(try await store.channels.get(1).channel.key == "new")
            #expect(try await store.channels.setStatus(1, .enabled).value.channel.status == .enabled)
            #expect(try await store.channels.delete([2, 7]).changes == [.removeChannel(id: 2)])
            for attempt in [{ try await store.channels.get(2) }, { try await store.channels.setStatus(2, .enabled).value }] {
                let error = try await storageError { _ = try await attempt() }
                #expect(error.code == .notFound(kind: "channel", id: "2"))
            }
            let error = try await storageError { _ = try await store.channels.delete(2) }
            #expect(error.code == .notFound(kind: "channel", id: "2"))
            #expect(try await store.channels.all().count == 1)
            #expect(try await store.channels.create(Self.full).value.channel.id == 3)
        }
    }
}
