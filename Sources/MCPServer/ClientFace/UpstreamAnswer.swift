import Wire

/// What an upstream's answer means for the client behind the call.
enum UpstreamAnswer {
    private static let names = MemberNames(["resultType", "ttlMs", "cacheScope"])

    /// The outcome that a modern result is (2026-07-28: an absent `resultType` means `complete`).
    static func outcome(_ result: RawObject, of operation: Operation, client: ClientProfile) throws(MCPError) -> Outcome {
        let type: JSON?
        if let text = result.text {
            type = try self.type(in: text)
        } else {
            type = result["resultType"]
        }
        switch type {
        case nil, .string("complete"): return .complete(result, hint(of: result, operation))
        case .string("input_required"):
            guard operation.kind.mayAsk else { throw invalid("questions that this method can't have") }
            return try needs(result)
        case .string("task"):
            guard client.accepts(.tasks) else { throw invalid("a task that nobody asked for") }
            return .task(TaskReference(result))
        default: throw invalid("a result of an unknown type")
        }
    }

    private static func type(in text: [UInt8]) throws(MCPError) -> JSON? {
        let type: Result<JSON?, JSONError> = text.withUnsafeBytes { bytes in
            do throws(JSONError) {
                let scanned = try JSONScanner.scan(bytes, for: names, limits: JSONLimits(maximumDepth: JSONLimits.greatestDepth))
                return .success(scanned[0].map { $0.string(in: bytes).map(JSON.string) ?? .null })
            } catch {
                return .failure(error)
            }
        }
        do {
            return try type.get()
        } catch {
            throw invalid("a result that can be read in two ways")
        }
    }

    private static func hint(of result: RawObject, _ operation: Operation) -> CacheHint? {
        operation.kind.isCacheable ? CacheHint(in: result.object) : nil
    }

    /// The questions in an `input_required` result.
    private static func needs(_ result: RawObject) throws(MCPError) -> Outcome {
        var asks: [PendingAsk] = []
        if let requests = result["inputRequests"] {
            guard let requests = requests.objectValue, requests.count <= 64 else { throw invalid("questions of the wrong shape") }
            for (key, request) in requests {
                guard let method = request["method"]?.stringValue else { throw invalid("a question without a method") }
                let params = RawObject(request["params"]?.objectValue ?? JSONObject())
                asks.append(PendingAsk(AskKey(key), Ask(method: method, params: params) ?? .other(method: method, params)))
            }
        }
        let state = result["requestState"]
        guard state == nil || state?.kind == .string, !asks.isEmpty || state != nil else {
            throw invalid("questions of the wrong shape")
        }
        return .needs(asks, state?.stringValue.map(Continuation.init))
    }

    private static func invalid(_ what: String) -> MCPError {
        MCPError(.upstreamUnavailable, "The upstream answered with \(what)")
    }

    // MARK: - Errors

    /// An upstream's error as the client behind the call is to have it: code, message and `data` stay wherever the client's
    /// revision has the code with that meaning.
    static func error(
        _ error: RPCError, of operation: Operation, upstream: Revision, client: ClientProfile
    ) -> MCPError {
        var crossed = crossed(error, of: operation, upstream: upstream, client: client)
        crossed.original = error.object
        return crossed
    }

    private static func crossed(
        _ error: RPCError, of operation: Operation, upstream: Revision, client: ClientProfile
    ) -> MCPError {
        let isModern = client.revision.era == .modern
        let original: JSON? = error.data
        switch error.code {
        case ErrorCode.methodNotFound: return MCPError(.methodNotFound, error.message, data: original)
        case ErrorCode.resourceNotFound where isModern:
            let data = original ?? operation.target.map { ["uri": .string($0)] }
            return MCPError(.invalidParams, error.message, data: data)
        case ErrorCode.invalidParams where !isModern && upstream.era == .modern && operation.kind == .readResource:
            guard original?["uri"] != nil else { return MCPError(.custom(code: error.code), error.message, data: original) }
            return MCPError(.custom(code: ErrorCode.resourceNotFound), error.message, data: original)
        case ErrorCode.urlElicitationRequired where upstream.era == .legacy:
            let elicitations = original?["elicitations"]?.arrayValue ?? []
            return MCPError(
                .urlElicitationRequired(elicitations.compactMap { $0.objectValue.map { RawObject($0) } }), error.message,
                data: original)
        case ErrorCode.missingClientCapability where upstream.era == .modern:
            guard let feature = feature(in: original) else { break }
            return MCPError(.missingClientCapability(feature), error.message)
        // Between the upstream and us: the client has nothing to do with them.
        case ErrorCode.headerMismatch where upstream.era == .modern, ErrorCode.unsupportedRevision where upstream.era == .modern:
            return MCPError(.upstreamUnavailable, "The upstream did not accept the request: \(error.message.prefix(512))")
        default: break
        }
        return MCPError(.custom(code: error.code), error.message, data: original)
    }

    private static func feature(in data: JSON?) -> ClientCapabilities.Feature? {
        guard let required = data?["requiredCapabilities"]?.objectValue else { return nil }
        let capabilities = ClientCapabilities(required)
        let features: [ClientCapabilities.Feature] = [
            .samplingTools, .samplingContext, .sampling, .elicitationURL, .elicitationForm, .roots, .tasks,
        ]
        return features.first(where: capabilities.declares)
    }

    /// A fault of the transport as the client hears of it.
    static func error(_ fault: LinkFault) -> MCPError {
        switch fault.kind {
        case .cancelled: MCPError(.cancelled, fault.summary)
        case .timedOut: MCPError(.timedOut, fault.summary)
        case .broken:
            MCPError(.upstreamUnavailable, "\(fault.summary). The call may have been carried out.")
        default: MCPError(.upstreamUnavailable, fault.summary)
        }
    }
}
