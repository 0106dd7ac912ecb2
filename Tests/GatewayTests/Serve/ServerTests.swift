import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Storage
import Testing
import Wire

@testable import Gateway

/// The whole gateway in this process, on SQLite and a port of its own.
@Suite struct ServerTests {
    static let adminKey = "operator-key-of-the-tests"

    /// Runs `body` against a server on `folder`, then stops it.
    private func withServer(
        in folder: String, environment: [String: String] = [:], _ body: @escaping @Sendable (Client) async throws -> Void
    ) async throws {
        var variables = ["LISTEN": "127.0.0.1:0", "ADMIN_KEY": Self.adminKey, "SQLITE_PATH": "\(folder)/portico.db"]
        variables["PORTICO_EVENT_LOOPS"] = "1"
        variables.merge(environment) { $1 }
        let configuration = try Configuration.load(environment: variables, folder: folder)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = try await Server.prepare(configuration, registry: MetricsRegistry(), logger: logger)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { port in continuation.yield(port) } }
            for await port in ports {
                try await body(Client(port: port))
                break
            }
            group.cancelAll()
            // A cancelled service group says so; that is how this one ends.
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { Issue.record(error) }
            }
        }
    }

    struct Client: Sendable {
        let port: Int

        func call(
            _ method: String, _ path: String, key: String? = ServerTests.adminKey, _ body: JSON? = nil,
            headers: [(String, String)] = []
        ) async throws -> (status: UInt, headers: [String: String], text: String) {
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(self.port)\(path)")
            request.method = .RAW(value: method)
            if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
            if let body {
                request.headers.add(name: "Content-Type", value: "application/json")
                request.body = .bytes(ByteBuffer(bytes: body.serializedBytes()))
            }
            for (name, value) in headers { request.headers.add(name: name, value: value) }
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
            return (
                response.status.code, Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first },
                text
            )
        }

        func data(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> JSON {
            let answer = try await self.call(method, path, body)
            try #require(answer.status == 200, "\(method) \(path): \(answer.text)")
            return try JSON.parse(answer.text)["data"] ?? .null
        }

        /// A token of a new group that may use a fake model and the server `time`.
        func demo() async throws -> String {
            _ = try await self.data(
                "POST", "/api/channel/",
                [
                    "type": 53, "name": "fake", "key": "k", "models": ["fake-model"], "configs": ["static_text": "pong"],
                ])
            _ = try await self.data(
                "POST", "/api/model_config/fake-model",
                [
                    "model": "fake-model", "type": 1, "price": ["input_price": 1, "output_price": 2],
                ])
            _ = try await self.data(
                "POST", "/api/mcp/public/",
                [
                    "id": "time", "name": "Time", "type": "mcp_embed", "status": 1, "price": ["default_tools_call_price": 0.25],
                ])
            let token = try await self.data("POST", "/api/token/demo?auto_create_group=true", ["name": "demo"])
            return try #require(token["key"]?.stringValue)
        }
    }

    static let chat: JSON = ["model": "fake-model", "messages": [["role": "user", "content": "ping"]]]
    static let toolCall: JSON = [
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": [
            "name": "get_current_time", "arguments": ["timezone": "UTC"],
            "_meta": [
                "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": [:],
            ],
        ],
    ]
    static let toolHeaders = [
        ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "get_current_time"),
        ("Accept", "application/json, text/event-stream"),
    ]

    @Test("one key gets an answer from a model and calls a tool; both are charged to it, also after a restart")
    func oneKey() async throws {
        let folder = TemporaryFolder()
        try await self.withServer(in: folder.path) { client in
            let key = try await client.demo()
            let chat = try await client.call("POST", "/v1/chat/completions", key: key, Self.chat)
            #expect(chat.status == 200 && chat.text.contains("pong"))
            let tool = try await client.call("POST", "/mcp/public/time", key: key, Self.toolCall, headers: Self.toolHeaders)
            #expect(tool.status == 200 && tool.text.contains("UTC"))
        }
        try await self.withServer(in: folder.path) { client in
            let logs = try await client.data("GET", "/api/logs/")
            let rows = try #require(logs["logs"]?.arrayValue)
            #expect(Set(rows.compactMap { $0["model"]?.stringValue }) == ["fake-model", "mcp/time/get_current_time"])
            #expect(Set(rows.compactMap { $0["token_name"]?.stringValue }) == ["demo"])
            let charged = rows.compactMap { $0["amount"]?["used_amount"]?.doubleValue }.reduce(0, +)
            let tokens = try await client.data("GET", "/api/tokens/demo")
            let token = try #require((tokens["tokens"]?.arrayValue ?? tokens.arrayValue)?.first)
            #expect(token["used_amount"]?.doubleValue == charged)
            #expect(charged > 0.25)
        }
    }

    @Test("a change by the admin API counts from the next request on")
    func changesCountAtOnce() async throws {
        let folder = TemporaryFolder()
        try await self.withServer(in: folder.path) { client in
            let key = try await client.demo()
            _ = try await client.data("POST", "/api/group/demo/status", ["status": 2])
            let answer1 = try await client.call("POST", "/v1/chat/completions", key: key, Self.chat)
            #expect(answer1.status == 401)
            _ = try await client.data("POST", "/api/group/demo/status", ["status": 1])
            let answer2 = try await client.call("POST", "/v1/chat/completions", key: key, Self.chat)
            #expect(answer2.status == 200)
            _ = try await client.data("DELETE", "/api/model_config/fake-model")
            let answer3 = try await client.call("POST", "/v1/chat/completions", key: key, Self.chat)
            #expect(answer3.status == 404)
        }
    }

    @Test("a second server on the same file says so")
    func secondServer() async throws {
        let folder = TemporaryFolder()
        try await self.withServer(in: folder.path) { _ in
            await #expect(throws: StorageError.self) { try await self.withServer(in: folder.path) { _ in } }
        }
    }

    @Test("the operator's key works as a token: no limits, recorded all the same")
    func internalGroup() async throws {
        let folder = TemporaryFolder()
        try await self.withServer(in: folder.path) { client in
            _ = try await client.demo()
            let answer4 = try await client.call("POST", "/v1/chat/completions", Self.chat)
            #expect(answer4.status == 200)
        }
    }

    @Test("health and metrics are there, and count what was served")
    func machines() async throws {
        let folder = TemporaryFolder()
        try await self.withServer(in: folder.path) { client in
            let health = try await client.call("GET", "/health", key: nil)
            #expect(health.text == "ok\n")
            let metrics = try await client.call("GET", "/metrics", key: nil)
            #expect(metrics.status == 200)
            let document = try await client.call("GET", "/swagger/doc.json", key: nil)
            #expect(document.status == 200)
        }
    }

    @Test("metrics tell how the upstreams of MCP servers are, without where they are")
    func upstreamMetrics() async throws {
        let folder = TemporaryFolder()
        try await self.withServer(in: folder.path) { client in
            _ = try await client.demo()
            _ = try await client.data(
                "POST", "/api/mcp/public/",
                [
                    "id": "gone", "type": "mcp_proxy_streamable", "status": 1,
                    // Port 9 is `discard`: nobody listens.
                    "proxy_config": ["url": "http://127.0.0.1:9/mcp", "headers": ["X-Secret": "hidden"]],
                ])
            let call = try await client.call("POST", "/mcp/public/gone", Self.toolCall, headers: Self.toolHeaders)
            #expect(call.status >= 400 || call.text.contains("error"))
            let metrics = try await client.call("GET", "/metrics", key: nil).text
            #expect(metrics.contains(#"portico_mcp_upstreams_down{scope="public",server="gone"} 1"#))
            #expect(!metrics.contains(#"portico_mcp_upstream_failures_total{scope="public",server="gone"} 0"#))
            #expect(metrics.contains(#"portico_mcp_upstream_failures_total{scope="public",server="gone"} "#))
            #expect(!metrics.contains("127.0.0.1") && !metrics.contains("hidden"))
        }
    }

    @Test("where no configuration is needed a model that a channel lists is called, free of charge")
    func unconfiguredModel() async throws {
        let folder = TemporaryFolder()
        try await self.withServer(in: folder.path, environment: ["DISABLE_MODEL_CONFIG": "true"]) { client in
            let key = try await client.demo()
            _ = try await client.data("DELETE", "/api/model_config/fake-model")
            let chat = try await client.call("POST", "/v1/chat/completions", key: key, Self.chat)
            #expect(chat.status == 200 && chat.text.contains("pong"))
            let models = try await client.call("GET", "/v1/models", key: key)
            #expect(models.text.contains("fake-model"))
        }
    }

    @Test("a server has a host name of its own, and is tried by the admin key alone")
    func hostsAndTrials() async throws {
        let folder = TemporaryFolder()
        try await self.withServer(in: folder.path, environment: ["PUBLIC_MCP_HOST": "mcp.example.com:3000"]) { client in
            let key = try await client.demo()
            let host = [("Host", "TIME.mcp.example.com")]
            let call = try await client.call("POST", "/mcp", key: key, Self.toolCall, headers: Self.toolHeaders + host)
            #expect(call.status == 200 && call.text.contains("UTC"))
            let shown = try await client.data("GET", "/api/mcp/public/time")
            #expect(
                shown["endpoints"] == ["host": "time.mcp.example.com:3000", "sse": "/sse", "streamable_http": "/mcp"])
            let trial = try await client.call(
                "POST", "/api/test-embedmcp/time?config[local_timezone]=UTC", Self.toolCall, headers: Self.toolHeaders)
            #expect(trial.status == 200 && trial.text.contains("UTC"))
            let refused = try await client.call("POST", "/api/test-embedmcp/time", key: key, Self.toolCall)
            #expect(refused.status == 401)
        }
    }

    /// Runs a server below a service group, as a process does.
    private struct Running: Service {
        let server: Server
        let ports: AsyncStream<Int>.Continuation

        func run() async throws {
            defer { self.ports.finish() }
            try await self.server.run { port in self.ports.yield(port) }
        }
    }

    @Test("a call that would outlast the end of the server is cut off once its time is over", .timeLimit(.minutes(2)))
    func shutdown() async throws {
        let folder = TemporaryFolder()
        let configuration = try Configuration.load(
            environment: [
                "LISTEN": "127.0.0.1:0", "ADMIN_KEY": Self.adminKey, "SQLITE_PATH": "\(folder.path)/portico.db",
                "PORTICO_EVENT_LOOPS": "1", "PORTICO_SHUTDOWN_TIMEOUT": "200ms",
            ], folder: folder.path)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = try await Server.prepare(configuration, registry: MetricsRegistry(), logger: logger)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: Running(server: server, ports: continuation))], logger: logger))
        async let ended: Void = services.run()
        for await port in ports {
            let client = Client(port: port)
            _ = try await client.data(
                "POST", "/api/channel/",
                [
                    "type": 53, "name": "slow", "key": "k", "models": ["slow"],
                    "configs": ["static_text": "first second", "stream_chunks": 2, "chunk_delay_ms": 60_000],
                ])
            _ = try await client.data("POST", "/api/model_config/slow", ["model": "slow", "type": 1])
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/v1/chat/completions")
            request.method = .POST
            request.headers = ["Authorization": "Bearer \(Self.adminKey)", "Content-Type": "application/json"]
            let body: JSON = ["model": "slow", "stream": true, "messages": [["role": "user", "content": "x"]]]
            request.body = .bytes(ByteBuffer(bytes: body.serializedBytes()))
            let response = try await HTTPClient.shared.execute(request, timeout: .minutes(10))
            #expect(response.status == .ok)
            await services.triggerGracefulShutdown()
            await #expect(throws: (any Error).self) { try await response.body.collect(upTo: 1 << 20) }
            break
        }
        try await ended
    }

    @Test("a channel is tested over the relay")
    func channelTest() async throws {
        let folder = TemporaryFolder()
        try await self.withServer(in: folder.path) { client in
            _ = try await client.demo()
            let result = try await client.data("GET", "/api/channel/1/test/fake-model")
            #expect(result["success"]?.boolValue == true, "\(result)")
        }
    }
}
