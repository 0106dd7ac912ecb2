internal import Directory
internal import Ledger
internal import MCPServer
internal import Synchronization
internal import Wire

/// Charges and records the tool calls of one MCP request, by the same meter as model calls.
///
/// Lists and the like are free and leave no row. A call that the protocol refuses (an unknown tool, bad parameters) is recorded and
/// free; one that was carried out is charged, also where the tool tells of a failure.
struct MeteredGate: OperationGate {
    let meter: Meter
    let caller: Caller
    let tariff: ToolTariff
    let requestID: RequestID
    let receivedAt: Int64
    let clientAddress: String
    let endpoint: String
    let lane: Int
    let clock: WallClock

    private static let extraIDs = Mutex(RequestIDGenerator())
    private static let longestToolName = 128

    func perform(
        _ operation: MCPServer.Operation, _ context: any CallContext, on service: any MCPService
    ) async throws -> Outcome {
        guard operation.kind == .callTool, !context.isContinued else { return try await service.perform(operation, context) }
        let call = try self.admit(operation, context)
        let outcome: Outcome
        do { outcome = try await service.perform(operation, context) } catch {
            try self.settle(call, failure: error)
            throw error
        }
        try self.settle(call, failure: nil)
        return outcome
    }

    /// A call that was admitted, as long as it runs.
    private final class AdmittedCall: Sendable {
        let admission: Admission
        let tool: String
        let price: Money

        init(_ admission: Admission, tool: String, price: Money) {
            self.admission = admission
            self.tool = tool
            self.price = price
        }
    }

    // By themselves, so that records and openings, which are large, have no place in the frame that waits for the call.
    @inline(never)
    private func admit(_ operation: MCPServer.Operation, _ context: any CallContext) throws -> AdmittedCall {
        let id = self.id(of: context)
        let tool = String((operation.target ?? "").prefix(Self.longestToolName))
        let price = self.tariff.price(ofTool: tool)
        do {
            let admission = try self.meter.admit(
                CallOpening(
                    requestID: id, payer: self.caller.payer, subject: "mcp/\(self.tariff.serverID)", limits: .unlimited,
                    estimate: price, estimatedTokens: 0, now: self.receivedAt),
                lane: self.lane)
            return AdmittedCall(admission, tool: tool, price: price)
        } catch {
            let refusal = MCPError(error)
            var record = self.record(id, tool: tool)
            record.code = refusal.isQuota ? 403 : 429
            record.content = refusal.message
            // Where the journal is full the refusal can't be recorded either; the client is told all the same.
            _ = self.meter.record(record, lane: self.lane)
            throw refusal
        }
    }

    @inline(never)
    private func settle(_ call: AdmittedCall, failure: (any Error)?) throws {
        var record = self.record(call.admission.requestID, tool: call.tool)
        if let failure {
            record.code = Self.code(of: failure)
            record.content = Self.content(of: failure)
        }
        let now = self.clock.nowMilliseconds()
        record.ttfbMilliseconds = max(0, now - self.receivedAt)
        let cost = failure == nil ? call.price : .zero
        guard self.meter.settle(call.admission, record: record, cost: cost, lane: self.lane, now: now) else {
            throw MCPError(.internalError, "The call can't be recorded at the moment")
        }
    }

    private func record(_ id: RequestID, tool: String) -> CallRecord {
        var record = CallRecord(
            requestID: id, requestAt: self.receivedAt, createdAt: self.receivedAt, groupID: self.caller.payer.groupID,
            tokenID: self.caller.payer.tokenID, tokenName: self.caller.payer.tokenName,
            model: "mcp/\(self.tariff.serverID)/\(tool)",
            code: 200, mode: .toolCall, endpoint: self.endpoint)
        record.clientAddress = self.clientAddress
        return record
    }

    /// What the log says of a call that failed, as the HTTP status that tells it best.
    private static func code(of error: any Error) -> Int64 {
        guard let error = error as? MCPError else { return error is CancellationError ? 499 : 500 }
        return switch error.kind {
        case .cancelled: 499
        case .timedOut: 504
        case .upstreamUnavailable: 502
        default: error.isClientFault ? 400 : 500
        }
    }

    private static func content(of error: any Error) -> String {
        if let error = error as? MCPError { return String(error.message.prefix(1000)) }
        return error is CancellationError ? "the client closed the connection" : "the tool failed"
    }

    /// The request's id for its first call; those behind it in a batch have ids of their own.
    private func id(of context: any CallContext) -> RequestID {
        guard context.chain != self.requestID.description else { return self.requestID }
        return Self.extraIDs.withLock { $0.next(nowMilliseconds: self.receivedAt) }
    }
}

/// The ledger's; MCP has refusals of its own.
private typealias LedgerRefusal = Refusal

extension MCPError {
    /// Why a tool call was not admitted.
    fileprivate init(_ refusal: LedgerRefusal) {
        switch refusal {
        case .requestsPerMinute(let limit, let seconds):
            self.init(
                .refused(.rateLimited(retryAfter: .seconds(seconds))), "The limit of \(limit) requests per minute is reached")
        case .tokensPerMinute(let limit, let seconds):
            self.init(.refused(.rateLimited(retryAfter: .seconds(seconds))), "The limit of \(limit) tokens per minute is reached")
        case .quota(let limit): self.init(.refused(.quotaExhausted), "The key's quota of \(limit.jsonNumber.text) is used up")
        case .periodQuota(let limit, let period):
            self.init(.refused(.quotaExhausted), "The key's \(period.rawValue) quota of \(limit.jsonNumber.text) is used up")
        case .journalFull:
            self.init(.refused(.rateLimited(retryAfter: .seconds(5))), "Calls can't be recorded at the moment")
        }
    }

    var isQuota: Bool { if case .refused(.quotaExhausted) = self.kind { true } else { false } }

    /// Whether the request was wrong, rather than the tool.
    var isClientFault: Bool {
        switch self.kind {
        case .invalidRequest, .methodNotFound, .invalidParams, .invalidToolArguments, .resourceNotFound, .missingClientCapability,
            .headerMismatch, .unsupportedRevision:
            true
        default: false
        }
    }
}
