import Directory
import Embedded
import Ledger
import MCPServer
import ModelRelay
import NIOCore
import NIOHTTP1
import NIOPosix
import Outbound
import Synchronization
import Wire

@testable import Gateway

/// Keeps what is appended; full after `capacity` records.
final class RecordingJournal: CallJournal {
    private let records = Mutex<[CallRecord]>([])
    private let capacity: Int

    init(capacity: Int = .max) { self.capacity = capacity }

    var all: [CallRecord] { self.records.withLock { $0 } }

    func append(_ record: CallRecord, lane: Int) -> Bool {
        self.records.withLock { records in
            guard records.count < self.capacity else { return false }
            records.append(record)
            return true
        }
    }

    func hasRoom(lane: Int) -> Bool { self.records.withLock { $0.count < self.capacity } }
}

/// An answer as a call gave it.
struct Told: Sendable {
    var status: HTTPResponseStatus = .custom(code: 0, reasonPhrase: "")
    var headers = HTTPHeaders()
    var body = ByteBuffer()

    var text: String { String(buffer: self.body) }
    var json: JSON? { try? JSON.parse(self.text) }
}

/// Collects one answer. Confined to its event loop.
final class RecordingSink: AnswerSink {
    private var told = Told()
    private let promise: EventLoopPromise<Told?>

    init(_ promise: EventLoopPromise<Told?>) { self.promise = promise }

    var isWritable: Bool { true }
    func head(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) { (self.told.status, self.told.headers) = (status, headers) }
    func body(_ part: ByteBuffer) { self.told.body.writeImmutableBuffer(part) }
    func end() { self.promise.succeed(self.told) }
    func flush() {}
    func abort() { self.promise.fail(CancellationError()) }
}

/// The hot side of one event loop over a directory of its own, without a socket and without a database.
struct HotFixture: Sendable {
    static let noon: Int64 = 1_774_008_000_000

    let journal: RecordingJournal
    let meter: Meter
    let directory: LiveDirectory
    private let router: NIOLoopBound<HotRouter>

    static func make(
        journal: RecordingJournal = RecordingJournal(), policy: @escaping @Sendable (inout HotPolicy) -> Void = { _ in },
        directory change: (inout Snapshot.Contents) -> Void = { _ in }
    ) async throws -> HotFixture {
        let parts = try Parts(journal: journal, directory: change)
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        let router = try await eventLoop.submit {
            var chosen = HotPolicy()
            policy(&chosen)
            let router = parts.router(on: eventLoop, ticker: LoopTicker(eventLoop: eventLoop), policy: chosen)
            return NIOLoopBound(router, eventLoop: eventLoop)
        }.get()
        return HotFixture(journal: journal, meter: parts.meter, directory: parts.directory, router: router)
    }

    /// What a router needs, whatever event loop it is on.
    struct Parts: Sendable {
        let meter: Meter
        let directory: LiveDirectory
        private let hash: KeyedHash
        private let providers: ProviderCatalogue
        private let tls: UpstreamClient.TLS
        private let tools: ToolHost
        private let responses = ResponseStore(
            records: MemoryExpiringRecords(clock: .fixed(HotFixture.noon)), clock: .fixed(HotFixture.noon))

        /// - Parameter given: services in the place of embedded servers.
        init(
            journal: RecordingJournal, given: [String: any MCPService] = [:],
            directory change: (inout Snapshot.Contents) -> Void = { _ in }
        ) throws {
            self.hash = try HotFixture.keyHash()
            var contents = try HotFixture.contents(self.hash)
            change(&contents)
            self.directory = LiveDirectory(Snapshot(contents))
            self.meter = Meter(journal: journal, billingEnabled: true)
            self.providers = try ProviderCatalogue(files: Templates().files(in: "providers"))
            self.tls = try UpstreamClient.TLS()
            var parts = ToolHost.Parts()
            parts.given = given
            self.tools = ToolHost(parts)
        }

        /// A router on that event loop, made there.
        func router(on eventLoop: any EventLoop, ticker: LoopTicker, policy: HotPolicy = HotPolicy()) -> HotRouter {
            let upstream = UpstreamClient(eventLoop: eventLoop, ticker: ticker, tls: self.tls)
            let relay = RelayLoop(
                eventLoop: eventLoop, lane: 0, client: upstream, meter: self.meter, providers: self.providers,
                responses: self.responses, settings: RelaySettings(), clock: .fixed(HotFixture.noon))
            return HotRouter(
                loop: HotLoop(
                    relay: relay, upstream: upstream, ticker: ticker, tools: self.tools, meter: self.meter,
                    directory: self.directory, keyHash: self.hash, clock: .fixed(HotFixture.noon), policy: policy,
                    metrics: HotMetrics()))
        }
    }

    /// What is answered; nil where the path is cold.
    func send(
        _ method: HTTPMethod, _ path: String, key: String? = "sk-good", _ headers: HTTPHeaders = [:], body: String = "",
        peer: String = "127.0.0.1", host: String = "localhost:3000", refusing reason: BodyRefusal? = nil
    ) async throws -> Told? {
        var headers = headers
        if let key { headers.add(name: "Authorization", value: "Bearer \(key)") }
        headers.add(name: "Host", value: host)
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
        let eventLoop = self.router.eventLoop
        return try await eventLoop.flatSubmit { () -> EventLoopFuture<Told?> in
            let promise = eventLoop.makePromise(of: Told?.self)
            guard let call = self.router.value.call(for: head, from: Peer(address: peer), sink: RecordingSink(promise)) else {
                promise.succeed(nil)
                return promise.futureResult
            }
            if let reason { call.refuse(reason) } else { call.start(body: ByteBuffer(string: body)) }
            return promise.futureResult
        }.get()
    }

    func refusal(host: String?) async throws -> HTTPResponseStatus? {
        try await self.router.eventLoop.submit {
            let headers = host.map { HTTPHeaders([("Host", $0)]) } ?? [:]
            return self.router.value.refusal(
                of: HTTPRequestHead(version: .http1_1, method: .GET, uri: "/api/status", headers: headers))?.status
        }.get()
    }

    /// A call of the tool `get_current_time` in the revision of 2026-07-28.
    func callTime(key: String = "sk-good", server: String = "time", tool: String = "get_current_time") async throws -> Told? {
        let meta: JSON = [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": [:],
        ]
        let body: JSON = [
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": ["name": .string(tool), "arguments": ["timezone": "Europe/Berlin"], "_meta": meta],
        ]
        return try await self.send(
            .POST, "/mcp/public/\(server)", key: key,
            [
                "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": "2026-07-28",
                "Mcp-Method": "tools/call", "Mcp-Name": tool,
            ], body: String(decoding: body.serializedBytes(), as: UTF8.self))
    }

    private struct NoKey: Error {}

    static func keyHash() throws -> KeyedHash {
        guard let hash = KeyedHash(keyBytes: Array(repeating: 7, count: 32)) else { throw NoKey() }
        return hash
    }

    /// A group with tokens for each fate, and MCP servers of each.
    static func contents(_ hash: KeyedHash) throws -> Snapshot.Contents {
        var contents = Snapshot.Contents()
        contents.groups = [Group(id: "acme", createdAt: 0)]
        contents.tokens = ["good", "disabled", "office", "poor"].enumerated().map { index, name in
            Token(
                id: Int64(index + 1), groupID: "acme", name: name, keyHash: hash.hash(name), keyPrefix: "sk-\(name)", createdAt: 0
            )
        }
        contents.tokens[1].status = .disabled
        contents.tokens[2].subnets = ["10.0.0.0/8"]
        contents.tokens[3].quota.lifetime = Money(nanos: 12)
        contents.internalKeyHashes = [hash.hash("admin")]
        var time = PublicServer(id: "time", kind: .embedded, createdAt: 1)
        time.defaultToolCallPrice = Money(nanos: 5)
        time.toolCallPrices = ["convert_time": Money(nanos: 9)]
        var off = time
        (off.id, off.status) = ("off", .disabled)
        contents.publicServers = [time, off, PublicServer(id: "proxy", kind: .proxyStreamable, createdAt: 1)]
        var channel = Channel(id: 1, type: 1, name: "channel", key: "secret", createdAt: 0)
        channel.models = ["gpt-5", "vendor/model"]
        contents.channels = [channel]
        contents.modelConfigs = channel.models.map { ModelConfig(model: $0, createdAt: 0) }
        return contents
    }
}
