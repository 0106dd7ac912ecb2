internal import Directory
internal import NIOCore
internal import Wire

/// What a call of Responses has to do with the responses that are stored.
struct StoredWork {
    /// What the request goes on from.
    enum Context {
        /// Nothing.
        case none
        /// A response that wasn't asked for yet.
        case unknown(id: String)
        /// One that this channel's upstream knows too: it gets the request as it is.
        case pinned(id: String, ServedChannel)
        /// The request as one that says everything itself.
        case expanded(JSON)
    }

    let store: ResponseStore
    let owner: ResponseOwner
    /// Whether the answer is kept.
    let keepsAnswer: Bool
    var context: Context
    /// The response's id where it is made in the background.
    var backgroundID: String?
    /// Whether its run was begun and has to be ended.
    var isRunning = false
    /// The question that the call waits for an answer to.
    var question: Question?
    private(set) var questionCount = 0
    /// Whether thoughts of another format's provider stand in the request; nil = nobody has looked.
    var holdsForeignThoughts: Bool?

    struct Question {
        let number: Int
        let deadline: Scheduled<Void>
    }

    /// - Returns: nil where the call has nothing to do with them.
    init?(_ request: RelayRequest, _ view: RequestView, _ store: ResponseStore?) {
        guard let store, request.endpoint.format == .responses || request.endpoint.format == .inputTokens else { return nil }
        self.store = store
        self.owner = ResponseOwner(request.caller)
        self.keepsAnswer = view.isStored && request.endpoint.format == .responses
        self.context = view.previousID.isEmpty ? .none : .unknown(id: view.previousID)
        if view.isBackground, request.endpoint.format == .responses { self.backgroundID = "resp_\(request.requestID)" }
    }

    mutating func nextQuestion() -> Int {
        self.questionCount += 1
        return self.questionCount
    }
}

extension ResponseOwner {
    init(_ caller: Caller) { self.init(group: caller.group.id, tokenID: caller.token?.id ?? 0) }
}
