import Directory
import HTTPTypes
import Ledger
import Storage
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: the log")
struct LogAPITests {
    @Test("rows are listed with their parts, and filtered", arguments: AdminEngine.available)
    func list(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            try await admin.addLog("01h000000000000000a1", group: "g1", model: "m1")
            try await admin.addLog("01h000000000000000a2", group: "g2", model: "m2", code: 500)
            let page = try await admin.data(.get, "/api/logs/?order=request_at-asc")
            #expect(page["total"] == 2)
            #expect(Set(page["models"]?.arrayValue?.compactMap(\.stringValue) ?? []) == ["m1", "m2"])
            #expect(page["channels"] == [3])
            let row = try #require(page["logs"]?.arrayValue?.first { $0["group"] == "g1" })
            #expect(row["request_id"] == "01h000000000000000a1" && row["created_at"] == "2026-11-22T00:00:00.000Z")
            #expect(row["request_at"] == "2026-11-21T23:59:59.500Z" && row["retry_at"] == "0001-01-01T00:00:00Z")
            #expect(row["usage"]?["input_tokens"] == 10 && row["amount"]?["used_amount"]?.doubleValue == 0.0015)
            #expect(row["metadata"] == ["team": "blue"] && row["request_detail"] == nil)

            for (query, total) in [
                ("group=g2", 1), ("code_type=error", 1), ("code=200", 1), ("model_name=m1", 1), ("token_name=t1", 2),
                ("channel=4", 0),
                ("start_timestamp=\(AdminFixture.now)", 2), ("start_timestamp=\(AdminFixture.now / 1000)", 2),
                ("end_timestamp=\(AdminFixture.now / 1000 - 60)", 0), ("ip=192.0.2.1", 2), ("request_id=01h000000000000000a2", 1),
            ] { #expect(try await admin.data(.get, "/api/logs/?" + query)["total"] == .integer(total), "\(query)") }
            #expect(try await admin.data(.get, "/api/logs/search?keyword=m2")["total"] == 1)
            #expect(try await admin.failure(.get, "/api/logs/?code_type=x") == "400 code_type: expected all, success or error")
        }
    }

    @Test("a group sees its own rows only", arguments: AdminEngine.available)
    func group(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            try await admin.addLog("01h000000000000000a1", group: "g1")
            try await admin.addLog("01h000000000000000a2", group: "g2")
            let page = try await admin.data(.get, "/api/log/g1?include_detail=true")
            #expect(page["total"] == 1 && page["token_names"] == ["t1"])
            let row = try #require(page["logs"]?[0])
            #expect(
                row["request_detail"]?["request_body"] == "asked" && row["request_detail"]?["response_body_truncated"] == true)
            let id = try #require(row["id"]?.int64Value)
            #expect(try await admin.data(.get, "/api/log/g1/detail/\(id)")["response_body"] == "answered")
            #expect(try await admin.data(.get, "/api/logs/detail/\(id)")["log_id"] == .integer(id))
            #expect(try await admin.failure(.get, "/api/log/g2/detail/\(id)") == "404 there is no log \(id)")
            #expect(try await admin.data(.get, "/api/log/g2/search?keyword=g1")["total"] == 0)
        }
    }

    @Test("rows before a moment are deleted", arguments: AdminEngine.available)
    func delete(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            try await admin.addLog()
            #expect(
                try await admin.failure(.delete, "/api/logs/") == "400 timestamp: expected seconds or milliseconds since 1970")
            #expect(try await admin.data(.delete, "/api/logs/?timestamp=\(AdminFixture.now - 1000)") == 0)
            #expect(try await admin.data(.delete, "/api/logs/?timestamp=\(AdminFixture.now + 1000)") == 1)
            #expect(try await admin.data(.get, "/api/logs/")["total"] == 0)
        }
    }
}
