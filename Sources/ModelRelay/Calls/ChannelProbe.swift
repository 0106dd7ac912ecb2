public import Directory
public import NIOCore
internal import NIOHTTP1
internal import Outbound
public import Wire

/// What a trial of a channel brought.
public struct ProbeResult: Sendable {
    public var isSuccess: Bool
    /// The upstream's status; 0 where none came.
    public var code: Int
    /// The upstream's answer or the failure, at most 4 KiB.
    public var response: String
    /// The name that the model was sent by.
    public var upstreamModel: String
    public var duration: TimeAmount
}

extension RelayLoop {
    /// Tries `channel` with `model` by a tiny chat completion that is neither limited, charged nor logged. On the event loop.
    public func probe(
        _ channel: Directory.Channel, model: String, requestID: RequestID
    ) -> EventLoopFuture<ProbeResult> {
        ChannelProbe.run(channel, model: model, requestID: requestID, on: self)
    }
}

/// A trial of one channel with one model.
final class ChannelProbe: UpstreamReceiver {
    private static let longestResponse = 4096
    private let promise: EventLoopPromise<ProbeResult>
    private let upstreamModel: String
    private let start = NIODeadline.now()
    private var status = 0
    private var collected = ByteBuffer()
    private var attempt: (any RelayAttempt)?

    private init(promise: EventLoopPromise<ProbeResult>, upstreamModel: String) {
        self.promise = promise
        self.upstreamModel = upstreamModel
    }

    static func run(
        _ channel: Directory.Channel, model: String, requestID: RequestID, on loop: RelayLoop
    ) -> EventLoopFuture<ProbeResult> {
        let upstreamModel = channel.modelMapping[model] ?? model
        let probe = ChannelProbe(promise: loop.eventLoop.makePromise(), upstreamModel: upstreamModel)
        let body: JSON = ["model": .string(upstreamModel), "messages": [["role": "user", "content": "hi"]], "max_tokens": 16]
        probe.begin(channel, body: ByteBuffer(bytes: body.serializedBytes()), requestID: requestID, loop: loop)
        return probe.promise.futureResult
    }

    private func begin(_ channel: Directory.Channel, body: ByteBuffer, requestID: RequestID, loop: RelayLoop) {
        guard let provider = loop.providers[channel.type] else {
            return self.finish(isSuccess: false, "channel type \(channel.type) is not served yet")
        }
        switch provider.transport {
        case .fake:
            self.attempt = FakeAttempt.chat(
                body, configuration: channel.configs, model: self.upstreamModel, isStreamed: false, requestID: requestID,
                now: loop.clock.nowMilliseconds(), eventLoop: loop.eventLoop, receiver: self)
        case .fakeError:
            self.attempt = FakeAttempt.configuredFailure(channel.configs, eventLoop: loop.eventLoop, receiver: self)
        case .http:
            do {
                let requests = try UpstreamRequests(.chatCompletions, provider: provider, channel: channel)
                let head = try requests.post(
                    model: self.upstreamModel, isStreamed: false, endpoint: Endpoint(.chatCompletions, recordPath: ""), from: [:],
                    traceHeaders: [])
                var request = UpstreamRequest(head: head, body: body)
                request.headTimeout = .seconds(60)
                self.attempt = loop.client.send(request, to: requests.base.address, receiver: self)
            } catch {
                self.finish(isSuccess: false, error.error.message)
            }
        }
    }

    func upstreamHead(_ head: HTTPResponseHead) { self.status = Int(head.status.code) }

    func upstreamBody(_ part: ByteBuffer) {
        let room = Self.longestResponse - self.collected.readableBytes
        self.collected.writeBytes(part.readableBytesView.prefix(room))
        guard part.readableBytes > room else { return }
        // Enough to judge it by; an answer without end must not keep the trial waiting.
        self.attempt?.cancel()
        self.upstreamEnded()
    }

    func upstreamReadComplete() {}

    func upstreamEnded() {
        self.finish(isSuccess: (200...299).contains(self.status), String(buffer: self.collected))
    }

    func upstreamFailed(_ error: OutboundError) { self.finish(isSuccess: false, error.message) }

    private func finish(isSuccess: Bool, _ response: String) {
        self.attempt = nil
        self.promise.succeed(
            ProbeResult(
                isSuccess: isSuccess, code: self.status, response: response, upstreamModel: self.upstreamModel,
                duration: .now() - self.start))
    }
}
