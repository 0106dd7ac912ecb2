import Directory
import Ledger
import Testing

@testable import Storage

@Suite("Groups")
struct GroupTests {
    @Test("a group is stored with every member, and changes tell the directory", arguments: Engine.available)
    func roundTrip(engine: Engine) async throws {
        try await withStore(engine) { store in
            var group = Group(id: "acme", createdAt: 5)
            group.status = .disabled
            group.rpmRatio = 1.5
            group.tpmRatio = 0.1
            group.availableSets = ["default", "größe, \"x\""]
            group.balanceAlertEnabled = true
            group.balanceAlertThreshold = 12.25
            let written = try await store.groups.create(group)
            group.createdAt = testTime
            #expect(written.value == StoredGroup(group: group))
            #expect(written.changes == [.upsertGroup(group)])
            #expect(try await store.groups.get("acme") == StoredGroup(group: group))
        }
    }

    @Test("a second group of one id is a conflict, an unknown one not found, a bad id invalid", arguments: Engine.available)
    func refusals(engine: Engine) async throws {
        try await withStore(engine) { store in
            _ = try await store.groups.create(Group(id: "a", createdAt: 0))
            let conflict = try await storageError { _ = try await store.groups.create(Group(id: "a", createdAt: 0)) }
            #expect(conflict.code == .conflict(member: "id"))
            let missing = try await storageError { _ = try await store.groups.get("b") }
            #expect(missing.code == .notFound(kind: "group", id: "b"))
            for id in ["", String(repeating: "x", count: 65), "a\u{0}b"] {
                let invalid = try await storageError { _ = try await store.groups.create(Group(id: id, createdAt: 0)) }
                #expect(invalid.code == .invalid(member: "id"))
            }
        }
    }

    @Test("an update keeps what was counted and when the group was made", arguments: Engine.available)
    func update(engine: Engine) async throws {
        try await withStore(engine) { store in
            _ = try await store.groups.create(Group(id: "a", createdAt: 0))
            var changed = Group(id: "a", createdAt: 1)
            changed.availableSets = ["x"]
            let written = try await store.groups.update(changed)
            #expect(written.value.group.createdAt == testTime)
            #expect(written.value.group.availableSets == ["x"])
            #expect(try await store.groups.setStatus("a", .disabled).value.group.status == .disabled)
            let ratios = try await store.groups.setRatios("a", rpm: 2).value.group
            #expect(ratios.rpmRatio == 2 && ratios.tpmRatio == 0 && ratios.status == .disabled)
            #expect(try await store.groups.get("a").group == ratios)
        }
    }

    @Test("a search finds parts of ids and sets in any case of letters, and pages", arguments: Engine.available)
    func search(engine: Engine) async throws {
        try await withStore(engine) { store in
            for number in 1...12 {
                var group = Group(id: "Team_\(number)", createdAt: 0)
                group.availableSets = number == 3 ? ["special%set"] : []
                _ = try await store.groups.create(group)
            }
            let order = ListOrder(member: "id", isAscending: true)
            let page = try await store.groups.search(keyword: "team_1", order: order, page: Page(number: 1, size: 3))
            #expect(page.total == 4)
            #expect(page.items.map(\.group.id) == ["Team_1", "Team_10", "Team_11"])
            let second = try await store.groups.search(keyword: "team_1", order: order, page: Page(number: 2, size: 3))
            #expect(second.items.map(\.group.id) == ["Team_12"])
            // A keyword is text: its wildcards mean themselves.
            #expect(try await store.groups.search(keyword: "L%S", page: Page()).items.map(\.group.id) == ["Team_3"])
            #expect(try await store.groups.search(keyword: "Team%1", page: Page()).total == 0)
            #expect(try await store.groups.search(status: .disabled, page: Page()).total == 0)
            #expect(try await store.groups.list(page: Page(size: 100)).items.count == 12)
        }
    }

    @Test("an order by a member that there is not is refused by name", arguments: Engine.available)
    func order(engine: Engine) async throws {
        try await withStore(engine) { store in
            for text in ["secret-asc", "id; DROP TABLE portico_groups", "id-sideways"] {
                let error = try await storageError {
                    _ = try await store.groups.search(order: ListOrder(text: text), page: Page())
                }
                #expect(error.code == .invalid(member: "order"))
            }
            #expect(ListOrder(text: "") == nil)
        }
    }

    @Test("deleting a group takes its tokens and servers with it, and nobody else's", arguments: Engine.available)
    func cascade(engine: Engine) async throws {
        try await withStore(engine) { store in
            for id in ["a", "b"] { _ = try await store.groups.create(Group(id: id, createdAt: 0)) }
            let token = try await store.tokens.create(.init(groupID: "a", name: "t")).value.token
            let other = try await store.tokens.create(.init(groupID: "b", name: "t")).value.token
            _ = try await store.groupServers.create(
                GroupServer(id: "s", groupID: "a", kind: .proxyStreamable, createdAt: 0))
            let deleted = try await store.groups.delete("a")
            #expect(
                deleted.changes == [
                    .removeToken(id: token.id), .removeGroupServer(id: "s", group: "a"), .removeGroup(id: "a"),
                ])
            let contents = try await store.loadContents()
            #expect(contents.groups.map(\.id) == ["b"])
            #expect(contents.tokens.map(\.id) == [other.id])
            #expect(contents.groupServers.isEmpty)
            #expect(try await store.groups.delete(["a", "b"]).value == ["b"])
            let error = try await storageError { _ = try await store.groups.delete("b") }
            #expect(error.code == .notFound(kind: "group", id: "b"))
        }
    }
}
