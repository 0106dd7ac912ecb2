import Directory
import Ledger
import ModelRelay
import NIOHTTP1
import Testing
import Wire

@testable import Gateway

@Suite("Model lists by client")
struct ModelListRoutesTests {
    @Test("OpenAI's shape, Anthropic's for who names its version, Gemini's by its path")
    func shapes() async throws {
        let hot = try await HotFixture.make()
        func get(_ path: String, _ headers: HTTPHeaders = [:]) async throws -> JSON {
            let told = try #require(try await hot.send(.GET, path, headers))
            #expect(told.status == .ok)
            return try #require(told.json)
        }
        let anthropic: HTTPHeaders = ["anthropic-version": "2023-06-01"]
        #expect(try await get("/v1/models")["data"]?[0]?["object"] == "model")
        #expect(try await get("/v1/models", anthropic)["data"]?[0]?["type"] == "model")
        #expect(try await get("/v1/models?limit=1", anthropic)["has_more"] == true)
        #expect(try await get("/v1beta/models")["models"]?[0]?["name"] == "models/gpt-5")
        #expect(try await get("/v1beta/models?pageSize=1")["models"]?.arrayValue?.count == 1)
        #expect(try await get("/v1/models/gpt-5")["object"] == "model")
        #expect(try await get("/v1/models/vendor%2Fmodel", anthropic)["created_at"] == "1970-01-01T00:00:00.000Z")
        #expect(try await get("/v1beta/models/vendor/model")["name"] == "models/vendor/model")
    }

    @Test("What can't be found is told in the shape's dialect, with the models that can be used")
    func missing() async throws {
        let hot = try await HotFixture.make()
        let cases: [(String, HTTPHeaders, JSON)] = [
            ("/v1/models/none", [:], "model_not_found"), ("/v1/models/none:8b", [:], "model_not_found"),
            ("/v1/models/none", ["anthropic-version": "2023-06-01"], "not_found_error"),
            ("/v1beta/models/none", [:], "NOT_FOUND"),
        ]
        for (path, headers, word) in cases {
            let told = try #require(try await hot.send(.GET, path, headers))
            let error = told.json?["error"]
            #expect(told.status == .notFound && [error?["code"], error?["type"], error?["status"]].contains(word))
            #expect(told.text.contains("gpt-5, vendor/model"))
        }
    }
}

/// One endpoint of each dialect.
struct DialectRow: Sendable, CustomTestStringConvertible {
    var path: String
    /// Of the model `$`.
    var body: String
    /// What `error` says in which member.
    var member: String
    var notFound: JSON, tooLarge: JSON, forbidden: JSON, limited: JSON
    var testDescription: String { self.path }

    func request(_ model: String) -> (path: String, body: String) {
        (self.path.replacing("$", with: model), self.body.replacing("$", with: model))
    }

    static let all = [
        DialectRow(
            path: "/v1/chat/completions", body: #"{"model":"$","messages":[{"role":"user","content":"hi"}]}"#, member: "code",
            notFound: "model_not_found", tooLarge: "request_too_large", forbidden: "insufficient_quota",
            limited: "rate_limit_exceeded"),
        DialectRow(
            path: "/v1/responses", body: #"{"model":"$","input":"hi"}"#, member: "code", notFound: "model_not_found",
            tooLarge: "request_too_large", forbidden: "insufficient_quota", limited: "rate_limit_exceeded"),
        DialectRow(
            path: "/v1/messages", body: #"{"model":"$","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"#,
            member: "type", notFound: "not_found_error", tooLarge: "request_too_large", forbidden: "permission_error",
            limited: "rate_limit_error"),
        DialectRow(
            path: "/v1beta/models/$:generateContent", body: #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#,
            member: "status", notFound: "NOT_FOUND", tooLarge: "INVALID_ARGUMENT", forbidden: "PERMISSION_DENIED",
            limited: "RESOURCE_EXHAUSTED"),
        DialectRow(
            path: "/v1/models/$:generateContent", body: #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#,
            member: "status", notFound: "NOT_FOUND", tooLarge: "INVALID_ARGUMENT", forbidden: "PERMISSION_DENIED",
            limited: "RESOURCE_EXHAUSTED"),
    ]
}

@Suite("Refusals in every dialect")
struct DialectTests {
    /// A simulator that serves one model, at one request a minute.
    private static func fixture(_ change: @escaping (inout ModelConfig) -> Void = { _ in }) async throws -> HotFixture {
        try await HotFixture.make(directory: { contents in
            contents.channels[0].type = 53
            contents.channels[0].models = ["gpt-5"]
            contents.modelConfigs = [ModelConfig(model: "gpt-5", createdAt: 0)]
            change(&contents.modelConfigs[0])
        })
    }

    private static func check(_ told: Told?, _ status: UInt, _ word: JSON, _ row: DialectRow) throws {
        let told = try #require(told)
        #expect(told.status.code == status && told.json?["error"]?[row.member] == word)
        let id = try #require(told.headers.first(name: "x-request-id"))
        #expect(told.json?["aiproxy"] == .string(id))
    }

    @Test("An unknown model is 404 with those that the key may use", arguments: DialectRow.all)
    func unknownModel(row: DialectRow) async throws {
        let (path, body) = row.request("other")
        let told = try await Self.fixture().send(.POST, path, body: body)
        try Self.check(told, 404, row.notFound, row)
        #expect(told?.text.contains("This key may use: gpt-5") == true)
    }

    @Test("A model of another kind is 400", arguments: DialectRow.all)
    func modelType(row: DialectRow) async throws {
        let (path, body) = row.request("gpt-5")
        let told = try #require(try await Self.fixture { $0.type = .embeddings }.send(.POST, path, body: body))
        #expect(told.status == .badRequest && told.text.contains("does not support this endpoint"))
        for type in [CallMode.unknown, .messages, .gemini, .responses] {
            #expect(try await Self.fixture { $0.type = type }.send(.POST, path, body: body)?.status == .ok)
        }
    }

    @Test("A body that is too large is 413", arguments: DialectRow.all)
    func tooLarge(row: DialectRow) async throws {
        let told = try await Self.fixture().send(.POST, row.request("gpt-5").path, refusing: .tooLarge(limit: 12_345))
        try Self.check(told, 413, row.tooLarge, row)
    }

    @Test("A key for another network, and one whose quota is used up, are 403", arguments: DialectRow.all)
    func forbidden(row: DialectRow) async throws {
        let (path, body) = row.request("gpt-5")
        let price = try Price(json: JSON.parse(#"{"per_request_price": 1}"#).objectValue ?? JSONObject())
        let hot = try await Self.fixture { $0.price = price }
        #expect(try await hot.send(.POST, path, key: "sk-office", body: body, peer: "192.168.1.1")?.status == .forbidden)
        try Self.check(try await hot.send(.POST, path, key: "sk-poor", body: body), 403, row.forbidden, row)
    }

    @Test("One request too many is 429, and says when the next is welcome", arguments: DialectRow.all)
    func limited(row: DialectRow) async throws {
        let (path, body) = row.request("gpt-5")
        let hot = try await Self.fixture { $0.rpm = 1 }
        let first = try #require(try await hot.send(.POST, path, body: body))
        #expect(first.status == .ok && first.headers.first(name: "x-ratelimit-remaining-requests") == "0")
        let told = try await hot.send(.POST, path, body: body)
        try Self.check(told, 429, row.limited, row)
        let seconds = try #require(told?.headers.first(name: "retry-after").flatMap { Int($0) })
        #expect((1...60).contains(seconds))
        #expect(told?.headers.first(name: "x-ratelimit-limit-requests") == "1")
        #expect(told?.headers.first(name: "x-ratelimit-remaining-requests") == "0")
        #expect(told?.headers.first(name: "x-ratelimit-reset-requests") == "\(seconds)s")
    }
}

@Suite("Stored responses over the hot path")
struct StoredResponseRoutesTests {
    private static func fixture() async throws -> HotFixture {
        try await HotFixture.make(directory: { contents in
            contents.channels[0].type = 53
        })
    }

    @Test("Made, fetched, told again, its items listed, deleted; by its own key alone")
    func life() async throws {
        let hot = try await Self.fixture()
        let made = try #require(try await hot.send(.POST, "/v1/responses", body: #"{"model":"gpt-5","input":"hi"}"#))
        #expect(made.status == .ok)
        let id = try #require(made.json?["id"]?.stringValue)
        let path = "/v1/responses/\(id)"
        let got = try #require(try await hot.send(.GET, path))
        #expect(got.status == .ok && got.json == made.json && got.headers.first(name: "x-request-id") != nil)
        let stream = try #require(try await hot.send(.GET, path + "?stream=true"))
        #expect(stream.headers["content-type"] == ["text/event-stream; charset=utf-8"])
        #expect(stream.text.contains("event: response.completed\n"))
        let items = try #require(try await hot.send(.GET, path + "/input_items?order=asc&limit=1"))
        #expect(items.json?["data"]?[0]?["content"]?[0]?["text"] == "hi")
        #expect(try await hot.send(.POST, path + "/cancel")?.status == .badRequest)
        for (method, path) in [(HTTPMethod.GET, path), (.DELETE, path), (.GET, path + "/input_items"), (.POST, path + "/cancel")]
        {
            let told = try #require(try await hot.send(method, path, key: "sk-poor"))
            #expect(told.status == .notFound && told.json?["error"]?["param"] == "response_id")
        }
        #expect(try await hot.send(.DELETE, path)?.json?["deleted"] == true)
        #expect(try await hot.send(.GET, path)?.status == .notFound)
    }

    @Test("A response in the background is answered at once")
    func background() async throws {
        let hot = try await Self.fixture()
        let made = try #require(
            try await hot.send(.POST, "/v1/responses", body: #"{"model":"gpt-5","input":"hi","background":true}"#))
        #expect(made.status == .ok && made.json?["status"] == "in_progress")
        #expect(try await hot.send(.GET, "/v1/responses/\(try #require(made.json?["id"]?.stringValue))")?.status == .ok)
    }

    @Test("Tokens are counted for every client, here as the simulator counts")
    func tokens() async throws {
        let hot = try await Self.fixture()
        let asked: [(String, String, String)] = [
            ("/v1/responses/input_tokens", #"{"model":"gpt-5","input":"hi"}"#, "input_tokens"),
            ("/v1/messages/count_tokens", #"{"model":"gpt-5","messages":[{"role":"user","content":"hi"}]}"#, "input_tokens"),
            ("/v1beta/models/gpt-5:countTokens", #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#, "totalTokens"),
        ]
        for (path, body, member) in asked {
            let told = try #require(try await hot.send(.POST, path, body: body))
            #expect(told.status == .ok && (told.json?[member]?.int64Value ?? 0) > 0)
            #expect(!told.headers.contains(name: "x-portico-estimated"))
        }
    }
}
