import Directory
import NIOCore
import NIOHTTP1
import Testing
import Wire

@testable import Gateway

@Suite("Which paths are hot, and what they answer in whose words")
struct HotRouterTests {
    @Test(
        "the rest is Hummingbird's",
        arguments: [
            "/", "/health", "/metrics", "/api/status", "/api/v1", "/api/v1/servicesx", "/v10/models", "//v1/models", "/V1/models",
            "/mcpx", "/v1betax", "*",
            "http://localhost/v1/models",
        ])
    func cold(path: String) async throws {
        let hot = try await HotFixture.make()
        #expect(try await hot.send(.GET, path) == nil)
    }

    /// How a failure of each side is told.
    private static func dialect(_ told: Told) -> String {
        if told.headers.first(name: "content-type")?.hasPrefix("text/plain") == true { return "text" }
        if told.json?["type"]?.stringValue == "error" { return "anthropic" }
        if told.json?["error"]?["status"] != nil { return "gemini" }
        return told.json?["error"]?["type"] != nil ? "openai" : "none"
    }

    @Test(
        "without a key, and with one that isn't good: 401 in the dialect of the path, with a challenge",
        arguments: [
            ("/v1/models", "openai"), ("/v1/chat/completions", "openai"), ("/v1", "openai"), ("/v1/messages", "anthropic"),
            ("/v1/messages/count_tokens", "anthropic"), ("/v1beta/models/x:generateContent", "gemini"),
            ("/v1/models/x:generateContent", "gemini"),
            ("/mcp/public/time", "text"), ("/mcp", "text"), ("/api/v1/services/x", "openai"), ("/api/v1/tasks/x", "openai"),
            ("/api/v3/contents/x", "openai"),
        ])
    func unauthorized(path: String, dialect: String) async throws {
        let hot = try await HotFixture.make()
        for key in [nil, "sk-wrong", "sk-disabled"] {
            let told = try #require(try await hot.send(.POST, path, key: key))
            #expect(told.status == .unauthorized)
            #expect(told.headers.first(name: "www-authenticate") == "Bearer")
            #expect(told.headers.first(name: "x-request-id")?.count == RequestID.textLength)
            #expect(Self.dialect(told) == dialect)
            #expect(!told.text.contains("sk-wrong"))
        }
    }

    @Test(
        "what is known and not served yet is 501, what never was is 404, a wrong method 405",
        arguments: [
            (.POST, "/v1/images/edits", 501), (.POST, "/v1/responses/x", 404), (.GET, "/v1/responses/resp_x", 404),
            (.DELETE, "/v1/responses/resp_x", 404),
            (.GET, "/v1/responses/resp_x?stream=what", 400), (.POST, "/v1/responses/resp_x/cancel", 404),
            (.GET, "/v1/responses/resp_x/input_items", 404), (.GET, "/v1/responses/resp_x/other", 404),
            (.POST, "/v1/responses/input_tokens", 400), (.GET, "/v1/responses/input_tokens", 405),
            (.GET, "/v1beta/models", 200), (.GET, "/v1beta/models/gpt-5", 200), (.GET, "/v1beta/models/nothing", 404),
            (.POST, "/v1beta/models", 405), (.GET, "/v1/models/gpt:5", 404), (.GET, "/v1beta/models?pageSize=x", 400),
            (.POST, "/v1beta/models/x:unknown", 501),
            (.POST, "/v1/embeddings", 400), (.POST, "/v1/messages", 400), (.POST, "/v1beta/models/x:generateContent", 400),
            (.GET, "/v1/messages", 405), (.GET, "/v1beta/models/x:generateContent", 405), (.PUT, "/v1/embeddings", 405),
            (.GET, "/v1/files", 501), (.POST, "/api/v1/services/x", 501), (.POST, "/v1/nonsense", 404), (.GET, "/v1", 404),
            (.GET, "/v1/models/unknown", 404),
            (.GET, "/v1/chat/completions", 405), (.DELETE, "/v1/models", 405), (.GET, "/v1/models", 200),
            (.GET, "/v1/models/vendor%2Fmodel", 200),
            (.GET, "/v1/models/vendor/model", 200), (.POST, "/mcp", 415), (.POST, "/mcp/group/x", 404),
            (.POST, "/mcp/public/time/sse", 405), (.GET, "/mcp/public/time/message", 405),
            (.POST, "/mcp/public/time/message", 404), (.GET, "/mcp/public/time/sse/x", 404), (.GET, "/mcp/public//sse", 404),
            (.GET, "/mcp/public/time", 405), (.DELETE, "/mcp/public/time", 400),
            (.POST, "/mcp/public/nonsense", 404), (.POST, "/mcp/public/off", 404), (.POST, "/mcp/public/proxy", 503),
            (.PUT, "/mcp/public/time", 405),
        ] as [(HTTPMethod, String, UInt)])
    func statuses(method: HTTPMethod, path: String, status: UInt) async throws {
        let hot = try await HotFixture.make()
        let told = try #require(try await hot.send(method, path))
        #expect(told.status.code == status)
        #expect(told.headers.first(name: "x-request-id") != nil)
    }

    @Test(
        "a body that isn't taken is told in the dialect of the path",
        arguments: [("/v1/chat/completions", "openai"), ("/mcp/public/time", "text")])
    func refusedBodies(path: String, dialect: String) async throws {
        let hot = try await HotFixture.make()
        let reasons: [(BodyRefusal, UInt, String)] = [
            (.tooLarge(limit: 12_345), 413, "12345"), (.tooSlow, 408, "time"), (.undecodable(encoding: "gzip"), 400, "gzip"),
            (.unknownEncoding("br"), 415, "br"),
        ]
        for (reason, status, word) in reasons {
            let told = try #require(try await hot.send(.POST, path, refusing: reason))
            #expect(told.status.code == status)
            #expect(told.text.contains(word))
            #expect(Self.dialect(told) == dialect)
        }
        #expect(hot.journal.all.isEmpty)
    }

    @Test("a key that is bound to networks counts from there only", arguments: ["/v1/models", "/mcp/public/time"])
    func subnets(path: String) async throws {
        let hot = try await HotFixture.make { $0.trustedProxies = [Subnet("127.0.0.1/32")].compactMap { $0 } }
        let forbidden = try #require(try await hot.send(.GET, path, key: "sk-office", peer: "192.168.1.1"))
        #expect(forbidden.status == .forbidden)
        let forged = try #require(
            try await hot.send(.GET, path, key: "sk-office", ["X-Forwarded-For": "10.1.2.3"], peer: "192.168.1.1"))
        #expect(forged.status == .forbidden)
        for (headers, peer) in [([:], "10.1.2.3"), (["X-Forwarded-For": "10.1.2.3"], "127.0.0.1")] as [(HTTPHeaders, String)] {
            #expect(try await hot.send(.GET, path, key: "sk-office", headers, peer: peer)?.status != .forbidden)
        }
    }

    @Test("the query's key opens MCP, where clients can't set headers, and nothing else")
    func queryKey() async throws {
        let hot = try await HotFixture.make()
        #expect(try await hot.send(.POST, "/mcp?key=sk-good", key: nil)?.status == .unsupportedMediaType)
        #expect(try await hot.send(.GET, "/v1/models?key=sk-good", key: nil)?.status == .unauthorized)
    }

    @Test("an operator who switched the service off is told of as such")
    func disabled() async throws {
        let hot = try await HotFixture.make { $0.isDisabled = true }
        #expect(try await hot.send(.GET, "/v1/models")?.status == .serviceUnavailable)
        #expect(try await hot.send(.GET, "/v1/models", key: nil)?.status == .unauthorized)
    }

    @Test("a foreign Host is refused whatever the path; a change of the directory counts at once")
    func hostsAndChanges() async throws {
        let hot = try await HotFixture.make { $0.allowedHosts = ["localhost"] }
        #expect(try await hot.refusal(host: "evil.example") == .misdirectedRequest)
        #expect(try await hot.refusal(host: "localhost:3000") == nil)
        var contents = hot.directory.current.contents
        contents.tokens[0].status = .disabled
        hot.directory.replace(Snapshot(contents))
        #expect(try await hot.send(.GET, "/v1/models")?.status == .unauthorized)
    }
}

@Suite("Browsers")
struct CrossOriginTests {
    private static let preflight: HTTPHeaders = ["Origin": "https://a.example", "Access-Control-Request-Method": "POST"]

    @Test("a preflight of a model path is answered to everyone, without a key")
    func models() async throws {
        let hot = try await HotFixture.make()
        let told = try #require(try await hot.send(.OPTIONS, "/v1/chat/completions", key: nil, Self.preflight))
        #expect(told.status == .noContent)
        #expect(told.headers.first(name: "access-control-allow-origin") == "*")
        #expect(told.headers[canonicalForm: "access-control-allow-headers"].contains("Authorization"))
        let answer = try #require(try await hot.send(.GET, "/v1/models", ["Origin": "https://a.example"]))
        #expect(answer.headers.first(name: "access-control-allow-origin") == "*")
        #expect(answer.headers[canonicalForm: "access-control-expose-headers"].contains("WWW-Authenticate"))
    }

    @Test("a foreign Origin is refused by MCP paths, a listed one and their own are not")
    func tools() async throws {
        let hot = try await HotFixture.make { $0.toolOrigins = ["https://a.example"] }
        for (origin, isAllowed) in [
            ("https://a.example", true), ("http://localhost:3000", true), ("https://localhost:3000", true),
            ("https://b.example", false),
            ("null", false), ("http://localhost:3000.evil.example", false),
        ] {
            var preflight = Self.preflight
            preflight.replaceOrAdd(name: "Origin", value: origin)
            let told = try #require(try await hot.send(.OPTIONS, "/mcp/public/time", key: nil, preflight))
            #expect(told.status == (isAllowed ? .noContent : .forbidden))
            #expect(told.headers.first(name: "access-control-allow-origin") == (isAllowed ? origin : nil))
            let call = try #require(try await hot.send(.POST, "/mcp", ["Origin": origin]))
            #expect((call.status == .forbidden) == !isAllowed)
        }
    }

    @Test("headers that repeat arguments are allowed by their names, whatever the tool calls them")
    func parameterHeaders() async throws {
        let hot = try await HotFixture.make { $0.toolOrigins = ["https://a.example"] }
        var preflight = Self.preflight
        preflight.add(
            name: "Access-Control-Request-Headers", value: "mcp-param-region, Mcp-Param-Size, x-other, mcp-param-\u{e4}")
        let told = try #require(try await hot.send(.OPTIONS, "/mcp/public/time", key: nil, preflight))
        let allowed = told.headers[canonicalForm: "access-control-allow-headers"]
        #expect(allowed.contains("mcp-param-region") && allowed.contains("mcp-param-size") && allowed.contains("Mcp-Session-Id"))
        #expect(!allowed.contains("x-other") && !allowed.contains { $0.contains("\u{e4}") })
    }

    @Test("OPTIONS without an origin is no preflight")
    func noOrigin() async throws {
        let hot = try await HotFixture.make()
        #expect(try await hot.send(.OPTIONS, "/v1/models", key: nil)?.status == .unauthorized)
    }
}

@Suite("Whole answers are compressed where operator and client want it")
struct CompressedAnswerTests {
    private static func fixture(_ isEnabled: Bool) async throws -> HotFixture {
        try await HotFixture.make {
            $0.isGzipEnabled = isEnabled
        } directory: { contents in
            contents.channels[0].models = (0..<50).map { "model-\($0)" }
            contents.modelConfigs = contents.channels[0].models.map { ModelConfig(model: $0, createdAt: 0) }
        }
    }

    @Test("a long list comes in gzip, with its length and what it varies by")
    func gzip() async throws {
        let plain = try #require(try await Self.fixture(false).send(.GET, "/v1/models", ["Accept-Encoding": "gzip"]))
        #expect(plain.headers.first(name: "content-encoding") == nil)
        #expect(plain.headers.first(name: "vary") == nil)
        let hot = try await Self.fixture(true)
        let coded = try #require(try await hot.send(.GET, "/v1/models", ["Accept-Encoding": "gzip"]))
        #expect(coded.headers["content-encoding"] == ["gzip"])
        #expect(coded.headers["content-length"] == ["\(coded.body.readableBytes)"])
        #expect(coded.headers["vary"] == ["Accept-Encoding"])
        #expect(try ContentCoding.decode(coded.body, encoding: ["gzip"], limit: 1 << 20) == plain.body)
        let unwanted = try #require(try await hot.send(.GET, "/v1/models"))
        #expect(unwanted.body == plain.body)
        #expect(unwanted.headers["vary"] == ["Accept-Encoding"])
    }

    @Test("a short one does not")
    func short() async throws {
        let told = try #require(try await Self.fixture(true).send(.GET, "/v1/models/model-1", ["Accept-Encoding": "gzip"]))
        #expect(told.headers.first(name: "content-encoding") == nil)
        #expect(told.json != nil)
    }
}

@Suite("Trace context is passed on as it came, or not at all")
struct TraceHeadersTests {
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("a good one, with its state")
    func good() {
        let travelling = TraceHeaders.travelling(["traceparent": Self.parent, "tracestate": "a=1", "cookie": "x"])
        #expect(travelling.map(\.0) == ["traceparent", "tracestate"])
        #expect(travelling.map(\.1) == [Self.parent, "a=1"])
    }

    @Test("a bad parent takes the state with it; a bad state goes alone")
    func bad() {
        #expect(TraceHeaders.travelling(["traceparent": "00-nonsense", "tracestate": "a=1"]).isEmpty)
        #expect(TraceHeaders.travelling(["tracestate": "a=1"]).isEmpty)
        #expect(TraceHeaders.travelling(["traceparent": Self.parent, "tracestate": "=,="]).map(\.0) == ["traceparent"])
    }
}
