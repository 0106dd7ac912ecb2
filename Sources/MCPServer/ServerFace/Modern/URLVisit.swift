import Wire

/// Pages that a user must visit before a call can run: what a server of 2025-11-25 says by the error -32042, which a
/// modern client can't be told. It gets the pages as questions; once all are accepted, the call is performed again.
///
/// Nothing waits meanwhile: this travels in the sealed state, with what is needed to perform the call again.
struct URLVisit: Sendable {
    /// The most pages of one call.
    static let maximumPages = 16
    /// The most bytes of answers that are carried through a visit.
    private static let maximumAnswerBytes = 256 << 10

    /// The pages that the user was shown, by URL.
    let pages: [String]
    /// With what the call was performed that needs the visit; nil: it was the first of its chain.
    let interrupted: Resumption?

    init(pages: [String], interrupted: Resumption?) {
        self.pages = pages
        self.interrupted = interrupted
    }

    /// The visit as it was sealed.
    init?(_ json: JSONObject) {
        guard let pages = json["pages"]?.arrayValue?.compactMap(\.stringValue) else { return nil }
        self.pages = pages
        interrupted = json["answers"]?.objectValue.map { answers in
            let pairs = answers.compactMap { name, value in
                value.objectValue.map { (AskKey(name), Answer.result(RawObject($0))) }
            }
            return Resumption(
                state: json["state"]?.stringValue.map(Continuation.init),
                answers: Dictionary(pairs) { first, _ in first })
        }
    }

    var json: JSONObject {
        var json: JSONObject = ["pages": .array(pages.map { .string($0) })]
        if let interrupted {
            json["answers"] = .object(Self.object(of: interrupted.answers))
            if let state = interrupted.state { json["state"] = .string(state.text) }
        }
        return json
    }

    private static func object(of answers: [AskKey: Answer]) -> JSONObject {
        JSONObject(
            answers.sorted { $0.key < $1.key }.compactMap { key, answer in
                guard case .result(let result) = answer else { return nil }
                return (key.name, .object(result.object))
            })
    }

    /// The questions for the pages that an upstream wants visited, and the visit that they begin.
    /// - Throws: `internalError` where the upstream's list is none, or there is too much to carry.
    static func begin(
        _ elicitations: [RawObject], interrupting resumption: Resumption?
    ) throws(MCPError) -> (asks: [PendingAsk], visit: URLVisit) {
        let pages = elicitations.compactMap { $0["url"]?.stringValue }
        guard !pages.isEmpty, pages.count == elicitations.count, pages.count <= maximumPages else {
            throw .internalError("The server behind this one wants pages visited, but does not say which")
        }
        let asks = elicitations.enumerated().map { index, elicitation in
            var params = elicitation
            params["mode"] = "url"
            if params["message"]?.stringValue == nil { params["message"] = "This page must be visited first" }
            return PendingAsk(AskKey("url-\(index + 1)"), .elicit(params))
        }
        let visit = URLVisit(pages: pages, interrupted: resumption)
        guard JSON.object(visit.json).serializedBytes().count <= maximumAnswerBytes else {
            throw .internalError("There is too much to keep until the pages were visited")
        }
        return (asks, visit)
    }

    /// What the user did with the pages.
    enum Verdict: Sendable, Hashable {
        /// Consented to all of them; that does not mean that all is done there.
        case accepted
        case declined
        /// Some have no answer yet.
        case incomplete
    }

    func verdict(_ answers: [AskKey: Answer]) -> Verdict {
        var verdict = Verdict.accepted
        for index in pages.indices {
            guard case .result(let answer)? = answers[AskKey("url-\(index + 1)")] else {
                verdict = .incomplete
                continue
            }
            guard answer["action"] == "accept" else { return .declined }
        }
        return verdict
    }

    /// Whether these pages were all shown before: the user has consented and may still be busy there, so they are not
    /// shown again at once.
    func covers(_ elicitations: [RawObject]) -> Bool {
        elicitations.allSatisfy { $0["url"]?.stringValue.map(pages.contains) ?? false }
    }
}
