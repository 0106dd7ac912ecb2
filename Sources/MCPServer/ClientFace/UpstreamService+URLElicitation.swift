import Wire

/// The error of 2025-11-25 that wants URLs visited first, said to modern clients as questions: nothing waits meanwhile, and
/// the call has not run.
extension UpstreamService {
    /// How long the upstream may take to say that a visit is over, once the client has agreed to it.
    private static let patience = Duration.seconds(3)
    private static let maximumURLs = 16

    /// The questions in the error, for a client that is asked by value; nil for other errors and clients.
    func visits(for error: RPCError, client: ClientProfile) -> Outcome? {
        guard error.code == ErrorCode.urlElicitationRequired, client.askForm == .value, client.accepts(.elicitationURL),
            let elicitations = error.data?["elicitations"]?.arrayValue, (1...Self.maximumURLs).contains(elicitations.count)
        else { return nil }
        var ids: [JSON] = []
        var asks: [PendingAsk] = []
        for (index, elicitation) in elicitations.enumerated() {
            guard var params = elicitation.objectValue, params["url"]?.stringValue != nil else { return nil }
            if let id = params["elicitationId"] { ids.append(id) }
            params["elicitationId"] = nil
            params["mode"] = "url"
            asks.append(PendingAsk(AskKey("url-\(index + 1)"), .elicit(RawObject(params))))
        }
        return .needs(asks, Continuation(JSON.array(ids).serialized()))
    }

    /// A client that gets the error as it is hears of the ends of the visits, too.
    func follow(_ error: RPCError, _ context: any CallContext, on session: UpstreamSession) {
        guard error.code == ErrorCode.urlElicitationRequired, let outlet = context.elicitations else { return }
        for elicitation in (error.data?["elicitations"]?.arrayValue ?? []).prefix(Self.maximumURLs) {
            if let id = elicitation["elicitationId"]?.stringValue { session.asked(elicitation: id, outlet) }
        }
    }

    /// A call that goes on after such questions: all were agreed to, and the upstream has had a while to notice.
    /// - Throws: where one was not. Consent is no completion, so the upstream may ask for the same again.
    func settleVisits(_ operation: Operation, on session: UpstreamSession) async throws(MCPError) {
        // Answers without a state are to nothing that was asked here: a new call.
        guard let resumption = operation.resumption, let state = resumption.state else { return }
        let agreed = resumption.answers.values.allSatisfy { answer in
            if case .result(let result) = answer { result["action"]?.stringValue == "accept" } else { false }
        }
        guard agreed, !resumption.answers.isEmpty else {
            throw MCPError.internalError("The upstream needs a URL to be visited first, and that was declined")
        }
        let ids = (try? JSON.parse(state.text))?.arrayValue?.compactMap(\.stringValue) ?? []
        let end = ContinuousClock.now.advanced(by: Self.patience)
        while !session.hasCompleted(ids), ContinuousClock.now < end {
            guard (try? await Task.sleep(for: .milliseconds(100))) != nil else {
                throw MCPError(.cancelled, "The call was cancelled")
            }
        }
    }
}
