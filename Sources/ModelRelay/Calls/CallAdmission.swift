internal import Directory
internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// A call that may go out: understood as far as the relay acts on it, its model found, its cost reserved.
struct CallAdmission {
    /// With the body as the plugins left it.
    let request: RelayRequest
    let view: RequestView
    let model: ServedModel
    /// The channel that the request names.
    let pinned: ServedChannel?
    /// Nil where there is nothing to prefer.
    let affinity: AffinityKey?
    let plugins: ActivePlugins
    let admission: Admission

    /// - Throws: an `RelayError` to be sent as it is. A refusal by a limit or quota is recorded.
    init(_ request: RelayRequest, loop: RelayLoop) throws(RelayError) {
        var request = request
        var view = try Self.view(of: request)
        let pinned = try ChannelPin.channel(of: request)
        let model = try Self.model(view.model, at: pinned, request, loop)
        guard request.endpoint.format.takes(modelsOf: model.config.type) else {
            throw RelayError(
                .badRequest, code: "unsupported_endpoint", parameter: "model",
                "the model `\(view.model)` does not support this endpoint")
        }
        self.model = model
        self.pinned = pinned
        self.plugins = loop.plugins.active(for: model)
        if !self.plugins.bytes.isEmpty {
            request.body = try self.plugins.change(request.body, request.endpoint.format)
            let changed = try Self.view(of: request)
            guard changed.model == view.model else {
                throw RelayError(
                    .internalServerError, type: "server_error", code: "plugin_failed", "a plugin named another model")
            }
            view = changed
        }
        (self.request, self.view) = (request, view)
        // One channel needs no preference.
        self.affinity =
            model.channels.count < 2 || pinned != nil || !request.endpoint.format.rules.generates
            ? nil
            : AffinityKey(
                group: request.caller.payer.groupID, tokenID: request.caller.payer.tokenID, model: model.config.model,
                promptCacheKey: view.promptCacheKey, user: view.user)
        let opening = CallOpening(
            requestID: request.requestID, payer: request.caller.payer, subject: model.config.model,
            limits: request.caller.limits(for: model.config),
            estimate: Self.estimate(view, model, request),
            estimatedTokens: request.endpoint.format.rules.isFree ? 0 : Int64(request.body.readableBytes / 4),
            now: request.receivedAt)
        do {
            self.admission = try loop.meter.admit(opening, lane: loop.lane)
        } catch {
            let failure = RelayError(error)
            var record = CallRecord(request, model: model, code: Int64(failure.status.code))
            record.content = failure.message
            record.user = view.user
            // Where the journal is full the refusal can't be recorded either; the client is told all the same.
            _ = loop.meter.record(record, lane: loop.lane)
            throw failure
        }
    }

    /// The model of that name, or the one that the name is an alias of.
    private static func model(
        _ name: String, at pinned: ServedChannel?, _ request: RelayRequest, _ loop: RelayLoop
    ) throws(RelayError) -> ServedModel {
        func served(_ name: String) -> ServedModel? {
            guard let pinned else { return request.snapshot.model(name, for: request.caller) }
            return request.snapshot.model(name, at: pinned)
        }
        if let model = served(name) { return model }
        if let model = loop.options(of: request.snapshot).aliases.model(for: name).flatMap(served) { return model }
        throw pinned.map { ChannelPin.unknownModel(name, at: $0) }
            ?? RelayError.unknownModel(name, request.snapshot, for: request.caller)
    }

    private static func view(of request: RelayRequest) throws(RelayError) -> RequestView {
        let endpoint = request.endpoint
        return try request.body.withUnsafeReadableBytes { (bytes) throws(RelayError) in
            try RequestView(bytes, rules: endpoint.format.rules.request, path: endpoint.path)
        }
    }

    /// What it will probably cost: the body at four bytes a token, and the output that the client allows.
    private static func estimate(_ view: RequestView, _ model: ServedModel, _ request: RelayRequest) -> Money {
        let quota = request.caller.payer.quota
        guard quota.lifetime > .zero || quota.perPeriod > .zero, !request.endpoint.format.rules.isFree else { return .zero }
        var usage = Usage()
        usage.input = Int64(request.body.readableBytes / 4)
        usage.output = min(max(view.maximumOutputTokens ?? 0, 0), 1_000_000) * view.choiceCount
        usage.total = usage.input + usage.output
        return model.config.price.amount(for: usage, context: UsageContext(), at: request.receivedAt, succeeded: true).used
    }
}

extension CallRecord {
    /// The record of `request`, to be completed by how it ends.
    init(_ request: RelayRequest, model: ServedModel, code: Int64) {
        let payer = request.caller.payer
        self.init(
            requestID: request.requestID, requestAt: request.receivedAt, createdAt: request.receivedAt, groupID: payer.groupID,
            tokenID: payer.tokenID, tokenName: payer.tokenName, model: model.config.model, code: code,
            mode: request.endpoint.mode,
            endpoint: request.endpoint.recordPath)
        self.clientAddress = request.clientAddress
        self.price = model.priceText
    }
}

extension RelayError {
    /// Why a call was not admitted, in OpenAI's words.
    init(_ refusal: Refusal) {
        switch refusal {
        case .requestsPerMinute(let limit, let retryAfter):
            self.init(
                .tooManyRequests, type: "requests", code: "rate_limit_exceeded", retryAfterSeconds: retryAfter,
                "the limit of \(limit) requests per minute is reached; try again in \(retryAfter) s")
            self.headers = HTTPHeaders(reached: limit, "Requests", resetSeconds: retryAfter)
        case .tokensPerMinute(let limit, let retryAfter):
            self.init(
                .tooManyRequests, type: "tokens", code: "rate_limit_exceeded", retryAfterSeconds: retryAfter,
                "the limit of \(limit) tokens per minute is reached; try again in \(retryAfter) s")
            self.headers = HTTPHeaders(reached: limit, "Tokens", resetSeconds: retryAfter)
        case .quota(let limit):
            self.init(
                .forbidden, type: "insufficient_quota", code: "insufficient_quota",
                "the key's quota of \(limit.jsonNumber.text) is used up")
        case .periodQuota(let limit, let period):
            self.init(
                .forbidden, type: "insufficient_quota", code: "insufficient_quota",
                "the key's \(period.rawValue) quota of \(limit.jsonNumber.text) is used up")
        case .journalFull:
            self.init(
                .serviceUnavailable, type: "server_error", code: "journal_full", retryAfterSeconds: 5,
                "calls can't be recorded at the moment; try again")
        }
    }
}
