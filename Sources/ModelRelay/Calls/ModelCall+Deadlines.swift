internal import Directory
internal import NIOCore
internal import NIOHTTP1
internal import Outbound

/// How long a call may take.
extension ModelCall {
    static func deadlines(_ admitted: CallAdmission, settings: RelaySettings) -> CallDeadlines {
        let isStreamed = admitted.view.isStreamed || admitted.plugins.streamsUpstream
        let config = admitted.model.config
        var deadlines = CallDeadlines(
            .init(admitted.request.endpoint.format), isStreamed: isStreamed,
            inputTokens: Int64(admitted.request.body.readableBytes / 4), model: config,
            idle: settings.idleTimeout.nanoseconds / 1_000_000)
        if let time = isStreamed ? settings.streamTimeout : settings.answerTimeout,
            isStreamed ? config.streamRequestTimeoutSeconds <= 0 : config.requestTimeoutSeconds <= 0
        {
            deadlines.head = max(time.nanoseconds / 1_000_000, 1)
            if isStreamed { deadlines.firstToken = deadlines.head }
        }
        if let time = settings.wholeTimeout { deadlines.whole = max(time.nanoseconds / 1_000_000, 1) }
        return deadlines
    }

    var headTimeout: TimeAmount { .milliseconds(self.deadlines.head) }

    /// Ends what takes too long: the call, or an attempt whose stream began and says nothing. Moments are set at the first look at them:
    /// a tenth of a second late, and nothing is spent on calls that are shorter.
    /// - Returns: whether something was ended.
    func endOverdue(at now: NIODeadline) -> Bool {
        guard let by = self.wholeBy else {
            self.wholeBy = now + .milliseconds(self.deadlines.whole)
            return self.endSilent(at: now)
        }
        guard now >= by else { return self.endSilent(at: now) }
        let failure = Failure(.gatewayTimeout, code: "upstream_timeout", "the answer took too long", outcome: .timedOut)
        self.attempt?.cancel()
        if case .streaming = self.phase, self.isHeadSent { self.streamFailed(failure) } else { self.fail(failure) }
        return true
    }

    private func endSilent(at now: NIODeadline) -> Bool {
        guard self.plan.isStreamed, !self.hasToken, self.attempt != nil, let limit = self.deadlines.firstToken else {
            return false
        }
        guard let by = self.firstTokenBy else {
            self.firstTokenBy = now + .milliseconds(limit)
            return false
        }
        guard case .streaming = self.phase, now >= by else { return false }
        self.attempt?.cancel()
        self.streamFailed(
            Failure(
                .gatewayTimeout, code: "upstream_timeout", "the upstream timed out waiting for the first part of the answer",
                outcome: .timedOut))
        return true
    }
}
