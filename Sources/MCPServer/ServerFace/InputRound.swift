import Wire

/// A call repeated with answers (multi round-trip requests, 2026-07-28): what the client sent beside the parameters.
struct InputRound: Sendable {
    /// The most rounds of questions in one call.
    static let maximumRounds = 16
    /// The most answers in one request.
    static let maximumAnswers = 64

    let resumption: Resumption
    /// What the state told; nil where the client sent answers without one, which is a new call.
    let state: ContinuationSeal.State?

    /// The round that a request is; nil where it is a first one.
    /// - Throws: -32602 with status 400 for a state that is not this call's, or answers of the wrong shape.
    init?(_ request: ModernRequest, _ operation: Operation, binding: CallBinding, seal: ContinuationSeal?) throws(WireError) {
        guard operation.kind.mayAsk, let params = request.message.params,
            params.contains("requestState") || params.contains("inputResponses")
        else { return nil }
        let answers = try Self.answers(params["inputResponses"])
        state = try Self.state(params["requestState"], binding, seal)
        resumption = Resumption(state: state?.continuation, answers: answers)
    }

    private static func answers(_ json: JSON?) throws(WireError) -> [AskKey: Answer] {
        guard let json else { return [:] }
        guard let object = json.objectValue, object.count <= maximumAnswers else {
            throw .badRound("params.inputResponses must be an object with at most \(maximumAnswers) members")
        }
        var answers: [AskKey: Answer] = [:]
        for (name, value) in object {
            guard let result = value.objectValue else {
                throw .badRound("params.inputResponses[\"\(name.prefix(64))\"] must be an object")
            }
            answers[AskKey(name)] = .result(RawObject(result))
        }
        return answers
    }

    private static func state(
        _ json: JSON?, _ binding: CallBinding, _ seal: ContinuationSeal?
    ) throws(WireError) -> ContinuationSeal.State? {
        guard let json else { return nil }
        guard let text = json.stringValue else { throw .badRound("params.requestState must be a string") }
        guard let state = seal?.open(text, for: binding) else {
            throw .badRound("params.requestState is not of this call, or has expired")
        }
        return state
    }
}

/// What a call needs of a modern client before it can end.
struct InputRequired: Sendable {
    let asks: [PendingAsk]
    let continuation: Continuation?
    let previous: ContinuationSeal.State?

    /// The `input_required` result.
    /// - Throws: `MCPError` where the client can't answer, the rounds are used up, or the state can't be kept.
    func result(
        _ context: ExchangeContext, binding: CallBinding, seal: ContinuationSeal?, identity: Implementation
    ) throws(MCPError) -> RawObject {
        for pending in asks {
            // The capabilities of this very request count, not those of the first one.
            guard let feature = pending.ask.requiredFeature, !context.client.capabilities.declares(feature) else { continue }
            throw .missingClientCapability(feature)
        }
        let round = (previous?.round ?? 0) + 1
        guard round <= InputRound.maximumRounds else { throw .internalError("The call asked too many times") }
        var result: JSONObject = ["resultType": "input_required"]
        if !asks.isEmpty { result["inputRequests"] = .object(Self.requests(asks)) }
        if let seal {
            let state = ContinuationSeal.State(chain: context.chain, round: round, continuation: continuation)
            result["requestState"] = .string(seal.seal(state, for: binding))
        } else if continuation != nil || asks.isEmpty {
            throw .internalError("The state of the call can't be kept here")
        }
        ResultCodec.addEnvelope(to: &result, hint: nil, identity)
        return RawObject(result)
    }

    /// Method and parameters under each key. What belongs to the request it was asked by stays behind.
    private static func requests(_ asks: [PendingAsk]) -> JSONObject {
        var requests = JSONObject()
        for pending in asks {
            var entry: JSONObject = ["method": .string(pending.ask.method)]
            if var params = pending.ask.params?.object {
                params.removeFromMeta(ProtocolKey.ofRequests)
                for member in ["task", "elicitationId"] where params.contains(member) { params[member] = nil }
                entry["params"] = .object(params)
            }
            requests[pending.key.name] = .object(entry)
        }
        return requests
    }
}

extension WireError {
    /// A repeated call that can't be one.
    fileprivate static func badRound(_ message: String) -> WireError {
        WireError(code: ErrorCode.invalidParams, message: message, status: 400)
    }
}
