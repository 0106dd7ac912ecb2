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
    /// Tries `channel` with `model` by a tiny request that is neither limited, charged nor logged. On the event loop.
    /// - Parameter kind: what the model is for; asked in that format, or the nearest that the channel's provider speaks.
    public func probe(
        _ channel: Directory.Channel, model: String, kind: WireFormat = .chatCompletions, requestID: RequestID
    ) -> EventLoopFuture<ProbeResult> {
        ChannelProbe.run(channel, model: model, kind: kind, requestID: requestID, on: self)
    }
}

/// A trial of one channel with one model.
final class ChannelProbe: UpstreamReceiver {
    private static let longestResponse = 4096
    private static let headTimeout = TimeAmount.seconds(60)
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
        _ channel: Directory.Channel, model: String, kind: WireFormat, requestID: RequestID, on loop: RelayLoop
    ) -> EventLoopFuture<ProbeResult> {
        let probe = ChannelProbe(
            promise: loop.eventLoop.makePromise(), upstreamModel: channel.modelMapping[model] ?? model)
        probe.begin(channel, kind: kind, requestID: requestID, loop: loop)
        return probe.promise.futureResult
    }

    private func begin(_ channel: Directory.Channel, kind: WireFormat, requestID: RequestID, loop: RelayLoop) {
        guard let provider = loop.providers[channel.type] else {
            return self.finish(isSuccess: false, "channel type \(channel.type) is not served yet")
        }
        let model = self.upstreamModel
        guard let format = provider.upstreamFormat(for: kind, model: model, baseURL: channel.baseURL) else {
            return self.finish(isSuccess: false, "\(provider.name) channels don't serve \(kind.rawValue)")
        }
        let body = TrialRequest.body(format, model: model)
        switch provider.transport {
        case .fake:
            self.attempt = FakeAttempt.answer(
                format: format, body: body, configuration: channel.configs, model: model, isStreamed: false,
                requestID: requestID, now: loop.clock.nowMilliseconds(), headTimeout: Self.headTimeout,
                eventLoop: loop.eventLoop, receiver: self)
        case .fakeError:
            self.attempt = FakeAttempt.configuredFailure(
                format: format, body: body, configuration: channel.configs, model: model, isStreamed: false,
                requestID: requestID, now: loop.clock.nowMilliseconds(), headTimeout: Self.headTimeout,
                eventLoop: loop.eventLoop, receiver: self)
        case .http:
            do {
                let requests = try UpstreamRequests(format, provider: provider, channel: channel)
                let head = try requests.post(
                    model: model, isStreamed: false, endpoint: Endpoint(format, recordPath: ""), from: [:], traceHeaders: [])
                var request = UpstreamRequest(head: head, body: body)
                request.headTimeout = Self.headTimeout
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
