internal import Directory
internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// Streams.
extension ModelCall {
    /// Whether the client gets events, rather than the whole that they tell.
    private var isTelling: Bool { self.view.isStreamed }

    func beginStream() {
        self.isConverted = self.plan.conversion != nil
        if let conversion = self.plan.conversion {
            self.conversion = conversion.stream(
                maximumEventBytes: self.loop.settings.maximumEventBytes,
                maximumAnswerBytes: self.loop.settings.maximumAnswerBytes, isCollected: !self.isTelling)
        } else if let rules = self.rules.stream {
            self.tap = StreamTap(
                self.rules, stream: rules, maximumEventBytes: self.loop.settings.maximumEventBytes,
                dropsUsageChunk: self.rules.request.takesStreamOptions && !self.view.wantsUsageChunk,
                isArrayFramed: self.request.endpoint.path.isArrayFramed,
                modelName: self.plan.model == self.view.model ? nil : self.view.model)
        }
    }

    func stream(_ part: ByteBuffer) {
        let output: StreamOutput?
        do throws(StreamTapError) {
            output = if self.isConverted { try self.conversion?.consume(part) } else { try self.tap?.consume(part) }
        } catch {
            self.attempt?.cancel()
            return self.streamFailed(
                Failure(.badGateway, code: "upstream_event_too_large", "an event of the upstream is too large"))
        }
        if let output { self.deliver(output) }
    }

    /// The transfer ended properly.
    func endStream() {
        let isDelimited = self.head?.endsWithConnection != true
        let output = self.isConverted ? self.conversion?.end() : self.tap?.end(isDelimited: isDelimited)
        if let output { self.deliver(output) }
    }

    func deliver(_ output: StreamOutput) {
        if output.isReal { self.hasToken = true }
        // What broke in the same piece in which it began is as if it had never begun.
        if let bytes = output.bytes, self.isHeadSent || output.failure == nil {
            if self.isHeadSent || output.isReal { self.tell(bytes) } else { self.hold(bytes) }
            // Writing may have shown that the client is gone.
            guard case .streaming = self.phase else { return }
            if !self.sink.isWritable, self.isHeadSent { self.attempt?.isReadingPaused = true }
        }
        if let failure = output.failure {
            self.attempt?.cancel()
            self.streamFailed(failure)
        } else if let terminal = output.terminal {
            self.finishStream(terminal: terminal)
        }
    }

    private func tell(_ bytes: ByteBuffer) {
        self.sendStreamHead()
        var bytes = bytes
        if var held = self.held {
            self.held = nil
            held.writeImmutableBuffer(bytes)
            bytes = held
        }
        bytes = self.changed(bytes)
        self.detail.append(bytes, limit: self.responseDetailLimit)
        self.hasSentSinceTick = true
        self.sink.body(bytes)
    }

    /// Keeps what tells nothing yet; an upstream that goes on so for long is believed.
    private func hold(_ bytes: ByteBuffer) {
        if self.held == nil { self.held = bytes } else { self.held?.writeImmutableBuffer(bytes) }
        if let held = self.held, held.readableBytes > self.loop.settings.maximumEventBytes { self.release() }
    }

    private var holdsOnlyComments: Bool {
        self.held.map { !$0.withUnsafeReadableBytes { $0.contains(sequence: "data:") } } ?? false
    }

    private func release() {
        guard let held = self.held else { return }
        self.held = nil
        self.tell(held)
    }

    /// Settles, then sends the stream's last event and ends the answer. The upstream is left to end its own, so that its connection
    /// can be used again.
    private func finishStream(terminal: ByteBuffer) {
        guard self.isTelling else { return self.finishCollected() }
        self.release()
        guard case .streaming = self.phase else { return }
        self.sendStreamHead()
        self.noteStreamUsage()
        self.attemptSucceeded()
        guard self.settle() else { return self.withhold() }
        let terminal = terminal.readableBytes > 0 ? self.changed(terminal) : terminal
        self.keepStreamed(terminal, upstreamID: self.conversion?.upstreamID ?? self.tap?.upstreamID ?? "")
        self.end()
        // However slow the client is, nothing more is passed on to it.
        self.attempt?.isReadingPaused = false
        if terminal.readableBytes > 0 { self.sink.body(terminal) }
        self.sink.end()
    }

    private func finishCollected() {
        guard let conversion = self.plan.conversion, let stream = self.conversion else { return }
        self.answerCollected(conversion, stream)
    }

    /// A stream that broke: tried elsewhere while nothing was sent, else told in the stream and charged as delivered.
    func streamFailed(_ failure: Failure) {
        guard self.isHeadSent else { return self.tryNext(after: failure) }
        self.attemptEnded(failure.outcome)
        self.noteStreamUsage()
        self.record.code = Int64(failure.error.status.code)
        self.record.content = failure.recordText
        self.detail.keepsAlways = true
        _ = self.settle()
        self.keepFailure(failure.error)
        let event = self.errorEvent(failure.error)
        self.end()
        self.sink.body(ByteBuffer(bytes: event))
        self.sink.flush()
        self.sink.abort()
    }

    private func errorEvent(_ error: RelayError) -> [UInt8] {
        let id = self.request.requestID
        if let event = self.conversion?.fail(error, requestID: id) { return event }
        let format = self.request.endpoint.format
        guard self.request.endpoint.path.isArrayFramed else { return ErrorEvent.bytes(error, format, requestID: id) }
        // The head was sent with the first element.
        return Array(",\r\n".utf8) + error.json(requestID: id, dialect: format.dialect) + Array("]".utf8)
    }

    private func sendStreamHead() {
        guard !self.isHeadSent else { return }
        self.isHeadSent = true
        self.noteFirstByte()
        let type: String? =
            if self.request.endpoint.path.isArrayFramed {
                "application/json"
            } else if self.plan.conversion != nil {
                "text/event-stream; charset=utf-8"
            } else {
                self.head?.headers.first(name: "content-type")
            }
        var headers = self.answerHeaders(contentType: type)
        headers.add(name: "Cache-Control", value: "no-cache")
        // Asks buffering proxies in front to let events through one by one.
        headers.add(name: "X-Accel-Buffering", value: "no")
        self.sink.head(.ok, headers)
    }

    /// Notes what the stream has told of usage up to now.
    func noteStreamUsage() {
        let usage = self.conversion.map(\.usage) ?? self.tap?.usage
        let bytes = self.conversion?.dataBytes ?? self.tap?.dataBytes ?? 0
        self.note(
            usage, id: self.conversion?.upstreamID ?? self.tap?.upstreamID ?? "",
            tier: self.conversion.map(\.serviceTier) ?? self.tap?.serviceTier, outputBytes: bytes / Self.dataBytesForOne)
    }

    // MARK: Silence

    /// A few times a second: ends what takes too long; while a stream goes on, lets go of what was held for too long, and keeps a client
    /// that hears nothing.
    func tick(now: NIODeadline) {
        guard !self.endOverdue(at: now), self.isTelling, case .streaming = self.phase else { return }
        if self.held != nil {
            guard let since = self.heldSince else {
                self.heldSince = now
                return
            }
            // Comments alone say that the upstream has no place yet; as long as nothing else was sent another one may be asked.
            guard now >= since + self.loop.settings.holdTimeout, !self.holdsOnlyComments else { return }
            self.release()
            return self.sink.flush()
        }
        guard self.isHeadSent, !self.hasSentSinceTick, let since = self.quietSince else {
            self.hasSentSinceTick = false
            self.quietSince = now
            return
        }
        guard now >= since + self.loop.settings.keepAliveInterval, self.sink.isWritable else { return }
        self.quietSince = now
        guard let bytes = self.keepAlive, bytes.readableBytes > 0 else { return }
        self.sink.body(bytes)
        self.sink.flush()
    }

    private var keepAlive: ByteBuffer? {
        if let conversion = self.conversion { return ByteBuffer(bytes: conversion.keepAlive) }
        guard !self.request.endpoint.path.isArrayFramed else { return nil }
        return self.rules.stream.map { ByteBuffer(staticString: $0.keepAlive) }
    }
}
