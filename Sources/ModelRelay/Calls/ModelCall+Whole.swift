internal import Directory
internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// Whole answers.
extension ModelCall {
    /// The answer is here; passed on with the client's name for the model, or translated.
    func answerWhole() {
        if let conversion = self.plan.conversion {
            self.answerConverted(conversion)
        } else if let translation = self.plan.translation {
            self.answerTranslated(translation)
        } else {
            self.answerPassed()
        }
    }

    private func answerPassed() {
        guard let head = self.head else { return }
        let answer: AnswerReader
        do {
            answer = try AnswerReader(self.collected, rules: self.rules)
        } catch {
            return self.tryNext(
                after: Failure(.badGateway, code: "upstream_answer_invalid", "the upstream's answer is not JSON: \(error)"))
        }
        guard !answer.isError else {
            return self.tryNext(
                after: Failure(told: UpstreamComplaint(self.collected), code: "upstream_error"))
        }
        self.note(answer.usage, id: answer.id, tier: answer.serviceTier, outputBytes: self.collected.readableBytes)
        let body = self.plan.model == self.view.model ? self.collected : answer.naming(self.view.model, in: self.collected)
        self.finishWhole(head.status, body, type: head.jsonType, id: answer.id)
    }

    private func answerConverted(_ conversion: Conversion) {
        let answer: Answer
        do throws(FormatFault) {
            answer = try conversion.answer(self.collected)
        } catch {
            return self.tryNext(after: Failure(error))
        }
        guard !self.view.isStreamed else {
            // Asked for a stream, it answered whole: the client gets the stream that tells the same.
            self.phase = .streaming
            self.beginStream()
            guard let output = self.conversion?.take(answer) else { return }
            return self.deliver(output)
        }
        self.note(answer.usage, id: answer.id, tier: answer.serviceTier, outputBytes: self.collected.readableBytes)
        self.finishWhole(.ok, conversion.clientBody(of: answer), type: nil, id: answer.id)
    }

    private func answerTranslated(_ translation: any BodyTranslation) {
        do throws(FormatFault) {
            let (answer, usage) = try translation.answer(try Conversion.json(self.collected))
            self.note(usage, id: "", tier: nil, outputBytes: self.collected.readableBytes)
            self.finishWhole(.ok, ByteBuffer(bytes: answer.serializedBytes()), type: nil)
        } catch {
            self.tryNext(after: Failure(error))
        }
    }

    /// Sends an answer that was made here, without a channel.
    func answerLocally(_ body: ByteBuffer) {
        self.record.channelID = 0
        self.isEstimated = true
        self.finishWhole(.ok, body, type: nil)
    }

    /// Sends an answer that was put together from a stream.
    func answerCollected(_ conversion: Conversion, _ stream: StreamConversion) {
        self.note(
            stream.usage, id: stream.upstreamID, tier: stream.serviceTier, outputBytes: stream.dataBytes / Self.dataBytesForOne)
        self.finishWhole(.ok, conversion.body(of: stream.answer), type: nil, id: stream.answer.id)
    }

    /// Settles, then answers.
    /// - Parameter id: the answer's, as the upstream gave it.
    private func finishWhole(_ status: HTTPResponseStatus, _ body: ByteBuffer, type: String?, id: String = "") {
        self.noteFirstByte()
        self.attemptSucceeded()
        let body = self.changed(body)
        self.detail.append(body, limit: self.responseDetailLimit)
        guard self.settle() else { return self.withhold() }
        self.keepWhole(body, upstreamID: id)
        self.end()
        self.sink.answer(status, self.answerHeaders(contentType: type), body)
    }

    /// Notes what the call used: as told, else as estimated; and in which tier, on which the price may depend.
    func note(_ usage: Usage?, id: String, tier: String?, outputBytes: Int) {
        self.record.upstreamID = id.isEmpty || id.utf8.count > 256 ? self.head?.upstreamRequestID ?? "" : id
        if let tier, tier.utf8.count <= 256 { self.record.usageContext.serviceTier = tier }
        guard !self.rules.isFree else { return }
        self.record.usage =
            usage
            ?? ChatUsage.estimate(
                inputBytes: self.request.body.readableBytes, outputBytes: self.rules.generates ? outputBytes : 0)
    }

    /// What the plugins over bytes make of a part of the answer.
    func changed(_ part: ByteBuffer) -> ByteBuffer {
        guard !self.plugins.bytes.isEmpty else { return part }
        var plugins = self.bytesPlugins ?? self.plugins
        let part = plugins.pass(part, self.request.endpoint.format)
        self.bytesPlugins = plugins
        return part
    }

    /// Bytes of a stream's data for one of what the model wrote.
    static let dataBytesForOne = 8
}
