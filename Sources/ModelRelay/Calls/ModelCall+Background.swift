internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// Responses that are made while nobody waits (`background: true`).
extension ModelCall {
    /// Whether the call goes on without its client.
    var isBackground: Bool { self.stored?.backgroundID != nil }

    /// Tells the client that the response is being made, where that wasn't done yet.
    /// - Returns: whether the call waits; then `tryNext` is called again.
    func waitsForBackground() -> Bool {
        guard let stored = self.stored, let id = stored.backgroundID, !stored.isRunning else { return false }
        guard stored.keepsAnswer else {
            self.fail(
                Failure(
                    ofRequest: RelayError(
                        .badRequest, parameter: "background", "a response that isn't stored can't be made in the background")))
            return true
        }
        let object: [UInt8]
        do throws(RelayError) {
            object = self.responseObject(.inProgress, of: try self.decode(ResponsesCodec.self))
        } catch {
            self.fail(Failure(ofRequest: error))
            return true
        }
        let call = NIOLoopBound(self, eventLoop: self.loop.eventLoop)
        let hasRoom = stored.store.background.begin(id, owner: stored.owner) {
            call.eventLoop.execute { call.value.isCancelledByClient() }
        }
        guard hasRoom else {
            self.fail(
                Failure(
                    RelayError(
                        .tooManyRequests, type: "rate_limit_error", code: "too_many_background_responses", retryAfterSeconds: 5,
                        "too many responses are being made in the background")))
            return true
        }
        self.stored?.isRunning = true
        let exchange = ResponseExchange(
            owner: stored.owner, request: Array(self.request.body.readableBytesView), response: object)
        self.ask { () throws(RelayError) in
            guard (try? await stored.store.save(exchange)) == true else {
                throw RelayError(
                    .serviceUnavailable, type: "server_error", code: "response_store_unavailable",
                    "the response can't be stored, and so not be made in the background")
            }
        } then: { call, answer in
            switch answer {
            case .failure(let error): call.fail(Failure(error))
            case .success: call.goOnAlone(object)
            }
        }
        return true
    }

    private func goOnAlone(_ object: [UInt8]) {
        if !self.view.isStreamed {
            self.sink.answer(.ok, self.answerHeaders(contentType: nil), ByteBuffer(bytes: object))
            self.detachable?.detach()
        }
        self.tryNext(after: nil)
    }

    /// The client left; the response is made all the same.
    func goOnWithoutClient() {
        self.detachable?.detach()
        self.attempt?.isReadingPaused = false
    }

    /// Begins to keep that the response failed, where it is made in the background.
    func keepFailure(_ error: RelayError) {
        guard let stored = self.stored, let id = stored.backgroundID, stored.isRunning else { return }
        self.stored?.isRunning = false
        guard let decoded = self.decoded else { return stored.store.background.end(id, owner: stored.owner) }
        let told: JSON = [
            "code": .string(ResponsesNames.errorCode(of: error.status)),
            "message": .string("\(error.message) (request id: \(self.request.requestID))"),
        ]
        let response = self.responseObject(.failed, of: decoded, error: told)
        let (owner, body) = (stored.owner, self.request.body)
        stored.store.keep(id: id, owner: owner, isRun: true, byteCount: body.readableBytes + response.count) {
            ResponseExchange(owner: owner, request: Array(body.readableBytesView), response: response)
        }
    }

    private func isCancelledByClient() {
        // What has ended is being kept, unless the store sees that it was cancelled.
        guard let stored = self.stored, let id = stored.backgroundID, stored.isRunning else { return }
        self.stored?.isRunning = false
        self.endUnheard("the client cancelled the response")
        stored.store.background.end(id, owner: stored.owner)
    }

    private func responseObject(_ ending: ResponsesEnding, of request: DecodedRequest, error: JSON = nil) -> [UInt8] {
        let reply = self.reply(to: request.json)
        let object = ResponsesObject(Answer(), id: reply.answerID ?? "", reply: reply)
        return object.write(ending, output: [], usage: nil, error: error).serializedBytes()
    }
}
