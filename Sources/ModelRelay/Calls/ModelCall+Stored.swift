internal import Directory
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// Responses that are stored: what a call goes on from, and what is kept of it. How they are made in the background stands in
/// `ModelCall+Background.swift`.
extension ModelCall {
    /// The longest wait for the store.
    private static let storeTimeout = TimeAmount.seconds(15)

    /// The client's request, where it goes on from a stored one as a request that says everything itself.
    /// - Throws: a 400 where it is no JSON.
    func wholeRequest() throws(RelayError) -> JSON {
        if case .expanded(let request)? = self.stored?.context { return request }
        return try DecodedRequest.json(self.request.body)
    }

    /// The client's request as its codec reads it.
    func decode(_ codec: any FormatCodec.Type) throws(RelayError) -> DecodedRequest {
        if let known = self.decoded { return known }
        let json = try DecodedRequest.json(self.request.body)
        var whole: JSON?
        if case .expanded(let request)? = self.stored?.context { whole = request }
        let decoded = try DecodedRequest(
            json, whole: whole, codec: codec, endpoint: self.request.endpoint.path, plugins: self.plugins,
            isBackground: self.stored?.backgroundID != nil)
        self.decoded = decoded
        return decoded
    }

    // MARK: Going on

    /// Finds what the request goes on from, where that is to be found before a channel is tried.
    /// - Parameter failure: of the attempt before.
    /// - Returns: whether the call waits; then `tryNext` is called again.
    func waitsForContext(after failure: Failure?) -> Bool {
        switch self.stored?.context {
        case .none?, .expanded?, nil: return false
        case .pinned(let id, _)?:
            guard let failure else { return false }
            self.expand(id, after: failure)
        case .unknown(let id)?:
            guard let stored = self.stored else { return false }
            guard self.mayPin else {
                self.expand(id, after: nil)
                return true
            }
            self.ask { () throws(RelayError) in
                try await stored.store.channel(previous: id, owner: stored.owner)
            } then: { call, answer in
                call.found(id, answer)
            }
        }
        return true
    }

    /// Whether the bytes of a request may be passed on to an upstream of the same format.
    var storedPassesOn: Bool {
        guard let stored = self.stored else { return true }
        if stored.backgroundID != nil { return false }
        if case .expanded = stored.context { return false }
        return !self.holdsForeignThoughts
    }

    /// Thoughts that another provider gave out are no upstream's to read as they stand: the codec leaves them out.
    private var holdsForeignThoughts: Bool {
        if let known = self.stored?.holdsForeignThoughts { return known }
        let holds = self.request.body.withUnsafeReadableBytes { $0.contains(sequence: "\"portico.") }
        self.stored?.holdsForeignThoughts = holds
        return holds
    }

    private var mayPin: Bool {
        self.request.endpoint.format == .responses && self.plugins.conversation.isEmpty && self.storedPassesOn
    }

    private func found(_ id: String, _ answer: Result<Int64?, RelayError>) {
        switch answer {
        case .failure(let error): self.fail(Failure(ofRequest: error))
        case .success(let channelID):
            guard let channelID, let channel = self.model.channels.first(where: { $0.channel.id == channelID }),
                self.speaksResponses(channel)
            else { return self.expand(id, after: nil) }
            self.stored?.context = .pinned(id: id, channel)
            self.route(to: channel)
            self.tryNext(after: nil)
        }
    }

    private func speaksResponses(_ served: ServedChannel) -> Bool {
        let model = served.upstreamModel(for: self.model.config.model)
        let provider = self.loop.providers[served.channel.type]
        return provider?.transport == .http
            && provider?.upstreamFormat(for: .responses, model: model, baseURL: served.channel.baseURL) == .responses
    }

    private func expand(_ id: String, after failure: Failure?) {
        guard let stored = self.stored else { return }
        let body = self.request.body
        self.ask { () throws(RelayError) in
            let previous = try await stored.store.resolve(previous: id, owner: stored.owner)
            return previous.expanded(try DecodedRequest.json(body))
        } then: { call, answer in
            switch answer {
            // Where the upstream failed in another way than by having forgotten, that is what happened.
            case .failure(let error): call.fail(failure ?? Failure(ofRequest: error))
            case .success(let request):
                call.stored?.context = .expanded(request)
                call.route(to: nil)
                call.tryNext(after: nil)
            }
        }
    }

    /// Asks the store, off the event loop; the call goes on with the answer, or ends where none comes in time.
    func ask<Value: Sendable>(
        _ question: @escaping @Sendable () async throws(RelayError) -> Value,
        then: @escaping @Sendable (ModelCall, Result<Value, RelayError>) -> Void
    ) {
        guard let number = self.stored?.nextQuestion() else { return }
        let call = NIOLoopBound(self, eventLoop: self.loop.eventLoop)
        let answered = { @Sendable (answer: Result<Value, RelayError>) in
            guard call.value.takeAnswer(to: number) else { return }
            then(call.value, answer)
        }
        let deadline = self.loop.eventLoop.scheduleTask(in: Self.storeTimeout) {
            answered(
                .failure(
                    RelayError(
                        .serviceUnavailable, type: "server_error", code: "response_store_unavailable",
                        "stored responses can't be reached now")))
        }
        self.stored?.question = StoredWork.Question(number: number, deadline: deadline)
        // It ends by itself: what it asks has an end, and its answer counts only while the call waits for it.
        Task {
            let answer: Result<Value, RelayError>
            do throws(RelayError) { answer = .success(try await question()) } catch { answer = .failure(error) }
            call.eventLoop.execute { answered(answer) }
        }
    }

    private func takeAnswer(to number: Int) -> Bool {
        guard let question = self.stored?.question, question.number == number else { return false }
        question.deadline.cancel()
        self.stored?.question = nil
        if case .ended = self.phase { return false }
        return true
    }

    /// The call has ended: no answer of the store counts any more.
    func forgetQuestion() {
        self.stored?.question?.deadline.cancel()
        self.stored?.question = nil
    }

    // MARK: Keeping

    /// Begins to keep a whole answer.
    /// - Parameters:
    ///   - body: what the client gets.
    ///   - upstreamID: the answer's id as the upstream gave it.
    func keepWhole(_ body: ByteBuffer, upstreamID: String) {
        self.keep(body, upstreamID: upstreamID) { Array($0.readableBytesView) }
    }

    /// Begins to keep an answer that the last event of a stream tells.
    func keepStreamed(_ terminal: ByteBuffer, upstreamID: String) {
        self.keep(terminal, upstreamID: upstreamID) {
            ResponseExchange.response(inLastEventOf: Array($0.readableBytesView))
        }
    }

    private func keep(
        _ told: ByteBuffer, upstreamID: String, response: @escaping @Sendable (ByteBuffer) -> [UInt8]?
    ) {
        guard let stored = self.stored, stored.keepsAnswer else { return }
        let id =
            self.plan.conversion.map { conversion in
                ResponsesIDs(answerID: stored.backgroundID ?? upstreamID, requestID: conversion.reply.requestID).response
            } ?? upstreamID
        guard !id.isEmpty else { return }
        let (owner, body, channelID) = (stored.owner, self.request.body, self.keepingChannelID)
        self.stored?.isRunning = false
        stored.store.keep(
            id: id, owner: owner, isRun: stored.isRunning, byteCount: body.readableBytes + told.readableBytes
        ) {
            response(told).map {
                ResponseExchange(owner: owner, channelID: channelID, request: Array(body.readableBytesView), response: $0)
            }
        }
    }

    /// The channel whose upstream was asked to keep the answer under the same id.
    private var keepingChannelID: Int64? {
        guard self.plan.format == .responses, self.stored?.backgroundID == nil, let channel = self.channel?.channel,
            self.loop.providers[channel.type]?.transport == .http
        else { return nil }
        return channel.id
    }
}
