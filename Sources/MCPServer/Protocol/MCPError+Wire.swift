package import Wire

/// An error as it leaves: JSON-RPC's members, and the HTTP status of its answer.
package struct WireError: Sendable {
    /// The JSON-RPC code.
    package let code: Int
    /// For a person.
    package let message: String
    /// What the code prescribes, or the service gave.
    package let data: JSON?
    /// 200 unless the protocol names another: a JSON-RPC error is never a 5xx, which intermediaries repeat.
    package let status: Int
    /// Seconds for `Retry-After`.
    package let retryAfterSeconds: Int?
    /// The whole `error` object as an upstream gave it, where it says the same.
    package var original: RawObject?

    /// An error with all its parts.
    package init(code: Int, message: String, data: JSON? = nil, status: Int = 200, retryAfterSeconds: Int? = nil) {
        self.code = code
        self.message = message
        self.data = data
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The `error` object.
    package var json: JSON {
        var object: JSONObject = ["code": .integer(code), "message": .string(message)]
        if let data { object["data"] = data }
        return .object(object)
    }

    /// Appends the `error` object.
    package func write(to output: inout [UInt8]) {
        if let original { original.write(to: &output) } else { json.write(to: &output) }
    }
}

extension MCPError {
    /// This error for a client of that revision: code, data and HTTP status by the error tables of the revisions.
    ///
    /// - Parameter served: the versions this endpoint serves, for `data.supported`.
    package func wire(for revision: Revision, served: [Revision] = Revision.newestFirst) -> WireError {
        let isModern = revision.era == .modern
        switch kind {
        case .invalidRequest: return error(ErrorCode.invalidRequest, status: 400)
        case .methodNotFound: return error(ErrorCode.methodNotFound, status: isModern ? 404 : 200)
        case .invalidParams, .invalidToolArguments: return error(ErrorCode.invalidParams)
        case .resourceNotFound(let uri):
            return error(
                isModern ? ErrorCode.invalidParams : ErrorCode.resourceNotFound, data: ["uri": .string(uri)])
        case .missingClientCapability(let feature):
            guard isModern else { return error(ErrorCode.internalError) }
            return error(
                ErrorCode.missingClientCapability,
                data: ["requiredCapabilities": .object(feature.requirement)], status: 400)
        case .urlElicitationRequired(let elicitations): return urlElicitation(elicitations, revision)
        case .headerMismatch: return error(isModern ? ErrorCode.headerMismatch : ErrorCode.invalidRequest, status: 400)
        case .unsupportedRevision(let requested):
            return error(
                ErrorCode.unsupportedRevision,
                data: [
                    "supported": .array(served.map { .string($0.rawValue) }), "requested": .string(requested),
                ], status: 400)
        case .refused(let refusal): return refused(refusal, isModern: isModern)
        case .cancelled, .timedOut, .upstreamUnavailable, .internalError: return error(ErrorCode.internalError)
        case .custom(let code):
            guard ErrorCode.mayLeave(code, era: revision.era) else {
                return WireError(
                    code: ErrorCode.internalError, message: message,
                    data: ["code": .integer(code), "data": data ?? .null])
            }
            return error(code)
        }
    }

    private func error(_ code: Int, data prescribed: JSON? = nil, status: Int = 200) -> WireError {
        var error = WireError(code: code, message: message, data: prescribed ?? data, status: status)
        // Errors of upstreams are taken without a message, too; a client's reader need not be so patient.
        let isWhole = original?["code"]?.intValue == code && original?["message"]?.kind == .string
        if isWhole, original?["data"] == error.data { error.original = original }
        return error
    }

    /// Only 2025-11-25 knows an error that asks for URLs. The URLs stay out of what other clients see: neither a form
    /// nor a text is a place for them.
    private func urlElicitation(_ elicitations: [RawObject], _ revision: Revision) -> WireError {
        switch revision {
        case .november2025:
            error(
                ErrorCode.urlElicitationRequired,
                data: ["elicitations": .array(elicitations.map { .object($0.object) })])
        case .july2026: MCPError.missingClientCapability(.elicitationURL).wire(for: revision)
        case .november2024, .march2025, .june2025: error(ErrorCode.internalError)
        }
    }

    /// A refusal of the gate. Its HTTP status says so to modern clients, which read the body of any answer.
    ///
    /// Legacy clients get 200: their transport knows 4xx only as its own failure, and the widely used ones end the whole
    /// connection over it, with all calls that are under way.
    private func refused(_ refusal: Refusal, isModern: Bool) -> WireError {
        switch refusal {
        case .rateLimited(let wait):
            // Rounded up: a client that comes back within the same second would be refused again.
            let seconds = wait.map { Int($0.components.seconds) + ($0.components.attoseconds > 0 ? 1 : 0) }
            var reason: JSONObject = ["reason": "rate_limited"]
            if let seconds { reason["retryAfterSeconds"] = .integer(seconds) }
            return WireError(
                code: ErrorCode.rateLimited, message: message, data: data ?? .object(reason),
                status: isModern ? 429 : 200, retryAfterSeconds: isModern ? seconds : nil)
        case .quotaExhausted: return forbidden("quota_exhausted", isModern: isModern)
        case .notPermitted: return forbidden("not_permitted", isModern: isModern)
        }
    }

    private func forbidden(_ reason: JSON, isModern: Bool) -> WireError {
        error(ErrorCode.notPermitted, data: data ?? ["reason": reason], status: isModern ? 403 : 200)
    }
}
