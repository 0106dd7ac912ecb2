import Wire

/// A call repeated with answers (multi round-trip requests, 2026-07-28): what the client sent beside the parameters.
struct InputRound: Sendable {
    /// The most rounds of questions in one call.
    static let maximumRounds = 16
    /// The most answers in one request.
    static let maximumAnswers = 64

    /// What came back, by key.
    let answers: [AskKey: Answer]
    /// Tells these answers from others, whatever the order of their members.
    let digest: String
    /// What the state told; nil where the client sent answers without one, which is a new call.
    let state: ContinuationSeal.Content?

    /// The round that a request is; nil where it is a first one.
    /// - Throws: -32602 with status 400 for a state that is not this call's, or answers of the wrong shape.
    init?(
        _ request: ModernRequest, _ operation: Operation, binding: () -> CallBinding, seal: ContinuationSeal?
    ) throws(WireError) {
        guard operation.kind.mayAsk, let params = request.message.params,
            params.contains("requestState") || params.contains("inputResponses")
        else { return nil }
        answers = try Self.answers(params["inputResponses"])
        state = try Self.state(params["requestState"], binding(), seal)
        digest = params["inputResponses"]?.canonical.serialized() ?? ""
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
    ) throws(WireError) -> ContinuationSeal.Content? {
        guard let json else { return nil }
        guard let text = json.stringValue else { throw .badRound("params.requestState must be a string") }
        guard let state = seal?.open(text, for: binding) else {
            throw .badRound("params.requestState is not of this call, or has expired")
        }
        return state
    }
}

extension WireError {
    /// A repeated call that can't be one.
    fileprivate static func badRound(_ message: String) -> WireError {
        WireError(code: ErrorCode.invalidParams, message: message, status: 400)
    }
}
