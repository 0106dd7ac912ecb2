import Directory
import HTTPTypes
import Ledger
import Storage
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: groups and tokens")
struct GroupAPITests {
    @Test("a group's life", arguments: AdminEngine.available)
    func group(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            let created = try await admin.data(.post, "/api/group/g1", ["rpm_ratio": 2, "available_sets": ["a"]])
            #expect(created["rpm_ratio"]?.doubleValue == 2)
            #expect(created["created_at"] == "2026-11-22T00:00:00.000Z")
            #expect(created["accessed_at"] == "0001-01-01T00:00:00Z")
            #expect(created["status"] == 1)
            #expect(admin.directory.current.group(id: "g1")?.rpmRatio == 2)
            #expect(try await admin.failure(.post, "/api/group/g1") == "409 there is a group g1 already")

            let changed = try await admin.data(.put, "/api/group/g1", ["tpm_ratio": 3, "status": 0])
            #expect(changed["rpm_ratio"]?.doubleValue == 2)
            #expect(changed["tpm_ratio"]?.doubleValue == 3)
            try await admin.data(.post, "/api/group/g1/rpm_ratio", ["rpm_ratio": 5])
            try await admin.data(.post, "/api/group/g1/tpm_ratio", ["tpm_ratio": 6])
            try await admin.data(.post, "/api/group/g1/status", ["status": 2])
            #expect(admin.directory.current.group(id: "g1")?.status == .disabled)
            let shown = try await admin.data(.get, "/api/group/g1")
            #expect([shown["rpm_ratio"]?.doubleValue, shown["tpm_ratio"]?.doubleValue] == [5, 6])
            #expect(
                try await admin.failure(.post, "/api/group/g1/status", ["status": 9])
                    == "400 status: expected 1 (enabled) or 2 (disabled)")
            #expect(
                try await admin.failure(.post, "/api/group/g1/status", [:]) == "400 status: expected 1 (enabled) or 2 (disabled)")

            try await admin.data(.delete, "/api/group/g1")
            #expect(admin.directory.current.group(id: "g1") == nil)
            #expect(try await admin.failure(.get, "/api/group/g1") == "404 there is no group g1")
        }
    }

    @Test("lists are paged, ordered and searched", arguments: AdminEngine.available)
    func lists(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            for name in ["alpha", "beta", "alphabet"] { try await admin.data(.post, "/api/group/\(name)") }
            let page = try await admin.data(.get, "/api/groups/?p=2&per_page=2&order=id-asc")
            #expect(page["total"] == 3)
            #expect(page["groups"]?.arrayValue?.map { $0["id"] } == ["beta"])
            let found = try await admin.data(.get, "/api/groups/search?keyword=ALPHA&order=id-desc")
            #expect(found["groups"]?.arrayValue?.map { $0["id"] } == ["alphabet", "alpha"])
            try await admin.data(.post, "/api/groups/batch_status", ["groups": ["alpha", "beta"], "status": 2])
            #expect(try await admin.data(.get, "/api/groups/search?status=2")["total"] == 2)
            try await admin.data(.post, "/api/groups/batch_delete", ["alpha", "beta", "absent"])
            #expect(try await admin.data(.get, "/api/groups/")["total"] == 1)
        }
    }

    @Test("a token's life, below its group", arguments: AdminEngine.available)
    func token(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            #expect(try await admin.failure(.post, "/api/token/g1", ["name": "t"]) == "404 there is no group g1")
            let created = try await admin.data(
                .post, "/api/token/g1?auto_create_group=true",
                [
                    "name": "t", "quota": 1.5, "period_quota": 0.5, "period_type": "daily", "models": ["m"],
                    "subnets": ["10.0.0.0/8"],
                ])
            let key = try #require(created["key"]?.stringValue)
            #expect(key.utf8.count == 48)
            #expect(created["quota"]?.doubleValue == 1.5 && created["period_type"] == "daily" && created["group"] == "g1")
            let caller = try admin.directory.current.caller(forKeyHash: admin.store.secrets.tokenKeys.hash(key))
            #expect(caller.token?.name == "t")

            let id = try #require(created["id"]?.int64Value)
            let shown = try await admin.data(.get, "/api/token/g1/\(id)")
            #expect(shown["key"]?.stringValue == String(key.prefix(6)) + "********")
            #expect(try await admin.failure(.get, "/api/token/g2/\(id)") == "404 there is no token \(id)")

            let changed = try await admin.data(.put, "/api/token/g1/\(id)", ["quota": 3, "status": 2])
            #expect(changed["quota"]?.doubleValue == 3 && changed["status"] == 2 && changed["name"] == "t")
            #expect(changed["models"] == ["m"] && changed["period_quota"]?.doubleValue == 0.5)
            try await admin.data(.post, "/api/token/g1/\(id)/status", ["status": 1])
            try await admin.data(.post, "/api/token/g1/\(id)/name", ["name": "renamed"])
            #expect(admin.directory.current.token(id: id)?.name == "renamed")
            try await admin.data(.delete, "/api/token/g1/\(id)")
            #expect(admin.directory.current.token(id: id) == nil)
        }
    }

    @Test("a name that is taken is 409, or gives the token back where that is asked for", arguments: AdminEngine.available)
    func takenName(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            let first = try await admin.data(.post, "/api/token/g1?auto_create_group=1", ["name": "t"])
            #expect(try await admin.failure(.post, "/api/token/g1", ["name": "t"]).hasPrefix("409 "))
            let again = try await admin.data(.post, "/api/token/g1?ignore_exist=true", ["name": "t"])
            #expect(again["id"] == first["id"] && again["key"] == first["key"])
        }
    }

    @Test("tokens of all groups are listed and searched", arguments: AdminEngine.available)
    func tokenLists(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            var ids: [JSON] = []
            var key = ""
            for (group, name) in [("g1", "token-a"), ("g1", "token-b"), ("g2", "token-c")] {
                let token = try await admin.data(.post, "/api/token/\(group)?auto_create_group=1", ["name": .string(name)])
                ids.append(try #require(token["id"]))
                key = try #require(token["key"]?.stringValue)
            }
            func names(_ uri: String) async throws -> [JSON?]? {
                try await admin.data(.get, uri)["tokens"]?.arrayValue?.map { $0["name"] }
            }
            #expect(try await names("/api/tokens/?order=name-asc") == ["token-a", "token-b", "token-c"])
            #expect(try await names("/api/tokens/?group=g2") == ["token-c"])
            #expect(try await names("/api/tokens/g1?order=name-asc") == ["token-a", "token-b"])
            #expect(try await names("/api/token/g1?order=name-desc") == ["token-b", "token-a"])
            #expect(try await names("/api/tokens/search?key=\(key)") == ["token-c"])
            #expect(try await names("/api/token/g1/search?keyword=KEN-B") == ["token-b"])
            #expect(try await admin.data(.get, "/api/tokens/\(ids[2])")["name"] == "token-c")
            try await admin.data(.post, "/api/tokens/batch_delete", [ids[0]])
            try await admin.data(.post, "/api/token/g1/batch_delete", .array(ids))
            #expect(try await names("/api/tokens/") == ["token-c"])
        }
    }

    @Test(
        "what can't be a token is 400 with the member",
        arguments: [
            (["quota": -1, "name": "t"], "quota: expected an amount of zero or more, at most 9223372036"),
            (["name": "t", "period_type": "hourly"], "period_type: expected daily, weekly or monthly"),
            ([:], "name: expected a text"),
            (["name": 5], "name: expected a text"),
        ] as [(JSON, String)])
    func wrongTokens(body: JSON, message: String) async throws {
        try await withAdmin { admin async throws in
            #expect(try await admin.failure(.post, "/api/token/g1?auto_create_group=1", body) == "400 " + message)
        }
    }

    @Test("a group has at most as many tokens as configured")
    func tokenLimit() async throws {
        try await withAdmin(setting: \.relay.groupMaximumTokens, to: 1) { admin async throws in
            try await admin.data(.post, "/api/token/g1?auto_create_group=1", ["name": "a"])
            #expect(try await admin.failure(.post, "/api/token/g1", ["name": "b"]).hasPrefix("400 group must be "))
        }
    }

    @Test("the operator's switch for old programs shows whole keys")
    func shownSecrets() async throws {
        try await withAdmin(setting: \.admin.showsSecrets, to: true) { admin async throws in
            let token = try await admin.data(.post, "/api/token/g1?auto_create_group=1", ["name": "a"])
            #expect(try await admin.data(.get, "/api/tokens/\(token["id"] ?? 0)")["key"] == token["key"])
        }
    }
}
