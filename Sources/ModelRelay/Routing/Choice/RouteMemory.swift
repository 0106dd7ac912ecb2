internal import Directory

/// What routing remembers on one event loop: candidates that were worked out, whose turn was last, where prompts are cached.
struct RouteMemory: Sendable {
    var affinity = CacheAffinity()
    private var known: [ObjectIdentifier: (model: ServedModel, candidates: [RouteCandidate], routing: ModelRouting)] = [:]
    private var turns: [String: Int64] = [:]
    /// Beyond it all is worked out anew: each change of the directory leaves models behind that nobody asks for any more.
    private let maximumModels: Int

    init(maximumModels: Int = 2000) { self.maximumModels = max(maximumModels, 1) }

    var count: Int { max(self.known.count, self.turns.count) }

    /// The candidates for a model and what its configuration says of routing, worked out once for as long as the directory has this state
    /// of it.
    mutating func route(to model: ServedModel) -> (candidates: [RouteCandidate], routing: ModelRouting) {
        // The entry keeps the model alive, so that no other can have its identity.
        let identity = ObjectIdentifier(model)
        if let known = self.known[identity] { return (known.candidates, known.routing) }
        if self.known.count >= self.maximumModels { self.known.removeAll() }
        let candidates = RouteCandidate.candidates(for: model)
        let routing = ModelRouting(model.config)
        self.known[identity] = (model, candidates, routing)
        return (candidates, routing)
    }

    /// The id of the channel that the last request for the model went to first.
    func lastTurn(ofModel model: String) -> Int64? { self.turns[model] }

    mutating func tookTurn(_ channelID: Int64, ofModel model: String) {
        if self.turns.count >= self.maximumModels, self.turns[model] == nil { self.turns.removeAll() }
        self.turns[model] = channelID
    }
}
