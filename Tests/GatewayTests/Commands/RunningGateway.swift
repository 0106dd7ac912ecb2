import Logging
import Outbound
import Synchronization
import Testing
import Wire

@testable import Gateway

/// A gateway with the server `everything` and a key for it, on SQLite and a port of its own.
enum RunningGateway {
    static let adminKey = ServerTests.adminKey

    static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    static func configuration(in folder: String) throws -> Configuration {
        try Configuration.load(
            environment: [
                "LISTEN": "127.0.0.1:0", "ADMIN_KEY": Self.adminKey, "SQLITE_PATH": "\(folder)/portico.db",
                "PORTICO_EVENT_LOOPS": "1",
            ], folder: folder)
    }

    /// Runs `body` against a server on `folder`, then stops it.
    ///
    /// - Parameter isNew: whether there is nothing in it yet; else `body` gets no key.
    static func run(
        in folder: String, isNew: Bool = true,
        _ body: @escaping @Sendable (ServerTests.Client, _ key: String) async throws -> Void
    ) async throws {
        let server = try await Server.prepare(Self.configuration(in: folder), registry: MetricsRegistry(), logger: Self.logger)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { port in continuation.yield(port) } }
            for await port in ports {
                let client = ServerTests.Client(port: port)
                try await body(client, isNew ? try await Self.furnish(client) : "")
                break
            }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { Issue.record(error) }
            }
        }
    }

    private static func furnish(_ client: ServerTests.Client) async throws -> String {
        for id in ["everything", "time"] {
            _ = try await client.data(
                "POST", "/api/mcp/public/",
                [
                    "id": .string(id), "name": .string(id), "type": "mcp_embed", "status": 1,
                    "price": ["default_tools_call_price": 0.25],
                ])
        }
        let token = try await client.data("POST", "/api/token/demo?auto_create_group=true", ["name": "demo"])
        return try #require(token["key"]?.stringValue)
    }
}

/// A desktop client's end of a line channel, in memory.
final class DesktopLines: LineChannel {
    private let sent = Mutex<[JSON]>([])
    private let input: AsyncStream<[UInt8]>.Continuation
    private let stream: AsyncStream<[UInt8]>

    init() { (self.stream, self.input) = AsyncStream.makeStream(of: [UInt8].self) }

    // MARK: The client

    var messages: [JSON] { self.sent.withLock { $0 } }

    func write(_ message: JSON) { self.input.yield(message.serializedBytes()) }

    func endInput() { self.input.finish() }

    func request(_ method: String, _ params: JSON = [:], id: JSON) {
        self.write(["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params])
    }

    func modern(_ method: String, _ params: JSONObject = [:], id: JSON) {
        var params = params
        params["_meta"] = [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": ["elicitation": ["form": [:]]],
        ]
        self.request(method, .object(params), id: id)
    }

    func initialize(_ capabilities: JSON) {
        self.request(
            "initialize",
            ["protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": ["name": "desk", "version": "1"]],
            id: "i")
        self.write(["jsonrpc": "2.0", "method": "notifications/initialized"])
    }

    /// The first message that is like that; nil where none comes.
    func first(_ isLike: (JSON) -> Bool) async -> JSON? {
        for _ in 0..<4000 {
            if let message = self.messages.first(where: isLike) { return message }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }

    func result(_ id: JSON) async throws -> JSON {
        let response = try #require(await self.first { $0["id"] == id && $0["method"] == nil })
        return try #require(response["result"], "\(response)")
    }

    /// Answers the next question of that method.
    func answer(_ method: String, _ result: JSON) async throws {
        let question = try #require(await self.first { $0["method"] == .string(method) })
        self.write(["jsonrpc": "2.0", "id": question["id"] ?? .null, "result": result])
    }

    // MARK: The command

    func send(_ line: [UInt8]) async throws(OutboundError) {
        do {
            let message = try JSON.parse(line)
            self.sent.withLock { $0.append(message) }
        } catch {
            throw OutboundError(.protocolViolation, "\(error)")
        }
    }

    func next() async throws(OutboundError) -> [UInt8]? {
        for await line in self.stream { return line }
        return nil
    }

    func close() async { self.input.finish() }
}
