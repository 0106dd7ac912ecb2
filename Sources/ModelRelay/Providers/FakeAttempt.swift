internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// A try at a channel that is answered inside this process, as its script has it. Confined to its event loop.
final class FakeAttempt: RelayAttempt {
    private enum Wait {
        case none
        case pause
        /// Nothing more comes. Whether the time for it is over, while whoever takes the answer wasn't ready for more.
        case forever(isOverdue: Bool)
    }

    private let eventLoop: any EventLoop
    private var receiver: (any UpstreamReceiver)?
    private var script: AnswerScript
    private let headTimeout: TimeAmount
    private let idleTimeout: TimeAmount
    private var hasHead = false
    private var wait = Wait.none
    private var isProceeding = false
    private var timer: Scheduled<Void>?
    /// Bytes that are delivered before others get their turn on the loop.
    private static let bytesInTurn = 64 << 10

    /// - Parameters:
    ///   - headTimeout: the longest wait for the head.
    ///   - idleTimeout: the longest silence after it.
    init(
        _ script: AnswerScript, headTimeout: TimeAmount, idleTimeout: TimeAmount, eventLoop: any EventLoop,
        receiver: any UpstreamReceiver
    ) {
        self.script = script
        self.headTimeout = headTimeout
        self.idleTimeout = idleTimeout
        self.eventLoop = eventLoop
        self.receiver = receiver
        // Never before this returns.
        self.pause(.zero)
    }

    func cancel() {
        self.receiver = nil
        self.timer?.cancel()
        self.timer = nil
    }

    var isReadingPaused = false {
        didSet {
            guard oldValue, !self.isReadingPaused else { return }
            switch self.wait {
            case .none: self.proceed()
            case .pause, .forever(isOverdue: false): break
            case .forever(isOverdue: true): self.hang()
            }
        }
    }

    private func proceed() {
        guard !self.isProceeding else { return }
        self.isProceeding = true
        defer { self.isProceeding = false }
        var delivered = 0
        while !self.isReadingPaused, let receiver = self.receiver {
            switch self.script.next() {
            case .wait(let amount):
                if delivered > 0 { receiver.upstreamReadComplete() }
                let patience = self.hasHead ? self.idleTimeout : self.headTimeout
                return amount < patience ? self.pause(amount) : self.hang()
            case .head(let head):
                self.hasHead = true
                receiver.upstreamHead(head)
            case .part(let bytes):
                delivered += bytes.count
                receiver.upstreamBody(ByteBuffer(bytes: bytes))
                // Where its taker is slow, what it took is to be flushed, or it would never ask for more.
                if self.isReadingPaused { self.receiver?.upstreamReadComplete() }
                if delivered >= Self.bytesInTurn, !self.isReadingPaused, self.receiver != nil {
                    receiver.upstreamReadComplete()
                    return self.pause(.zero)
                }
            case .end:
                self.receiver = nil
                return receiver.upstreamEnded()
            case .fail(let error): return self.fail(error)
            case .hang:
                if delivered > 0 { receiver.upstreamReadComplete() }
                return self.hang()
            }
        }
    }

    private func fail(_ error: OutboundError) {
        let receiver = self.receiver
        self.receiver = nil
        receiver?.upstreamFailed(error)
    }

    private func pause(_ amount: TimeAmount) {
        self.wait = .pause
        self.after(amount) {
            self.wait = .none
            self.proceed()
        }
    }

    /// As with a connection, time runs only while more is asked for.
    private func hang() {
        self.wait = .forever(isOverdue: false)
        self.after(self.hasHead ? self.idleTimeout : self.headTimeout) {
            guard !self.isReadingPaused else {
                self.wait = .forever(isOverdue: true)
                return
            }
            self.fail(
                OutboundError(
                    .timedOut, "timed out waiting for \(self.hasHead ? "the next part of the answer" : "the answer")"))
        }
    }

    private func after(_ delay: TimeAmount, _ body: @escaping () -> Void) {
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            guard self.receiver != nil else { return }
            body()
        }
    }
}

extension FakeAttempt {
    /// The answer of a `fake` channel to a request of any format.
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - headTimeout: the longest wait for the head.
    ///   - idleTimeout: the longest silence after it.
    static func answer(
        format: WireFormat, body: ByteBuffer, configuration: JSONObject, model: String, isStreamed: Bool, requestID: RequestID,
        now: Int64, headTimeout: TimeAmount = .minutes(5), idleTimeout: TimeAmount = .minutes(2), eventLoop: any EventLoop,
        receiver: any UpstreamReceiver
    ) -> FakeAttempt {
        let request = SimulatedRequest(
            format: format, body: body, model: model, isStreamed: isStreamed, requestID: requestID, now: now)
        return FakeAttempt(
            Simulator(request, configuration: configuration).script(), headTimeout: headTimeout, idleTimeout: idleTimeout,
            eventLoop: eventLoop, receiver: receiver)
    }

    /// The failure of a `fake-error` channel, told in the format of the request.
    /// - Parameters: as of `answer`.
    static func configuredFailure(
        format: WireFormat, body: ByteBuffer, configuration: JSONObject, model: String, isStreamed: Bool, requestID: RequestID,
        now: Int64, headTimeout: TimeAmount = .minutes(5), idleTimeout: TimeAmount = .minutes(2), eventLoop: any EventLoop,
        receiver: any UpstreamReceiver
    ) -> FakeAttempt {
        let request = SimulatedRequest(
            format: format, body: body, model: model, isStreamed: isStreamed, requestID: requestID, now: now)
        return FakeAttempt(
            SimulatedFailure(request, configuration: configuration).script(), headTimeout: headTimeout,
            idleTimeout: idleTimeout, eventLoop: eventLoop, receiver: receiver)
    }
}
