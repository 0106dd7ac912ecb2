internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Synchronization

/// One request that is served in this process: between its call, which lives on an event loop, and the task that reads its answer.
final class InProcessExchange: Sendable {
    struct Head: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
    }

    private struct State {
        var head: Head?
        /// What was written and not read, oldest first.
        var parts: [[UInt8]] = []
        var waitingBytes = 0
        var isEnded = false
        var failure: OutboundError?
        /// Grows with each change, so that a reader that is about to wait knows of one in between.
        var changes = 0
        var reader: CheckedContinuation<Void, Never>?
        /// The call's side, as long as the call goes on.
        var sink: NIOLoopBound<InProcessSink>?
    }

    /// From where on the call is asked to hold back.
    static let highWater = 1 << 20
    private let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Gives the reader's end of the call up, and the call with it where it goes on.
    func fail(_ error: OutboundError) {
        let (reader, sink) = self.state.withLock { state -> (CheckedContinuation<Void, Never>?, NIOLoopBound<InProcessSink>?) in
            guard !state.isEnded, state.failure == nil else { return (nil, nil) }
            state.failure = error
            (state.parts, state.waitingBytes) = ([], 0)
            state.changes += 1
            return (state.reader.take(), state.sink.take())
        }
        reader?.resume()
        if let sink { self.eventLoop.execute { sink.value.leave() } }
    }

    // MARK: The reader

    /// The answer's head.
    /// - Throws: `OutboundError`, also where it takes longer than `limit`.
    func head(within limit: Duration) async throws(OutboundError) -> Head { try await self.wait(within: limit) { $0.head } }

    /// The next part of the body, or nil at its end.
    /// - Throws: as `head`.
    func next(within limit: Duration) async throws(OutboundError) -> [UInt8]? {
        let (part, resumes) = try await self.wait(within: limit) { state -> ([UInt8]?, NIOLoopBound<InProcessSink>?)? in
            guard !state.parts.isEmpty else { return state.isEnded ? (nil, nil) : nil }
            let wasFull = state.waitingBytes >= Self.highWater
            let part = state.parts.removeFirst()
            state.waitingBytes -= part.count
            return (part, wasFull && state.waitingBytes < Self.highWater ? state.sink : nil)
        }
        if let resumes { self.eventLoop.execute { resumes.value.call?.writabilityChanged(isWritable: true) } }
        return part
    }

    private func wait<Value: Sendable>(
        within limit: Duration, _ take: (inout State) -> sending Value?
    ) async throws(OutboundError) -> Value {
        var timer: Scheduled<Void>?
        defer { timer?.cancel() }
        while true {
            let (value, failure, changes) = self.state.withLock { state in (take(&state), state.failure, state.changes) }
            if let value { return value }
            if let failure { throw failure }
            if timer == nil {
                timer = self.eventLoop.scheduleTask(in: TimeAmount(limit)) {
                    self.fail(OutboundError(.timedOut, "the answer took too long"))
                }
            }
            await self.change(since: changes)
        }
    }

    private func change(since changes: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let isLate = self.state.withLock { state in
                    guard state.changes == changes else { return true }
                    state.reader = reader
                    return false
                }
                if isLate { reader.resume() }
            }
        } onCancel: {
            self.fail(OutboundError(.cancelled, "cancelled"))
        }
    }

    // MARK: The call

    var isWritable: Bool { self.state.withLock { $0.waitingBytes < Self.highWater } }

    /// The call goes on behind that sink. False where nobody reads its answer any more.
    func opened(_ sink: NIOLoopBound<InProcessSink>) -> Bool {
        self.state.withLock { state in
            if !state.isEnded, state.failure == nil { state.sink = sink }
            return state.failure == nil
        }
    }

    func began(_ head: Head) { self.update { $0.head = head } }

    func wrote(_ part: [UInt8]) {
        self.update { state in
            state.parts.append(part)
            state.waitingBytes += part.count
        }
    }

    func ended() {
        self.update { state in
            state.isEnded = true
            state.sink = nil
        }
    }

    private func update(_ change: (inout State) -> Void) {
        let reader = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.failure == nil else { return nil }
            change(&state)
            state.changes += 1
            return state.reader.take()
        }
        reader?.resume()
    }
}

/// Where a call in this process writes its answer. Confined to its event loop.
final class InProcessSink: AnswerSink {
    private let exchange: InProcessExchange
    var call: (any HotCall)?
    private(set) var isAnswered = false

    init(_ exchange: InProcessExchange) { self.exchange = exchange }

    var isWritable: Bool { self.exchange.isWritable }

    func head(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {
        self.exchange.began(
            InProcessExchange.Head(status: Int(status.code), headers: headers.map { ($0.name, $0.value) }))
    }

    func body(_ part: ByteBuffer) { if part.readableBytes > 0 { self.exchange.wrote(Array(part.readableBytesView)) } }

    func end() {
        self.isAnswered = true
        self.call = nil
        self.exchange.ended()
    }

    func flush() {}

    func abort() {
        self.call = nil
        self.exchange.fail(OutboundError(.closed, "the answer broke off"))
    }

    /// The reader has gone.
    func leave() { self.call.take()?.clientIsGone() }
}
