internal import Directory
internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// What one attempt asks a channel for.
struct AttemptPlan {
    /// The channel's format.
    var format = WireFormat.chatCompletions
    /// The name that the upstream knows the model by.
    var model = ""
    /// Whether a stream is asked for.
    var isStreamed = false
    /// Nil where bytes are passed on as they are.
    var conversion: Conversion?
    /// Where no conversation is held and yet bytes aren't passed on.
    var translation: (any BodyTranslation)?

    /// What the channel isn't told, by the client's names.
    var dropped: [String] { self.conversion?.dropped ?? self.translation?.dropped ?? [] }
}

/// How a channel is asked.
extension ModelCall {
    func send(to served: ServedChannel) throws(Failure) {
        let channel = served.channel
        guard let provider = self.loop.providers[channel.type] else {
            throw Failure(.notImplemented, code: "not_implemented", "channel type \(channel.type) is not served yet")
        }
        let client = self.request.endpoint.format
        let model = served.upstreamModel(for: self.model.config.model)
        guard let format = provider.upstreamFormat(for: client, model: model, baseURL: channel.baseURL) else {
            throw Failure(
                .notImplemented, code: "not_implemented", "\(provider.name) channels don't serve \(client.rawValue)")
        }
        let body = try self.prepare(for: format, model: model, provider: provider)
        let number = self.attemptNumber
        switch provider.transport {
        case .fake:
            self.attempt = FakeAttempt.answer(
                format: format, body: body, configuration: channel.configs, model: model, isStreamed: self.plan.isStreamed,
                requestID: self.request.requestID, now: self.request.receivedAt, headTimeout: self.headTimeout,
                idleTimeout: self.loop.settings.idleTimeout, eventLoop: self.loop.eventLoop, receiver: self)
        case .fakeError:
            self.attempt = FakeAttempt.configuredFailure(
                format: format, body: body, configuration: channel.configs, model: model, isStreamed: self.plan.isStreamed,
                requestID: self.request.requestID, now: self.request.receivedAt, headTimeout: self.headTimeout,
                idleTimeout: self.loop.settings.idleTimeout, eventLoop: self.loop.eventLoop, receiver: self)
        case .http:
            let requests = try self.loop.requests(format, provider: provider, channel: served)
            let head = try requests.post(
                model: model, isStreamed: self.plan.isStreamed, endpoint: self.request.endpoint,
                from: self.request.head.headers, traceHeaders: self.request.traceHeaders)
            var upstream = UpstreamRequest(head: head, body: body)
            upstream.connectTimeout = self.loop.settings.connectTimeout
            upstream.headTimeout = self.headTimeout
            upstream.idleTimeout = self.loop.settings.idleTimeout
            let call = self.loop.client.send(upstream, to: requests.base.address, receiver: self)
            // A failure may have come before `send` returned, and with it the next attempt.
            if self.attempt == nil, case .attempting = self.phase, self.attemptNumber == number, self.routed != nil {
                self.attempt = call
            }
        }
    }

    /// Plans the attempt.
    /// - Returns: the request in the channel's format.
    private func prepare(for format: WireFormat, model: String, provider: Provider) throws(Failure) -> ByteBuffer {
        let client = self.request.endpoint.format
        self.plan = AttemptPlan(format: format, model: model, isStreamed: self.view.isStreamed)
        if format == client, self.passesOn, self.storedPassesOn {
            return self.view.upstreamBody(of: self.request.body, model: model, allocator: ByteBufferAllocator())
        }
        if let codec = self.loop.codecs.codec(for: client), let upstream = self.loop.codecs.codec(for: format) {
            let conversion = try self.convert(
                from: codec, to: upstream, model: model,
                quirks: provider.quirks(format, model: model, baseURL: self.channel?.channel.baseURL ?? ""))
            self.plan.isStreamed = self.view.isStreamed || self.plugins.streamsUpstream
            self.plan.conversion = conversion
            return conversion.body
        }
        if let translation = try self.translate(to: format, model: model) {
            self.plan.translation = translation
            return ByteBuffer(bytes: translation.body.serializedBytes())
        }
        throw Failure(.notImplemented, code: "not_implemented", "\(provider.name) channels don't serve \(client.rawValue)")
    }

    /// Whether the bytes of a client are for a channel of the same format.
    private var passesOn: Bool {
        let client = self.request.endpoint.format
        // Only where models write can there be plugins over what they write; the others have translators.
        guard !self.rules.generates else {
            return self.plugins.conversation.isEmpty || self.loop.codecs.codec(for: client) == nil
        }
        return self.loop.codecs.translator(for: client)?.translatesOwnFormat != true
    }

    private func convert(
        from client: any FormatCodec.Type, to upstream: any FormatCodec.Type, model: String, quirks: Quirks
    ) throws(Failure) -> Conversion {
        let decoded: DecodedRequest
        do throws(RelayError) { decoded = try self.decode(client) } catch { throw Failure(ofRequest: error) }
        let reply = self.reply(to: decoded.json)
        let target = EncodingTarget(
            model: model, maximumOutputTokens: self.model.config.config["max_output_tokens"]?.int64Value, quirks: quirks,
            client: client,
            now: reply.now, requestID: reply.requestID)
        do throws(RelayError) {
            return try Conversion(
                decoded, isStreamed: self.view.isStreamed || self.plugins.streamsUpstream, target: target, upstream: upstream,
                reply: reply, plugins: self.plugins)
        } catch {
            // Another channel's format may have what this one lacks.
            throw Failure(error)
        }
    }

    private func translate(to format: WireFormat, model: String) throws(Failure) -> (any BodyTranslation)? {
        let endpoint = self.request.endpoint
        guard let translator = self.loop.codecs.translator(for: endpoint.format) else { return nil }
        do throws(RelayError) {
            let json = try self.wholeRequest()
            return try translator.translation(
                of: json, endpoint: endpoint.path, to: format, model: model, reply: self.reply(to: json))
        } catch {
            throw Failure(ofRequest: error)
        }
    }

    func reply(to request: JSON) -> ReplyContext {
        ReplyContext(
            model: self.view.model, requestID: self.request.requestID.description, now: self.request.receivedAt / 1000,
            wantsUsageChunk: self.view.wantsUsageChunk, isArrayFramed: self.request.endpoint.path.isArrayFramed,
            request: request, answerID: self.stored?.backgroundID)
    }
}
