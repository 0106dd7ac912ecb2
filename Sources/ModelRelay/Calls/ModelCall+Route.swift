internal import Directory
internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// Which channel is asked next, and what its health is told of how it went.
extension ModelCall {
    /// The way over the channels that can serve the call at all.
    static func walk(
        _ request: RelayRequest, to model: ServedModel, pinned: ServedChannel?, affinity: AffinityKey?, loop: RelayLoop,
        options: OperatorOptions, deadlines: CallDeadlines
    ) -> RouteWalk {
        let types = loop.servedTypes(request.endpoint.format)
        return loop.memory.walk(
            to: model, pinned: pinned, affinity: affinity, settings: options.routing,
            latest: request.receivedAt + deadlines.attempts, at: request.receivedAt,
            fallback: { request.snapshot.model($0, for: request.caller) },
            canServe: { types.contains($0.channel.type) })
    }

    /// Begins a new way: to `channel` alone, or where that is nil to any that the request allows.
    func route(to channel: ServedChannel?) {
        self.walk = Self.walk(
            self.request, to: self.model, pinned: channel ?? self.pinned, affinity: self.affinity, loop: self.loop,
            options: self.options, deadlines: self.deadlines)
    }

    /// Does what the way says next; where that is the end, `failure`, or the last one before it, is what the client gets.
    func tryNext(after failure: Failure?) {
        self.attempt = nil
        if let failure {
            self.attemptFailed(failure)
            self.lastFailure = failure
        }
        self.collected = ByteBuffer()
        (self.tap, self.conversion, self.held, self.heldSince) = (nil, nil, nil, nil)
        self.phase = .attempting
        guard !self.waitsForContext(after: failure), !self.waitsForBackground() else { return }
        // A clock that stands still, or was set back, must not make the call wait for the same moment again.
        let now = max(self.loop.clock.nowMilliseconds(), self.waitedUntil)
        switch self.walk.next(self.loop.health, at: now, using: &self.loop.random) {
        case .attempt(let next): self.begin(next, at: now)
        case .wait(let milliseconds): self.wait(milliseconds, at: now)
        case .end(let retryAfter): self.giveUp(retryAfterMilliseconds: retryAfter)
        }
    }

    private func begin(_ next: RouteWalk.Attempt, at now: Int64) {
        let served = next.candidate.channel
        if next.model != self.model.config.model, !self.turn(to: next.model) {
            // It was there when the way was made, from the same snapshot.
            return self.fail(Failure(.serviceUnavailable, code: "no_channel", "no channel can serve this model now"))
        }
        self.routed = next
        self.attemptNumber += 1
        self.attemptBeganAt = now
        self.firstTokenBy = nil
        self.hasToken = false
        if next.takesTurn { self.loop.memory.tookTurn(next.candidate.id, ofModel: next.model) }
        if self.lastFailure != nil {
            self.record.retryTimes += 1
            self.record.retryAt = now
        }
        self.channel = served
        self.record.channelID = served.channel.id
        self.head = nil
        do throws(Failure) {
            try self.send(to: served)
        } catch {
            // What can't be read is no channel's fault.
            if error.isOfRequest { self.fail(error) } else { self.tryNext(after: error) }
        }
    }

    /// From here on another model is asked, by its own price.
    private func turn(to name: String) -> Bool {
        guard let model = self.request.snapshot.model(name, for: self.request.caller) else { return false }
        self.model = model
        self.record.model = model.config.model
        self.record.price = model.priceText
        return true
    }

    private func wait(_ milliseconds: Int64, at now: Int64) {
        self.waitedUntil = now + milliseconds
        self.waiting = self.loop.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) {
            self.waiting = nil
            guard case .attempting = self.phase else { return }
            self.tryNext(after: nil)
        }
    }

    /// No channel is left.
    private func giveUp(retryAfterMilliseconds: Int64?) {
        let endpoint = self.request.endpoint
        var failure = self.lastFailure ?? self.nothingToAsk
        if failure.error.retryAfterSeconds == nil { failure.tellRetryAfter(retryAfterMilliseconds) }
        guard failure.outcome.isWorthAnotherChannel, let local = self.loop.codecs.localEndpoint(for: endpoint.format) else {
            return self.fail(failure)
        }
        do throws(RelayError) {
            let answer = try local.answer(try self.wholeRequest(), endpoint: endpoint.path, model: self.view.model)
            self.answerLocally(ByteBuffer(bytes: answer.serializedBytes()))
        } catch {
            self.fail(Failure(error))
        }
    }

    /// Why not a single channel was asked.
    private var nothingToAsk: Failure {
        guard self.walk.legs.allSatisfy({ $0.choice.candidates.isEmpty }) else {
            return Failure(
                .serviceUnavailable, code: "no_channel", "no channel can serve this model now", outcome: .unusable)
        }
        return Failure(
            .notImplemented, code: "not_implemented",
            "no channel of this model serves \(self.request.endpoint.format.rawValue)")
    }

    // MARK: What health and memory are told

    /// The current attempt failed before anything reached the client.
    private func attemptFailed(_ failure: Failure) {
        guard let routed = self.routed else { return }
        let now = self.loop.clock.nowMilliseconds()
        self.attemptEnded(failure.outcome, retryAfterMilliseconds: failure.retryAfterMilliseconds)
        self.walk.failed(routed, failure.outcome, at: now, using: &self.loop.random)
    }

    /// Tells, once for each attempt, how it ended.
    func attemptEnded(_ outcome: AttemptOutcome, retryAfterMilliseconds: Int64? = nil) {
        guard let routed = self.routed else { return }
        self.routed = nil
        self.loop.health.ended(
            outcome, pass: routed.pass, model: routed.model, channelID: routed.candidate.id,
            rules: HealthRules(routed.candidate.channel.channel, defaultWarnErrorRate: self.options.warnErrorRate),
            retryAfterMilliseconds: retryAfterMilliseconds, at: self.loop.clock.nowMilliseconds(), using: &self.loop.random)
    }

    /// The answer is whole, and what it used is noted.
    func attemptSucceeded() {
        let usage = self.record.usage
        if usage.cached > 0 || usage.cacheCreation > 0, let key = self.affinity, let routed = self.routed {
            self.loop.memory.affinity.learn(
                key, channelID: routed.candidate.id, cachedTokens: usage.cached, cacheCreationTokens: usage.cacheCreation,
                at: self.loop.clock.nowMilliseconds())
        }
        self.attemptEnded(.succeeded)
    }

    /// The first byte of an answer that goes to the client is here.
    func attemptAnswered(at now: Int64) {
        guard let routed = self.routed else { return }
        self.loop.health.measured(
            firstByteMilliseconds: now - self.attemptBeganAt, model: routed.model, channelID: routed.candidate.id, at: now)
    }
}
