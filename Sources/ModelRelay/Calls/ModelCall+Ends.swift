internal import Directory
internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// How calls end, and what every answer has in its head.
extension ModelCall {
    func writabilityChanged(isWritable: Bool) {
        guard case .streaming = self.phase else { return }
        self.attempt?.isReadingPaused = !isWritable
    }

    /// The client left: the upstream is told by closing its connection, and what was delivered is charged.
    func clientIsGone() {
        if self.isBackground, self.stored?.isRunning == true { return self.goOnWithoutClient() }
        self.endUnheard("the client closed the connection")
    }

    /// Ends the call without a word to the client.
    func endUnheard(_ reason: String) {
        self.attempt?.cancel()
        self.attempt = nil
        self.attemptEnded(.clientGone)
        switch self.phase {
        case .ended: break
        case .attempting, .failing, .collecting, .streaming:
            if self.isHeadSent { self.noteStreamUsage() }
            self.record.code = 499
            self.record.content = reason
            _ = self.settle()
        }
        self.end()
    }

    /// Ends the call with a failure, of which nothing was told yet.
    func fail(_ failure: Failure) {
        self.attemptEnded(failure.outcome, retryAfterMilliseconds: failure.retryAfterMilliseconds)
        self.record.code = Int64(failure.error.status.code)
        self.record.content = failure.recordText
        self.detail.keepsAlways = failure.error.status.code != 429
        let dialect = self.request.endpoint.format.dialect
        self.detail.append(
            ByteBuffer(bytes: failure.error.json(requestID: self.request.requestID, dialect: dialect)),
            limit: self.responseDetailLimit)
        guard self.settle() else { return self.withhold() }
        self.keepFailure(failure.error)
        self.end()
        failure.error.send(to: self.sink, requestID: self.request.requestID, headers: self.rateHeaders(), dialect: dialect)
    }

    /// The call can't be recorded, so the client doesn't get its end.
    func withhold() {
        self.keepFailure(RelayError(.journalFull))
        self.end()
        self.attempt?.cancel()
        if self.isHeadSent {
            self.sink.abort()
        } else {
            RelayError(.journalFull).send(
                to: self.sink, requestID: self.request.requestID, dialect: self.request.endpoint.format.dialect)
        }
    }

    func end() {
        self.phase = .ended
        self.waiting?.cancel()
        self.waiting = nil
        self.forgetQuestion()
        self.loop.client.ticker.unregister(self)
    }

    func settle() -> Bool {
        self.record.detail = self.detail.finished(
            request: self.request.body, code: self.record.code, isForced: self.savesDetail,
            limit: self.requestDetailLimit)
        return self.loop.meter.settle(
            self.admission, record: self.record, price: self.model.config.price, lane: self.loop.lane,
            now: self.loop.clock.nowMilliseconds())
    }

    func noteFirstByte() {
        let now = self.loop.clock.nowMilliseconds()
        self.record.ttfbMilliseconds = max(0, now - self.request.receivedAt)
        self.attemptAnswered(at: now)
    }

    private var savesDetail: Bool { self.loop.settings.savesAllDetail || self.model.config.forceSaveDetail }

    private var requestDetailLimit: Int {
        let own = self.model.config.requestBodyStorageMaxSize
        return own == 0 ? self.loop.settings.requestDetailBytes : max(0, Int(clamping: own))
    }

    var responseDetailLimit: Int {
        guard self.savesDetail || self.detail.keepsAlways else { return 0 }
        let own = self.model.config.responseBodyStorageMaxSize
        return own == 0 ? self.loop.settings.responseDetailBytes : max(0, Int(clamping: own))
    }

    // MARK: Headers

    func answerHeaders(contentType: String?) -> HTTPHeaders {
        var headers = self.rateHeaders()
        headers.add(name: "Content-Type", value: contentType ?? "application/json")
        headers.add(name: "X-Request-Id", value: self.request.requestID.description)
        let dropped = self.plan.dropped
        if !dropped.isEmpty { headers.add(name: "X-Portico-Dropped", value: dropped.joined(separator: ", ")) }
        if self.isEstimated { headers.add(name: "X-Portico-Estimated", value: "true") }
        return headers
    }

    private func rateHeaders() -> HTTPHeaders { HTTPHeaders(rates: self.admission.rates) }
}
