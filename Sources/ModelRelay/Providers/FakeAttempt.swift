internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// A try at a channel that is answered inside this process, piece by piece and with the delays of its configuration.
final class FakeAttempt: RelayAttempt {
    private let eventLoop: any EventLoop
    private var receiver: (any UpstreamReceiver)?
    private let head: HTTPResponseHead
    private var parts: CircularBuffer<ByteBuffer>
    private let partDelay: TimeAmount
    private var isWaiting = false
    private var isDelivering = false

    /// - Parameters:
    ///   - delay: before the head.
    ///   - partDelay: between two parts.
    init(
        eventLoop: any EventLoop, receiver: any UpstreamReceiver, head: HTTPResponseHead, parts: [[UInt8]], delay: TimeAmount,
        partDelay: TimeAmount
    ) {
        self.eventLoop = eventLoop
        self.receiver = receiver
        self.head = head
        self.parts = CircularBuffer(parts.map { ByteBuffer(bytes: $0) })
        self.partDelay = partDelay
        self.after(delay) {
            self.receiver?.upstreamHead(self.head)
            self.deliver()
        }
    }

    func cancel() { self.receiver = nil }

    var isReadingPaused = false {
        didSet { if oldValue, !self.isReadingPaused, !self.isWaiting, !self.isDelivering { self.deliver() } }
    }

    private func deliver() {
        self.isDelivering = true
        defer { self.isDelivering = false }
        while !self.isReadingPaused, let receiver = self.receiver {
            guard let part = self.parts.popFirst() else {
                self.receiver = nil
                return receiver.upstreamEnded()
            }
            receiver.upstreamBody(part)
            // Where its taker is slow, what it took is to be flushed, or it would never ask for more.
            if self.isReadingPaused { self.receiver?.upstreamReadComplete() }
            guard self.partDelay > .zero, !self.parts.isEmpty else { continue }
            self.receiver?.upstreamReadComplete()
            return self.after(self.partDelay) { self.deliver() }
        }
    }

    private func after(_ delay: TimeAmount, _ body: @escaping () -> Void) {
        self.isWaiting = true
        self.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            self.isWaiting = false
            body()
        }
    }
}

extension FakeAttempt {
    /// The simulator's answer to `body`.
    static func chat(
        _ body: ByteBuffer, configuration: JSONObject, model: String, isStreamed: Bool, requestID: RequestID, now: Int64,
        eventLoop: any EventLoop, receiver: any UpstreamReceiver
    ) -> FakeAttempt {
        let request: JSON
        do {
            request = try body.withUnsafeReadableBytes { (bytes) throws(JSONError) in
                try JSON.parse(bytes, limits: JSONLimits(maximumDepth: 256, duplicateNames: .lastWins))
            }
        } catch {
            return self.failure(
                status: .badRequest, message: "the body is not acceptable: \(error)", code: "invalid_json", eventLoop: eventLoop,
                receiver: receiver)
        }
        let answer = FakeAnswer(configuration: configuration, model: model, request: request, id: requestID, nowMilliseconds: now)
        let head = HTTPResponseHead(
            version: .http1_1, status: .ok,
            headers: ["Content-Type": isStreamed ? "text/event-stream; charset=utf-8" : "application/json"])
        return FakeAttempt(
            eventLoop: eventLoop, receiver: receiver, head: head, parts: isStreamed ? answer.events() : [answer.object()],
            delay: .milliseconds(answer.delayMilliseconds), partDelay: .milliseconds(answer.chunkDelayMilliseconds))
    }

    /// The failure that a `fake-error` channel's configuration names (`error_status_code`, `error_message`, `error_code`).
    static func configuredFailure(
        _ configuration: JSONObject, eventLoop: any EventLoop, receiver: any UpstreamReceiver
    ) -> FakeAttempt {
        let status = configuration["error_status_code"]?.intValue.flatMap { (400...599).contains($0) ? $0 : nil } ?? 500
        return self.failure(
            status: HTTPResponseStatus(statusCode: status),
            message: configuration["error_message"]?.stringValue ?? "this channel always fails",
            code: configuration["error_code"]?.stringValue ?? "fake_error", eventLoop: eventLoop, receiver: receiver)
    }

    private static func failure(
        status: HTTPResponseStatus, message: String, code: String, eventLoop: any EventLoop, receiver: any UpstreamReceiver
    ) -> FakeAttempt {
        let error: JSON = ["error": ["message": .string(message), "type": "fake_error", "param": .null, "code": .string(code)]]
        return FakeAttempt(
            eventLoop: eventLoop, receiver: receiver,
            head: HTTPResponseHead(version: .http1_1, status: status, headers: ["Content-Type": "application/json"]),
            parts: [error.serializedBytes()], delay: .zero, partDelay: .zero)
    }
}
