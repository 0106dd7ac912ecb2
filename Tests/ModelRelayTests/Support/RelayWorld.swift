import Directory
import Foundation
import Ledger
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Wire

@testable import ModelRelay
@testable import Outbound

/// A relay on an event loop, with a directory, a meter and a journal of its own.
struct RelayWorld: Sendable {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    /// Made once: it reads the system's certificates.
    private static let tls = Result { () throws(OutboundError) in try UpstreamClient.TLS() }
    static let now: Int64 = 1_774_008_000_000

    let eventLoop: any EventLoop = Self.group.next()
    let timeline = Timeline()
    let meter: Meter
    let snapshot: Snapshot
    let caller: Caller
    let health = ChannelHealth()
    private let loop: NIOLoopBound<RelayLoop>
    private let ids: NIOLockedValueBox<RequestIDGenerator>

    /// - Parameters:
    ///   - channels: each serves `gpt`.
    ///   - extra: the texts of provider files beside those that ship.
    ///   - codecs: instead of the relay's own.
    ///   - plugins: instead of the relay's own.
    ///   - simulatorsSpeakAll: whether the simulators serve all formats, as they ship.
    ///   - change: what else is changed of the directory.
    ///   - room: how many records the journal takes.
    init(
        _ channels: [Directory.Channel], room: Int = .max, claimsRoom: Bool = false,
        model: (inout ModelConfig) -> Void = { _ in }, token: (inout Token) -> Void = { _ in },
        settings: RelaySettings = RelaySettings(), providers extra: [String] = [], codecs: Codecs? = nil,
        plugins: [any RelayPlugin.Type]? = nil, simulatorsSpeakAll: Bool = false, responses: ResponseStore? = nil,
        contents change: (inout Snapshot.Contents) -> Void = { _ in }
    ) async throws {
        var contents = Snapshot.Contents()
        contents.groups = [Group(id: "acme", createdAt: 0)]
        let hash = KeyHash(bytes: [UInt8](repeating: 7, count: KeyHash.byteCount))
        guard let hash else { throw RelayWorldError() }
        var key = Token(id: 7, groupID: "acme", name: "ci", keyHash: hash, keyPrefix: "sk-7", createdAt: 0)
        token(&key)
        contents.tokens = [key]
        contents.channels = channels
        var config = ModelConfig(model: "gpt", createdAt: 0)
        config.price = try Price(json: JSON.parse(#"{"input_price": 1, "output_price": 2}"#).objectValue ?? JSONObject())
        // Each channel once, unless the test says otherwise.
        config.retryTimes = Int64(max(channels.count - 1, 0))
        var settings = settings
        if channels.count == 1 { settings.retryTimes = 0 }
        model(&config)
        contents.modelConfigs = [config]
        change(&contents)
        self.snapshot = Snapshot(contents)
        self.caller = try self.snapshot.caller(forKeyHash: hash)
        self.meter = Meter(journal: RecordingJournal(self.timeline, room: room, claimsRoom: claimsRoom), billingEnabled: true)
        var random = SeededGenerator(seed: 1)
        self.ids = NIOLockedValueBox(RequestIDGenerator(using: &random))
        let (eventLoop, meter, health) = (self.eventLoop, self.meter, self.health)
        let tls = try Self.tls.get()
        let relaySettings = settings
        let providers = try ProviderCatalogue(
            files: Templates.providers(simulatorsSpeakAll: simulatorsSpeakAll)
                + extra.enumerated().map { ("extra-\($0).yaml", $1) })
        self.loop = try await eventLoop.submit {
            let ticker = LoopTicker(eventLoop: eventLoop)
            let client = UpstreamClient(eventLoop: eventLoop, ticker: ticker, tls: tls)
            let loop = RelayLoop(
                eventLoop: eventLoop, lane: 0, client: client, meter: meter, providers: providers, responses: responses,
                settings: relaySettings, clock: .fixed(Self.now + 250), health: health)
            if let codecs { loop.codecs = codecs }
            if let plugins { loop.plugins = Plugins(all: plugins) }
            return NIOLoopBound(loop, eventLoop: eventLoop)
        }.get()
    }

    /// Starts a call.
    /// - Parameter prepare: what is done to the client's side before.
    func start(
        _ body: String, headers: HTTPHeaders = [:],
        endpoint: Endpoint = Endpoint(.chatCompletions, recordPath: "/v1/chat/completions"),
        prepare: @escaping @Sendable (RecordingSink) -> Void = { _ in }
    ) async throws -> ClientCall {
        let id = self.ids.withLockedValue { $0.next(nowMilliseconds: Self.now) }
        let (loop, eventLoop, timeline, snapshot, caller) = (self.loop, self.eventLoop, self.timeline, self.snapshot, self.caller)
        return try await eventLoop.submit {
            let request = RelayRequest(
                requestID: id, receivedAt: Self.now, endpoint: endpoint,
                head: HTTPRequestHead(version: .http1_1, method: .POST, uri: endpoint.recordPath, headers: headers),
                body: ByteBuffer(string: body), caller: caller, snapshot: snapshot, clientAddress: "192.0.2.1",
                traceHeaders: [("traceparent", "00-1-2-01")])
            let done = eventLoop.makePromise(of: Void.self)
            let sink = RecordingSink(timeline, call: id, done: done)
            prepare(sink)
            let call = loop.value.call(request, sink: sink)
            sink.running = call
            return ClientCall(
                id: id, timeline: timeline, done: done.futureResult, call: NIOLoopBound(Held(call), eventLoop: eventLoop),
                sink: NIOLoopBound(sink, eventLoop: eventLoop))
        }.get()
    }

    /// A whole call.
    func call(
        _ body: String, headers: HTTPHeaders = [:],
        endpoint: Endpoint = Endpoint(.chatCompletions, recordPath: "/v1/chat/completions")
    ) async throws -> Outcome {
        try await self.start(body, headers: headers, endpoint: endpoint).outcome()
    }

    /// What the token has spent so far, in billionths.
    var spent: Int64 { self.meter.quota(of: self.caller.payer)?.used.nanos ?? 0 }

    /// How many connections to an upstream are free.
    func idleConnections(port: Int) async throws -> Int {
        let loop = self.loop
        let address = UpstreamAddress(host: "127.0.0.1", port: port, usesTLS: false)
        return try await self.eventLoop.submit { loop.value.client.counts(of: address)?.idle ?? 0 }.get()
    }

    func probe(_ channel: Directory.Channel) async throws -> ProbeResult {
        let loop = self.loop
        let id = self.ids.withLockedValue { $0.next(nowMilliseconds: Self.now) }
        return try await self.eventLoop.flatSubmit { loop.value.probe(channel, model: "gpt", requestID: id) }.get()
    }
}

struct RelayWorldError: Error {}

final class Held {
    let call: (any RelayCall)?
    init(_ call: (any RelayCall)?) { self.call = call }
}

/// A call as its client sees it.
struct ClientCall: Sendable {
    let id: RequestID
    let timeline: Timeline
    let done: EventLoopFuture<Void>
    let call: NIOLoopBound<Held>
    let sink: NIOLoopBound<RecordingSink>

    /// Waits for the answer's end.
    func outcome() async throws -> Outcome {
        try await self.done.get()
        return Outcome(self.timeline.events(of: self.id))
    }

    var soFar: Outcome { Outcome(self.timeline.events(of: self.id)) }

    func leave() async throws {
        let call = self.call
        try await self.done.eventLoop.submit { call.value.call?.clientIsGone() }.get()
    }

    func setWritable(_ isWritable: Bool) async throws {
        let (call, sink) = (self.call, self.sink)
        try await self.done.eventLoop.submit {
            sink.value.isWritable = isWritable
            call.value.call?.writabilityChanged(isWritable: isWritable)
        }.get()
    }

    /// Waits until the client has got a text.
    func wait(for text: String) async throws {
        while !self.soFar.body.contains(text) { try await Task.sleep(for: .milliseconds(2)) }
    }
}

/// All that came of a call.
struct Outcome: Sendable {
    var status: UInt?
    var headers = HTTPHeaders()
    var parts: [String] = []
    var isEnded = false
    var isAborted = false
    var hasLateWrites = false
    var records: [CallRecord] = []
    /// Whether the record was made before the answer's last part and its end.
    var isRecordedBeforeItsEnd = false

    init(_ events: [Timeline.Event]) {
        for event in events {
            switch event {
            case .head(let status, let headers): (self.status, self.headers) = (status, headers)
            case .body(let text):
                self.parts.append(text)
                self.isRecordedBeforeItsEnd = !self.records.isEmpty
            case .end: self.isEnded = true
            case .abort: self.isAborted = true
            case .late: self.hasLateWrites = true
            case .record(let record): self.records.append(record)
            }
        }
    }

    var body: String { self.parts.joined() }
    var json: JSON? { try? JSON.parse(self.body) }
    var errorCode: String? { self.json?["error"]?["code"]?.stringValue }
    var record: CallRecord? { self.records.count == 1 ? self.records[0] : nil }
}

/// The files that ship with the package, but for the simulators: they speak chat completions alone here, so that what clients of other
/// formats say has to be converted.
enum Templates {
    private static let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()

    static func providers(simulatorsSpeakAll: Bool = false) throws -> [(path: String, text: String)] {
        let folder = self.root + "/templates/providers"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
            guard !simulatorsSpeakAll, name.hasPrefix("fake"), let paths = text.firstRange(of: "paths:"),
                let settings = text.firstRange(of: "configSchema:")
            else { return (name, text) }
            return (name, text[..<paths.lowerBound] + "paths: {chat-completions: /chat}\n" + text[settings.lowerBound...])
        }
    }
}
