import HTTPTypes
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: who gets in, and what failures look like")
struct AdminFrontTests {
    @Test(
        "the key opens by header, with or without Bearer, and by query",
        arguments: ["the-admin-key", "Bearer the-admin-key", "bearer the-admin-key", "Bearer sk-the-admin-key"])
    func keys(authorization: String) async throws {
        try await withAdmin { admin async throws in
            #expect(try await admin.ask(.get, "/api/groups/", headers: [.authorization: authorization]).status == .ok)
            #expect(try await admin.ask(.get, "/api/groups/?key=the-admin-key", headers: [:]).status == .ok)
        }
    }

    @Test("no key, a wrong one and a part of it are 401 in the envelope, and nothing is told of which paths there are")
    func unauthorized() async throws {
        try await withAdmin { admin async throws in
            for value in ["", "wrong", "Bearer ", "the-admin-ke", "the-admin-key-and-more", "Basic the-admin-key"] {
                for path in ["/api/groups/", "/api/nonsense", "/api/monitor/"] {
                    let answer = try await admin.ask(.get, path, headers: [.authorization: value])
                    #expect(answer.status == .unauthorized)
                    #expect(answer.headers[.wwwAuthenticate] == "Bearer")
                    #expect(answer.envelope["success"] == false)
                    #expect(!answer.message.contains("the-admin-key"))
                }
            }
        }
    }

    @Test("where no key is configured nothing gets in")
    func noKey() async throws {
        try await withAdmin(setting: \.keys.admin, to: nil) { admin async throws in
            #expect(try await admin.failure(.get, "/api/groups/") == "401 no admin key is configured: set ADMIN_KEY")
            #expect(try await admin.ask(.get, "/api/groups/", headers: [.authorization: ""]).status == .unauthorized)
        }
    }

    @Test("the admin API is tested on PostgreSQL, too (PORTICO_TEST_POSTGRES)", .enabled(if: AdminEngine.postgreSQLURL != nil))
    func postgreSQL() async throws {
        try await withAdmin(.postgreSQL) { admin async throws in
            #expect(try await admin.data(.get, "/api/groups/") == ["groups": [], "total": 0])
        }
    }

    @Test("the status needs no key")
    func status() async throws {
        try await withAdmin { admin async throws in
            let answer = try await admin.ask(.get, "/api/status", headers: [:])
            #expect(answer.envelope == ["success": true, "message": "", "data": ["startTime": .integer(AdminFixture.now)]])
        }
    }

    @Test("each answer has a request id of its own")
    func requestIDs() async throws {
        try await withAdmin { admin async throws in
            let name = try #require(HTTPField.Name("X-Request-Id"))
            let first = try await admin.ask(.get, "/api/status").headers[name]
            let second = try await admin.ask(.get, "/api/nonsense").headers[name]
            #expect(first.flatMap { RequestID($0) } != nil)
            #expect(second != nil && first != second)
        }
    }

    @Test("unknown paths, other methods and what is not served yet are told apart")
    func paths() async throws {
        try await withAdmin { admin async throws in
            #expect(try await admin.failure(.get, "/api/nonsense") == "404 there is no such path")
            #expect(try await admin.failure(.get, "/api") == "404 there is no such path")
            #expect(try await admin.failure(.patch, "/api/groups/") == "405 method: expected GET")
            #expect(try await admin.failure(.get, "/api/dashboard/") == "501 this operation is not served yet")
            #expect(try await admin.failure(.get, "/api/channel/1/balance") == "501 this operation is not served yet")
            #expect(try await admin.failure(.get, "/api/channel/1/update_balance") == "501 this operation is not served yet")
            #expect(try await admin.failure(.get, "/api/group/%zz") == "400 path: expected percent-encoded UTF-8")
        }
    }

    @Test(
        "a body that is no JSON, or of another form, is 400 with what is wrong",
        arguments: [
            ("{\"rpm_ratio\": 1,}", "400 the body is not acceptable JSON: unexpected '}' at offset 16"),
            ("[]", "400 body: expected a JSON object"), ("{\"rpm_ratio\": \"1\"}", "400 rpm_ratio: expected a number"),
            ("{\"rpm_ratio\": -1}", "400 rpm_ratio: expected a number from 0 to 1000000"),
            ("{\"available_sets\": [1]}", "400 available_sets: expected an array of texts"),
            ("{\"balance_alert_enabled\": 1}", "400 balance_alert_enabled: expected true or false"),
        ])
    func bodies(text: String, message: String) async throws {
        try await withAdmin { admin async throws in
            let answer = try await admin.ask(
                .post, "/api/group/g1", text: text, headers: [.authorization: AdminFixture.key])
            #expect("\(answer.status.code) \(answer.message)" == message)
        }
    }

    @Test(
        "a query that is wrong is 400 with the parameter's name",
        arguments: [
            ("page=x", "400 page: expected a whole number"), ("order=nonsense-asc", nil),
            ("per_page=%zz", "400 query: expected percent-encoded UTF-8"),
        ])
    func queries(query: String, message: String?) async throws {
        try await withAdmin { admin async throws in
            let failure = try await admin.failure(.get, "/api/groups/?" + query)
            if let message { #expect(failure == message) } else { #expect(failure.hasPrefix("400 order ")) }
        }
    }

    @Test("a body over the limit is 413 with the limit")
    func tooLarge() async throws {
        try await withAdmin(setting: \.limits.requestBodyBytes, to: 1024) { admin async throws in
            let body: JSON = ["available_sets": [.string(String(repeating: "x", count: 2000))]]
            #expect(try await admin.failure(.post, "/api/group/g1", body) == "413 body: expected at most 1024 bytes")
        }
    }

    @Test("deep and repeated JSON is refused, not followed")
    func hostileJSON() async throws {
        try await withAdmin { admin async throws in
            for text in [String(repeating: "[", count: 100_000), #"{"a":1,"a":2}"#, "\u{feff}{}", "{} {}"] {
                let answer = try await admin.ask(.post, "/api/group/g1", text: text, headers: [.authorization: AdminFixture.key])
                #expect(answer.status == .badRequest)
            }
        }
    }
}

@Suite("Admin API: paths")
struct PathPatternTests {
    @Test("the rest of a path keeps its slashes")
    func rest() {
        #expect(PathPattern("/model_config/{model...}").match(["model_config", "a", "b"]) == ["model": "a/b"])
        #expect(PathPattern("/model_config/{model...}").match(["model_config"]) == nil)
        #expect(PathPattern("/group/{group}").match(["group", "a", "b"]) == nil)
    }

    @Test("every operation has a path and method of its own, and is found there")
    func unique() {
        let names = OperationTable.standard.operations.map { "\($0.method) \($0.pattern.shape)" }
        #expect(Set(names).count == names.count)
        for operation in OperationTable.standard.operations {
            let path = operation.pattern.segments.map { if case .literal(let text) = $0 { text } else { "1" } }
            guard case .served(let found, _) = OperationTable.standard.find(operation.method, path) else {
                Issue.record("\(operation.method) \(operation.pattern) is not found")
                continue
            }
            #expect(found.pattern == operation.pattern)
        }
    }
}

@Suite("Secrets that are shown masked")
struct SecretMaskTests {
    @Test(
        "a mask tells its owner which secret it is, and nobody what it is",
        arguments: [("", ""), ("short", "********"), ("sk-0123456789abcdefghij", "sk-0********ghij")])
    func masks(text: String, mask: String) { #expect(SecretMask.mask(text) == mask) }

    @Test("a secret that comes back as its mask stays, anything else replaces it")
    func restored() {
        #expect(SecretMask.restore("********", stored: "secret") == "secret")
        #expect(SecretMask.restore("new", stored: "secret") == "new")
        #expect(
            SecretMask.restore(["a": "********", "b": "x", "c": "********"], stored: ["a": "1", "b": "2"])
                == ["a": "1", "b": "x", "c": "********"])
    }

    @Test(
        "a URL's user and password are masked",
        arguments: [
            ("socks5://u:p@h:1/x", "socks5://********@h:1/x"), ("http://h/@x", "http://h/@x"), ("", ""),
            ("http://a@b@h", "http://********@h"),
        ])
    func urls(url: String, mask: String) {
        #expect(SecretMask.maskURL(url) == mask)
        #expect(SecretMask.restoreURL(mask, stored: url) == url)
    }
}
