internal import Directory
internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// One chat completion on its way: channels are tried until one answers, its answer is passed on, the call is settled before the
/// answer's last bytes. Confined to its event loop.
///
/// How channels are tried stands in `ChatCall+Attempts.swift`; what that touches, too, is not private.
final class ChatCall: RelayCall, UpstreamReceiver {
    enum Phase {
        /// Nothing was sent to the client; another channel may still be tried.
        case attempting
        /// An error's body is collected, to be told or to be retried.
        case failing
        /// A whole answer is collected.
        case collecting
        /// Events are passed on.
        case streaming
        case ended
    }

    let request: RelayRequest
    let chat: ChatRequest
    let model: ServedModel
    private let admission: Admission
    let loop: RelayLoop
    private let sink: any AnswerSink

    var phase = Phase.attempting
    var choice: ChannelChoice
    var attemptsLeft: Int64
    var attempt: (any RelayAttempt)?
    var channel: ServedChannel?
    var record: CallRecord
    var head: HTTPResponseHead?
    var collected = ByteBuffer()
    var tap: ChatStreamTap
    private var isHeadSent = false
    private var detail = ResponseDetail()

    init(request: RelayRequest, admitted: ChatAdmission, loop: RelayLoop, sink: any AnswerSink) {
        self.request = request
        self.chat = admitted.chat
        self.model = admitted.model
        self.admission = admitted.admission
        self.loop = loop
        self.sink = sink
        self.choice = ChannelChoice(admitted.model.channels)
        let configured = admitted.model.config.retryTimes
        self.attemptsLeft = 1 + min(max(configured > 0 ? configured : loop.settings.retryTimes, 0), 1000)
        self.tap = ChatStreamTap(maximumEventBytes: loop.settings.maximumEventBytes, dropsUsageChunk: false, modelName: nil)
        var record = CallRecord(request, model: admitted.model, code: 200)
        record.user = admitted.chat.user
        record.metadata = admitted.chat.metadata
        record.promptCacheKey = admitted.chat.promptCacheKey
        record.usageContext.serviceTier = admitted.chat.serviceTier
        self.record = record
    }

    func start() { self.tryNext(after: nil) }

    // MARK: The upstream's answer

    /// Whether the head of the current attempt's answer came.
    var hasHead: Bool { self.head != nil }

    func upstreamHead(_ head: HTTPResponseHead) {
        self.head = head
        guard (200...299).contains(head.status.code) else {
            self.phase = .failing
            return
        }
        self.phase = self.chat.isStreamed && head.isEventStream ? .streaming : .collecting
    }

    func upstreamBody(_ part: ByteBuffer) {
        switch self.phase {
        case .failing:
            self.collect(part)
            if self.collected.readableBytes > Self.longestError {
                self.attempt?.cancel()
                self.upstreamRefused()
            }
        case .collecting:
            guard self.collected.readableBytes + part.readableBytes <= self.loop.settings.maximumAnswerBytes else {
                self.attempt?.cancel()
                return self.fail(
                    Failure(
                        .badGateway, code: "upstream_answer_too_large",
                        "the upstream's answer has more than \(self.loop.settings.maximumAnswerBytes) bytes"))
            }
            self.collect(part)
        case .streaming: self.stream(part)
        case .ended:
            // Behind `[DONE]` comes at most the end of the transfer.
            self.attempt?.cancel()
            self.attempt = nil
        case .attempting: break
        }
    }

    func upstreamReadComplete() {
        if case .streaming = self.phase, self.isHeadSent { self.sink.flush() }
    }

    func upstreamEnded() {
        self.attempt = nil
        switch self.phase {
        case .failing: self.upstreamRefused()
        case .collecting: self.answerWhole()
        case .streaming:
            // Properly ended without `[DONE]`: some upstreams don't send it, and what came is whole.
            if self.tap.isDonePending {
                self.finishStream(terminal: Self.done)
            } else if self.tap.hasPendingBytes || self.tap.eventCount == 0
                || (self.head?.endsWithConnection == true && self.tap.usage == nil)
            {
                self.streamFailed(Failure(.badGateway, code: "upstream_stream_cut", "the upstream's stream ended in the middle"))
            } else {
                self.finishStream(terminal: ByteBuffer())
            }
        case .attempting, .ended: break
        }
    }

    func upstreamFailed(_ error: OutboundError) {
        self.attempt = nil
        switch self.phase {
        case .ended: break
        case .attempting, .collecting: self.tryNext(after: Failure(error))
        case .failing: self.upstreamRefused()
        case .streaming: self.streamFailed(Failure(error))
        }
    }

    private func collect(_ part: ByteBuffer) {
        if self.collected.readableBytes == 0 { self.collected = part } else { self.collected.writeImmutableBuffer(part) }
    }

    /// The upstream answered with a status that is a failure.
    private func upstreamRefused() {
        guard let head = self.head else { return }
        let failure = Failure(head, body: self.collected)
        if RetryPolicy.isRetryable(status: head.status.code) { self.tryNext(after: failure) } else { self.fail(failure) }
    }

    // MARK: A whole answer

    private func answerWhole() {
        guard let head = self.head else { return }
        let answer: ChatAnswer
        do {
            answer = try ChatAnswer(self.collected)
        } catch {
            return self.tryNext(
                after: Failure(.badGateway, code: "upstream_answer_invalid", "the upstream's answer is not JSON: \(error)"))
        }
        guard !answer.isError else {
            let told = ChatAnswer.errorMessage(inBody: self.collected)
            return self.tryNext(after: Failure(.badGateway, code: "upstream_error", told.message))
        }
        self.record.upstreamID = answer.id
        self.record.usage =
            answer.usage
            ?? ChatUsage.estimate(inputBytes: self.request.body.readableBytes, outputBytes: self.collected.readableBytes)
        self.noteFirstByte()
        let upstreamModel = self.channel?.upstreamModel(for: self.model.config.model)
        let body = upstreamModel == self.chat.model ? self.collected : answer.naming(self.chat.model, in: self.collected)
        self.detail.append(body, limit: self.responseDetailLimit)
        guard self.settle() else { return self.withhold() }
        self.phase = .ended
        self.sink.answer(head.status, self.answerHeaders(contentType: head.jsonType), body)
    }

    // MARK: A stream

    private func stream(_ part: ByteBuffer) {
        let output: ChatStreamTap.Output
        do { output = try self.tap.consume(part) } catch {
            self.attempt?.cancel()
            return self.streamFailed(
                Failure(.badGateway, code: "upstream_event_too_large", "an event of the upstream is too large"))
        }
        if let bytes = output.bytes {
            self.sendStreamHead()
            self.detail.append(bytes, limit: self.responseDetailLimit)
            self.sink.body(bytes)
            // Writing may have shown that the client is gone.
            guard case .streaming = self.phase else { return }
            if !self.sink.isWritable { self.attempt?.isReadingPaused = true }
        }
        if let event = output.error {
            self.attempt?.cancel()
            self.streamFailed(Failure(.badGateway, code: "upstream_stream_error", ChatAnswer.errorMessage(inEvent: event)))
        } else if output.isDone {
            self.finishStream(terminal: Self.done)
        }
    }

    /// Settles, then sends the stream's last event and ends the answer. The upstream is left to end its own, so that its connection
    /// can be used again.
    private func finishStream(terminal: ByteBuffer) {
        self.sendStreamHead()
        self.noteStreamUsage()
        guard self.settle() else { return self.withhold() }
        self.phase = .ended
        // However slow the client is, nothing more is passed on to it.
        self.attempt?.isReadingPaused = false
        if terminal.readableBytes > 0 { self.sink.body(terminal) }
        self.sink.end()
    }

    /// A stream that broke: tried elsewhere while nothing was sent, else told in the stream and charged as delivered.
    private func streamFailed(_ failure: Failure) {
        guard self.isHeadSent else { return self.tryNext(after: failure) }
        self.noteStreamUsage()
        self.record.code = Int64(failure.error.status.code)
        self.record.content = failure.recordText
        self.detail.keepsAlways = true
        _ = self.settle()
        let event = Array("data: ".utf8) + failure.error.json(requestID: self.request.requestID) + Array("\n\n".utf8)
        self.phase = .ended
        self.sink.body(ByteBuffer(bytes: event))
        self.sink.flush()
        self.sink.abort()
    }

    private func sendStreamHead() {
        guard !self.isHeadSent else { return }
        self.isHeadSent = true
        self.noteFirstByte()
        var headers = self.answerHeaders(contentType: self.head?.headers.first(name: "content-type"))
        headers.add(name: "Cache-Control", value: "no-cache")
        // Asks buffering proxies in front to let events through one by one.
        headers.add(name: "X-Accel-Buffering", value: "no")
        self.sink.head(.ok, headers)
    }

    private func noteStreamUsage() {
        self.record.upstreamID = self.tap.upstreamID ?? ""
        self.record.usage =
            self.tap.usage
            ?? ChatUsage.estimate(inputBytes: self.request.body.readableBytes, outputBytes: self.tap.dataBytes / 8)
    }

    // MARK: Ends

    func writabilityChanged(isWritable: Bool) {
        guard case .streaming = self.phase else { return }
        self.attempt?.isReadingPaused = !isWritable
    }

    /// The client left: the upstream is told by closing its connection, and what was delivered is charged.
    func clientIsGone() {
        self.attempt?.cancel()
        self.attempt = nil
        switch self.phase {
        case .ended: break
        case .attempting, .failing, .collecting, .streaming:
            if self.isHeadSent { self.noteStreamUsage() }
            self.record.code = 499
            self.record.content = "the client closed the connection"
            _ = self.settle()
        }
        self.phase = .ended
    }

    func fail(_ failure: Failure) {
        self.record.code = Int64(failure.error.status.code)
        self.record.content = failure.recordText
        self.detail.keepsAlways = failure.error.status.code != 429
        self.detail.append(
            ByteBuffer(bytes: failure.error.json(requestID: self.request.requestID)), limit: self.responseDetailLimit)
        guard self.settle() else { return self.withhold() }
        self.phase = .ended
        failure.error.send(to: self.sink, requestID: self.request.requestID, headers: self.rateHeaders())
    }

    /// The call can't be recorded, so the client doesn't get its end.
    private func withhold() {
        self.phase = .ended
        self.attempt?.cancel()
        if self.isHeadSent {
            self.sink.abort()
        } else {
            RelayError(.journalFull).send(to: self.sink, requestID: self.request.requestID)
        }
    }

    private func settle() -> Bool {
        self.record.detail = self.detail.finished(
            request: self.request.body, code: self.record.code, isForced: self.savesDetail,
            limit: self.requestDetailLimit)
        return self.loop.meter.settle(
            self.admission, record: self.record, price: self.model.config.price, lane: self.loop.lane,
            now: self.loop.clock.nowMilliseconds())
    }

    private func noteFirstByte() {
        self.record.ttfbMilliseconds = max(0, self.loop.clock.nowMilliseconds() - self.request.receivedAt)
    }

    private var savesDetail: Bool { self.loop.settings.savesAllDetail || self.model.config.forceSaveDetail }

    private var requestDetailLimit: Int {
        let own = self.model.config.requestBodyStorageMaxSize
        return own == 0 ? self.loop.settings.requestDetailBytes : max(0, Int(clamping: own))
    }

    private var responseDetailLimit: Int {
        guard self.savesDetail || self.detail.keepsAlways else { return 0 }
        let own = self.model.config.responseBodyStorageMaxSize
        return own == 0 ? self.loop.settings.responseDetailBytes : max(0, Int(clamping: own))
    }

    // MARK: Headers

    private func answerHeaders(contentType: String?) -> HTTPHeaders {
        var headers = self.rateHeaders()
        headers.add(name: "Content-Type", value: contentType ?? "application/json")
        headers.add(name: "X-Request-Id", value: self.request.requestID.description)
        return headers
    }

    private func rateHeaders() -> HTTPHeaders { HTTPHeaders(rates: self.admission.rates) }

    private static let done = ByteBuffer(string: "data: [DONE]\n\n")
    /// Bytes of an error's body that are worth reading.
    private static let longestError = 64 << 10
}
