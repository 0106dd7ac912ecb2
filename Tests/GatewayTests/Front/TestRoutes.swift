import ModelRelay
import NIOCore
import NIOHTTP1
import Synchronization

@testable import Gateway

/// What happened to the hot calls of a test, in order.
final class FrontLog: Sendable {
    enum Event: Hashable {
        case began(String)
        case started(String, bytes: Int)
        case refused(String, String)
        case gone(String)
        case writable(String, Bool)
    }

    private let events = Mutex<[Event]>([])

    var all: [Event] { self.events.withLock { $0 } }

    func append(_ event: Event) { self.events.withLock { $0.append(event) } }

    /// Waits for what happens on another thread.
    func waitFor(_ event: Event) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !self.all.contains(event) {
            guard ContinuousClock.now < deadline else { throw RawClient.Failure("\(event) did not happen: \(self.all)") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// Hot paths below `/hot`, and the rule for hosts; all else is cold.
final class TestRoutes: HotRoutes {
    private let eventLoop: any EventLoop
    private let log: FrontLog
    private let gate: TestGate

    init(eventLoop: any EventLoop, log: FrontLog, gate: TestGate) {
        self.eventLoop = eventLoop
        self.log = log
        self.gate = gate
    }

    var date: String { "Sun, 06 Nov 1994 08:49:37 GMT" }

    func refusal(of head: HTTPRequestHead) -> (status: HTTPResponseStatus, body: String)? {
        head.headers.first(name: "host") == "evil.example" ? (.misdirectedRequest, "not here") : nil
    }

    func call(for head: HTTPRequestHead, from peer: Peer, sink: any AnswerSink) -> (any HotCall)? {
        let target = RequestPath(head.uri)
        guard target.isUnder("/hot") else { return nil }
        self.log.append(.began(head.uri))
        if target.path == "/hot/401" {
            sink.answer(.unauthorized, ["X-Path": head.uri], ByteBuffer(string: "who are you?"))
            return AnsweredCall()
        }
        return TestCall(
            head: head, kind: String(target.path.dropFirst(5)), eventLoop: self.eventLoop, log: self.log, gate: self.gate,
            sink: sink)
    }
}

/// Lets calls to `/hot/step` and `/cold/step` go on when a test says so.
final class TestGate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    func wait(_ go: @escaping @Sendable () -> Void) {
        let isOpen = self.state.withLock { state in
            if !state.isOpen { state.waiting.append(go) }
            return state.isOpen
        }
        if isOpen { go() }
    }

    func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for go in waiting { go() }
    }
}

/// A call of the kind that its path names.
final class TestCall: HotCall {
    private let head: HTTPRequestHead
    private let kind: String
    private let eventLoop: any EventLoop
    private let log: FrontLog
    private let gate: TestGate
    private let sink: any AnswerSink
    private var isGone = false
    private var chunksLeft = 0

    init(head: HTTPRequestHead, kind: String, eventLoop: any EventLoop, log: FrontLog, gate: TestGate, sink: any AnswerSink) {
        self.head = head
        self.kind = kind
        self.eventLoop = eventLoop
        self.log = log
        self.gate = gate
        self.sink = sink
    }

    func start(body: ByteBuffer) {
        self.log.append(.started(self.head.uri, bytes: body.readableBytes))
        switch self.kind {
        case "echo": self.answer(body)
        case "count": self.answer(ByteBuffer(string: "\(body.readableBytes)"))
        case "slow": self.later(.milliseconds(20)) { $0.answer(ByteBuffer(string: "slow")) }
        case "stream":
            self.chunksLeft = 20
            self.sink.head(.ok, ["X-Path": self.head.uri])
            self.sendChunks(ByteBuffer(string: "0123456789"))
        case "flood":
            self.chunksLeft = 257
            self.sink.head(.ok, ["X-Path": self.head.uri])
            self.sendChunks(ByteBuffer(repeating: UInt8(ascii: "x"), count: 64 << 10))
        case "step":
            self.sink.head(.ok, ["X-Path": self.head.uri])
            self.sink.body(ByteBuffer(string: "first"))
            self.sink.flush()
            let call = NIOLoopBound(self, eventLoop: self.eventLoop)
            let eventLoop = self.eventLoop
            self.gate.wait { eventLoop.execute { call.value.finishStep() } }
        case "broken":
            self.sink.head(.ok, ["X-Path": self.head.uri, "Content-Length": "100"])
            self.sink.body(ByteBuffer(string: "first"))
            self.sink.flush()
            self.later(.milliseconds(20)) { $0.sink.abort() }
        default: break  // never answers
        }
    }

    func refuse(_ reason: BodyRefusal) {
        self.log.append(.refused(self.head.uri, "\(reason)"))
        let status: HTTPResponseStatus =
            switch reason {
            case .tooLarge: .payloadTooLarge
            case .tooSlow: .requestTimeout
            case .undecodable: .badRequest
            case .unknownEncoding: .unsupportedMediaType
            }
        self.sink.answer(status, ["X-Path": self.head.uri], ByteBuffer(string: "\(reason)"))
    }

    func clientIsGone() {
        self.isGone = true
        self.log.append(.gone(self.head.uri))
    }

    func writabilityChanged(isWritable: Bool) {
        self.log.append(.writable(self.head.uri, isWritable))
        if isWritable, self.kind == "flood" { self.sendChunks(ByteBuffer(repeating: UInt8(ascii: "x"), count: 64 << 10)) }
    }

    private func answer(_ body: ByteBuffer) { self.sink.answer(.ok, ["X-Path": self.head.uri], body) }

    private func finishStep() {
        self.sink.body(ByteBuffer(string: "last"))
        self.sink.end()
    }

    /// One at a time for as long as the client takes them.
    private func sendChunks(_ chunk: ByteBuffer) {
        while self.chunksLeft > 0, self.sink.isWritable, !self.isGone {
            self.chunksLeft -= 1
            self.sink.body(chunk)
            self.sink.flush()
            if self.kind == "stream" { return self.later(.milliseconds(1)) { $0.goOn(chunk) } }
        }
        self.goOn(chunk, isLast: true)
    }

    private func goOn(_ chunk: ByteBuffer, isLast: Bool = false) {
        if self.chunksLeft == 0 { self.sink.end() } else if !isLast { self.sendChunks(chunk) }
    }

    private func later(_ delay: TimeAmount, _ body: @escaping (TestCall) -> Void) {
        self.eventLoop.assumeIsolated().scheduleTask(in: delay) { if !self.isGone { body(self) } }
    }
}
