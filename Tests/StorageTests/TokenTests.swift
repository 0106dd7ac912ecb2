import Directory
import Ledger
import Testing
import Wire

@testable import Storage

@Suite("Tokens")
struct TokenTests {
    @Test(
        "a new token has a key of 48 letters and digits, of which only hash, prefix and seal are stored",
        arguments: Engine.available)
    func create(engine: Engine) async throws {
        try await withStore(engine) { store in
            _ = try await store.groups.create(Group(id: "g", createdAt: 0))
            var new = TokenRepository.New(groupID: "g", name: "n")
            new.subnets = ["10.0.0.0/8"]
            new.models = ["m"]
            new.quota.lifetime = Money(nanos: 5)
            new.quota.perPeriod = Money(nanos: 3)
            new.quota.period = .weekly
            let written = try await store.tokens.create(new)
            let stored = written.value
            let key = try stored.key()
            #expect(key.utf8.count == 48 && key.utf8.allSatisfy(SecretText.alphanumerics.contains))
            #expect(stored.token.keyHash == store.secrets.tokenKeys.hash(key))
            #expect(key.hasPrefix(stored.token.keyPrefix) && stored.token.keyPrefix.count == 6)
            #expect(!stored.sealedKey.contains(key))
            #expect(written.changes == [.upsertToken(stored.token)])
            let read = try await store.tokens.get(stored.token.id)
            #expect(read.token == stored.token)
            #expect(try read.key() == key)
            #expect(try await store.loadContents().tokens == [stored.token])
        }
    }

    @Test("a key sealed with another secret does not open, and says so")
    func otherSecret() async throws {
        try await withPlace(.sqlite) { place in
            let first = try await Store.open(place.configuration(), secrets: testSecrets, logger: Place.logger)
            let id = try await first.tokens.create(.init(groupID: "g", name: "n"), autoCreateGroup: true).value.token.id
            await first.close()
            let master = try #require(MasterSecret(bytes: Array(repeating: 8, count: 32)))
            let secrets = try #require(StoreSecrets(master: master))
            let second = try await Store.open(place.configuration(), secrets: secrets, logger: Place.logger)
            let token = try await second.tokens.get(id)
            #expect(throws: StorageError.self) { try token.key() }
            await second.close()
        }
    }

    @Test("a missing group is refused, or made where that is asked for", arguments: Engine.available)
    func missingGroup(engine: Engine) async throws {
        try await withStore(engine) { store in
            let new = TokenRepository.New(groupID: "g", name: "n")
            let error = try await storageError { _ = try await store.tokens.create(new) }
            #expect(error.code == .notFound(kind: "group", id: "g"))
            let written = try await store.tokens.create(new, autoCreateGroup: true)
            let group = try await store.groups.get("g").group
            #expect(written.changes == [.upsertGroup(group), .upsertToken(written.value.token)])
        }
    }

    @Test("a second token of one name is a conflict, or the first one where that is asked for", arguments: Engine.available)
    func existing(engine: Engine) async throws {
        try await withStore(engine) { store in
            let new = TokenRepository.New(groupID: "g", name: "n")
            let first = try await store.tokens.create(new, autoCreateGroup: true).value
            let error = try await storageError { _ = try await store.tokens.create(new) }
            #expect(error.code == .conflict(member: "name"))
            let again = try await store.tokens.create(new, ignoreExisting: true)
            #expect(again.value.token == first.token && again.changes.isEmpty)
            #expect(try again.value.key() == first.key())
            // The same name in another group is another token.
            let other = try await store.tokens.create(.init(groupID: "h", name: "n"), autoCreateGroup: true)
            #expect(other.value.token.id != first.token.id)
        }
    }

    @Test("a group has no more tokens than it may", arguments: Engine.available)
    func maximum(engine: Engine) async throws {
        try await withStore(engine) { store in
            for number in 1...2 {
                _ = try await store.tokens.create(
                    .init(groupID: "g", name: "\(number)"), autoCreateGroup: true, maximumInGroup: 2)
            }
            let error = try await storageError {
                _ = try await store.tokens.create(.init(groupID: "g", name: "3"), maximumInGroup: 2)
            }
            #expect(error.code == .invalid(member: "group"))
        }
    }

    @Test("a search takes group, name, key, status and keyword", arguments: Engine.available)
    func search(engine: Engine) async throws {
        try await withStore(engine) { store in
            var keys: [String] = []
            for (group, name) in [("a", "One"), ("a", "two"), ("b", "one more")] {
                let stored = try await store.tokens.create(.init(groupID: group, name: name), autoCreateGroup: true).value
                keys.append(try stored.key())
            }
            _ = try await store.tokens.setStatus(2, .disabled)
            func names(_ change: (inout TokenRepository.Filter) -> Void) async throws -> [String] {
                var filter = TokenRepository.Filter()
                change(&filter)
                let order = ListOrder(text: "id-asc")
                return try await store.tokens.search(filter, order: order, page: Page()).items.map(\.token.name)
            }
            #expect(try await names { $0.groupID = "a" } == ["One", "two"])
            #expect(try await names { $0.keyword = "ONE" } == ["One", "one more"])
            #expect(try await names { $0.name = "two" } == ["two"])
            #expect(try await names { $0.status = .enabled } == ["One", "one more"])
            #expect(try await names { $0.key = keys[1] } == ["two"])
            #expect(try await names { $0.key = String(keys[2].prefix(6)) } == ["one more"])
            #expect(try await names { $0.key = String(keys[2].dropFirst()) } == [])
            #expect(try await names { _ in } == ["One", "two", "one more"])
        }
    }

    @Test("an update changes what the operator sets; another kind of period begins anew", arguments: Engine.available)
    func update(engine: Engine) async throws {
        try await withStore(engine) { store in
            let first = try await store.tokens.create(.init(groupID: "g", name: "n"), autoCreateGroup: true).value.token
            _ = try await store.tokens.create(.init(groupID: "g", name: "taken"))
            var token = first
            token.name = "new"
            token.models = ["x"]
            token.quota.perPeriod = Money(nanos: 9)
            token.quota.period = .daily
            token.quota.periodStart = 77
            token.keyPrefix = "forged"
            token.groupID = "other"
            let updated = try await store.tokens.update(token).value.token
            #expect(updated.name == "new" && updated.models == ["x"] && updated.quota.period == .daily)
            #expect(updated.keyPrefix == first.keyPrefix && updated.groupID == "g" && updated.quota.periodStart == 0)
            #expect(try await store.tokens.get(first.id).token == updated)
            let conflict = try await storageError { _ = try await store.tokens.setName(first.id, "taken") }
            #expect(conflict.code == .conflict(member: "name"))
            #expect(try await store.tokens.setName(first.id, "new").value.token.name == "new")
            let foreign = try await storageError { _ = try await store.tokens.setStatus(first.id, in: "h", .disabled) }
            #expect(foreign.code == .notFound(kind: "token", id: "\(first.id)"))
        }
    }

    @Test("a deleted token's number is not given again", arguments: Engine.available)
    func delete(engine: Engine) async throws {
        try await withStore(engine) { store in
            for name in ["a", "b", "c"] {
                _ = try await store.tokens.create(.init(groupID: "g", name: name), autoCreateGroup: true)
            }
            #expect(try await store.tokens.delete(3).changes == [.removeToken(id: 3)])
            #expect(try await store.tokens.delete([1, 3, 9], in: "g").value == [1])
            let error = try await storageError { _ = try await store.tokens.delete(2, in: "other") }
            #expect(error.code == .notFound(kind: "token", id: "2"))
            #expect(try await store.tokens.create(.init(groupID: "g", name: "d")).value.token.id == 4)
        }
    }
}
