internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// What an upstream is asked, as the simulators see it.
struct SimulatedRequest {
    var format: WireFormat
    var body: ByteBuffer
    var model: String
    var isStreamed: Bool
    var requestID: RequestID
    /// Milliseconds since 1970.
    var now: Int64

    /// Seconds since 1970.
    var seconds: Int64 { self.now / 1000 }
}

/// A provider inside this process: it reads a request of any format as that format's upstream would, and answers in it.
struct Simulator {
    let request: SimulatedRequest
    let settings: SimulatorSettings

    init(_ request: SimulatedRequest, configuration: JSONObject) {
        self.request = request
        self.settings = SimulatorSettings(configuration)
    }

    /// What comes of the request, failures included.
    func script() -> AnswerScript {
        do throws(RelayError) {
            return try self.answered()
        } catch {
            let body = SimulatedError(error).bytes(self.request.format)
            return AnswerScript(
                head: .simulated(error.status, "application/json"), body: .whole(body), delay: self.settings.delay)
        }
    }

    private func answered() throws(RelayError) -> AnswerScript {
        let body = try self.body()
        if let failure = self.configuredFailure(after: body) { return failure }
        var isStream = false
        if case .stream = body { isStream = true }
        return AnswerScript(
            head: .simulated(.ok, isStream ? "text/event-stream; charset=utf-8" : "application/json"), body: body,
            delay: self.settings.delay, partDelay: self.settings.partDelay)
    }

    /// The bytes of the answer.
    /// - Throws: a 400 for what the format's upstream wouldn't take.
    func body() throws(RelayError) -> AnswerScript.Body {
        let json = try self.json()
        let endpoint = EndpointPath(model: self.request.model, isStreamed: self.request.isStreamed)
        switch self.request.format {
        case .chatCompletions, .completions, .responses, .messages, .generateContent:
            // The path tells the model and whether to stream in Gemini's API only.
            let isGemini = self.request.format == .generateContent
            guard let codec = Codecs.standard.codec(for: self.request.format) else {
                throw RelayError.notServed(self.request.format.rawValue)
            }
            let conversation = try codec.conversation(json, endpoint: isGemini ? endpoint : EndpointPath())
            return try self.answer(to: conversation, json: json, codec: codec)
        case .embeddings: return .whole(try SimulatedEmbeddings.body(json, codec: EmbeddingsOpenAICodec.self, of: self))
        case .embedContent: return .whole(try SimulatedEmbeddings.body(json, codec: EmbedContentCodec.self, of: self))
        case .moderations: return .whole(try SimulatedModeration.body(json, of: self).serializedBytes())
        case .rerank: return .whole(try SimulatedRanking.body(json, of: self).serializedBytes())
        case .inputTokens:
            let count = self.inputTokens(try ResponsesTokenCount.conversation(json, endpoint: endpoint))
            return .whole(ResponsesTokenCount.body(tokens: count).serializedBytes())
        case .countTokens:
            let count = self.inputTokens(try MessagesTokenCount.conversation(json))
            return .whole(MessagesTokenCount.body(tokens: count).serializedBytes())
        case .geminiCountTokens:
            let count = self.inputTokens(try GeminiTokenCount.conversation(json, endpoint: endpoint))
            return .whole(GeminiTokenCount.body(count: count).serializedBytes())
        }
    }

    private func json() throws(RelayError) -> JSON {
        do {
            return try self.request.body.withUnsafeReadableBytes { (bytes) throws(JSONError) in
                try JSON.parse(bytes, limits: JSONLimits(maximumDepth: 256, duplicateNames: .lastWins))
            }
        } catch {
            throw RelayError(.badRequest, code: "invalid_json", "the body is not acceptable: \(error)")
        }
    }

    private func inputTokens(_ conversation: Conversation) -> Int64 {
        SimulatedUsage.of(Answer(), to: conversation, settings: self.settings).input
    }

    // MARK: Conversations

    private func answer(to conversation: Conversation, json: JSON, codec: any FormatCodec.Type) throws(RelayError)
        -> AnswerScript.Body
    {
        let simulated = SimulatedAnswer(
            conversation, format: self.request.format, settings: self.settings, id: self.request.requestID)
        let answer = try simulated.answer(now: self.request.seconds)
        let reply = self.reply(to: json)
        if self.request.isStreamed {
            return .stream(SimulatedStream(answer, codec: codec, reply: reply, settings: self.settings))
        }
        var body = codec.body(of: answer, for: reply)
        if self.request.format == .responses, let status = self.settings.responseStatus { body["status"] = .string(status) }
        return .whole(body.serializedBytes())
    }

    func reply(to json: JSON) -> ReplyContext {
        var echoed = json
        if self.request.format == .responses, json.objectValue != nil {
            for (name, value) in self.settings.responseEcho { echoed[name] = value }
        }
        let isGemini = self.request.format == .generateContent
        return ReplyContext(
            model: isGemini ? self.settings.geminiModelVersion ?? self.request.model : self.request.model,
            requestID: self.request.requestID.description, now: self.request.seconds,
            wantsUsageChunk: json["stream_options"]?["include_usage"]?.boolValue == true, request: echoed)
    }

    /// A response that is configured to fail tells so in its last event.
    private func configuredFailure(after body: AnswerScript.Body) -> AnswerScript? {
        guard self.request.format == .responses, self.settings.responseStatus == "failed", case .stream(let stream) = body else {
            return nil
        }
        let number = stream.withoutEnd.count(upTo: self.settings.events)
        let error = SimulatedError(message: "this response is configured to fail", status: 500)
        return AnswerScript(
            head: .simulated(.ok, "text/event-stream; charset=utf-8"), body: body, delay: self.settings.delay,
            partDelay: self.settings.partDelay, partCount: number, last: error.event(.responses, number: number))
    }
}

extension HTTPResponseHead {
    static func simulated(_ status: HTTPResponseStatus, _ type: String) -> HTTPResponseHead {
        HTTPResponseHead(version: .http1_1, status: status, headers: ["Content-Type": type])
    }
}
