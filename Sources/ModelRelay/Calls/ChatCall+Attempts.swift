internal import Directory
internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// Which channel is asked next, and how.
extension ChatCall {
    /// Tries the next channel; where none is left, or it isn't worth it, `failure` is what the client gets.
    func tryNext(after failure: Failure?) {
        self.attempt = nil
        guard self.attemptsLeft > 0, let channel = self.choice.next(using: &self.loop.random) else {
            return self.fail(failure ?? Failure(.serviceUnavailable, code: "no_channel", "no channel can serve this model now"))
        }
        self.attemptsLeft -= 1
        if failure != nil {
            self.record.retryTimes += 1
            self.record.retryAt = self.loop.clock.nowMilliseconds()
        }
        self.channel = channel
        self.record.channelID = channel.channel.id
        self.phase = .attempting
        self.head = nil
        self.collected = ByteBuffer()
        let upstreamModel = channel.upstreamModel(for: self.model.config.model)
        self.tap = ChatStreamTap(
            maximumEventBytes: self.loop.settings.maximumEventBytes, dropsUsageChunk: !self.chat.wantsUsageChunk,
            modelName: upstreamModel == self.chat.model ? nil : self.chat.model)
        do {
            try self.send(to: channel, model: upstreamModel)
        } catch {
            self.tryNext(after: error)
        }
    }

    private func send(to served: ServedChannel, model: String) throws(Failure) {
        let channel = served.channel
        guard let provider = self.loop.providers[channel.type] else {
            throw Failure(.notImplemented, code: "not_implemented", "channel type \(channel.type) is not served yet")
        }
        let body = self.chat.upstreamBody(of: self.request.body, model: model, allocator: ByteBufferAllocator())
        switch provider.transport {
        case .fake:
            self.attempt = FakeAttempt.chat(
                body, configuration: channel.configs, model: model, isStreamed: self.chat.isStreamed,
                requestID: self.request.requestID, now: self.request.receivedAt, eventLoop: self.loop.eventLoop, receiver: self)
        case .fakeError:
            self.attempt = FakeAttempt.configuredFailure(channel.configs, eventLoop: self.loop.eventLoop, receiver: self)
        case .http:
            let requests = try self.loop.requests(.chatCompletions, provider: provider, channel: served)
            let head = try requests.post(
                model: model, isStreamed: self.chat.isStreamed, from: self.request.head.headers,
                traceHeaders: self.request.traceHeaders)
            var upstream = UpstreamRequest(head: head, body: body)
            upstream.connectTimeout = self.loop.settings.connectTimeout
            upstream.headTimeout = self.headTimeout
            upstream.idleTimeout = self.loop.settings.idleTimeout
            let call = self.loop.client.send(upstream, to: requests.base.address, receiver: self)
            // A failure may have come before `send` returned, and with it the next attempt.
            if self.attempt == nil, case .attempting = self.phase, self.channel?.channel.id == channel.id { self.attempt = call }
        }
    }

    private var headTimeout: TimeAmount {
        let config = self.model.config
        let seconds = self.chat.isStreamed ? config.streamRequestTimeoutSeconds : config.requestTimeoutSeconds
        guard seconds > 0 else {
            return self.chat.isStreamed ? self.loop.settings.streamTimeout : self.loop.settings.answerTimeout
        }
        return .seconds(min(seconds, 86_400))
    }
}
