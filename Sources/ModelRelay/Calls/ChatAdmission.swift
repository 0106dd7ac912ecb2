internal import Directory
internal import Ledger
internal import NIOCore
internal import NIOHTTP1
internal import Wire

/// A chat completion that may go out: understood, its model found, its cost reserved.
struct ChatAdmission {
    let chat: ChatRequest
    let model: ServedModel
    let admission: Admission

    /// - Throws: an `RelayError` to be sent as it is. A refusal by a limit or quota is recorded.
    init(_ request: RelayRequest, loop: RelayLoop) throws(RelayError) {
        let chat = try request.body.withUnsafeReadableBytes { (bytes) throws(RelayError) in try ChatRequest(bytes) }
        self.chat = chat
        guard let model = request.snapshot.model(chat.model, for: request.caller) else {
            throw Self.unknownModel(chat.model, request)
        }
        self.model = model
        let opening = CallOpening(
            requestID: request.requestID, payer: request.caller.payer, subject: model.config.model,
            limits: request.caller.limits(for: model.config),
            estimate: Self.estimate(chat, model, request),
            estimatedTokens: Int64(request.body.readableBytes / 4),
            now: request.receivedAt)
        do {
            self.admission = try loop.meter.admit(opening, lane: loop.lane)
        } catch {
            let failure = RelayError(error)
            var record = CallRecord(request, model: model, code: Int64(failure.status.code))
            record.content = failure.message
            record.user = chat.user
            // Where the journal is full the refusal can't be recorded either; the client is told all the same.
            _ = loop.meter.record(record, lane: loop.lane)
            throw failure
        }
    }

    /// What it will probably cost: the body at four bytes a token, and the output that the client allows.
    private static func estimate(_ chat: ChatRequest, _ model: ServedModel, _ request: RelayRequest) -> Money {
        let quota = request.caller.payer.quota
        guard quota.lifetime > .zero || quota.perPeriod > .zero else { return .zero }
        var usage = Usage()
        usage.input = Int64(request.body.readableBytes / 4)
        usage.output = min(max(chat.maximumOutputTokens ?? 0, 0), 1_000_000) * chat.choiceCount
        usage.total = usage.input + usage.output
        return model.config.price.amount(for: usage, context: UsageContext(), at: request.receivedAt, succeeded: true).used
    }

    private static func unknownModel(_ name: String, _ request: RelayRequest) -> RelayError {
        let usable = request.snapshot.models(for: request.caller).map(\.config.model)
        let listed = usable.prefix(50).joined(separator: ", ")
        let rest = usable.count > 50 ? " and \(usable.count - 50) more" : ""
        return RelayError(
            .notFound, code: "model_not_found", parameter: "model",
            "the model `\(name)` can't be used: \(request.snapshot.refusal(ofModel: name, for: request.caller)). "
                + (usable.isEmpty ? "This key may use no model" : "This key may use: \(listed)\(rest)"))
    }
}

extension CallRecord {
    /// The record of `request`, to be completed by how it ends.
    init(_ request: RelayRequest, model: ServedModel, code: Int64) {
        let payer = request.caller.payer
        self.init(
            requestID: request.requestID, requestAt: request.receivedAt, createdAt: request.receivedAt, groupID: payer.groupID,
            tokenID: payer.tokenID, tokenName: payer.tokenName, model: model.config.model, code: code, mode: .chatCompletions,
            endpoint: "/v1/chat/completions")
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
        case .tokensPerMinute(let limit, let retryAfter):
            self.init(
                .tooManyRequests, type: "tokens", code: "rate_limit_exceeded", retryAfterSeconds: retryAfter,
                "the limit of \(limit) tokens per minute is reached; try again in \(retryAfter) s")
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
