internal import Directory

/// What the operator sets for all routing.
struct RoutingSettings: Sendable, Hashable {
    /// Where the model's configuration names none.
    var strategy = RoutingStrategy.weighted
    /// Attempts after the first, where the model's configuration names none.
    var retryTimes: Int64 = 3
    /// Whether a channel that probably holds the prompt's cache is preferred.
    var followsPromptCache = true
}

extension RouteMemory {
    /// The way of a request over the channels of its model and of the model's fallbacks.
    ///
    /// - Parameters:
    ///   - pinned: the channel that the request names or follows; then it is tried alone, and no fallback.
    ///   - key: what the request has in common with those whose prompts are cached.
    ///   - latest: when, at the latest, an attempt may begin, milliseconds.
    ///   - fallback: a model by name as the caller is served it; nil = the caller may not use it.
    ///   - canServe: whether a channel's provider serves the request's kind at all.
    mutating func walk(
        to model: ServedModel, pinned: ServedChannel?, affinity key: AffinityKey?, settings: RoutingSettings, latest: Int64,
        at now: Int64, fallback: (String) -> ServedModel?, canServe: (ServedChannel) -> Bool
    ) -> RouteWalk {
        let retries = model.config.retryTimes
        if let pinned {
            let choice = RouteChoice(pinned: RouteCandidate(pinned, model: model.config.model))
            return RouteWalk(
                [.init(model: model.config.model, choice: choice, retryTimes: retries)], retryTimes: settings.retryTimes,
                latest: latest)
        }
        let preferred = settings.followsPromptCache ? key.flatMap { self.affinity.channel(for: $0, at: now) } : nil
        var legs = [self.leg(to: model, preferred: preferred, settings: settings, canServe: canServe)]
        for name in self.route(to: model).routing.fallbackModels {
            guard let other = fallback(name), other !== model else { continue }
            legs.append(self.leg(to: other, preferred: nil, settings: settings, canServe: canServe))
        }
        return RouteWalk(legs, retryTimes: settings.retryTimes, latest: latest)
    }

    private mutating func leg(
        to model: ServedModel, preferred: Int64?, settings: RoutingSettings, canServe: (ServedChannel) -> Bool
    ) -> RouteWalk.Leg {
        let (candidates, routing) = self.route(to: model)
        let name = model.config.model
        let isAll = candidates.allSatisfy { canServe($0.channel) }
        let choice = RouteChoice(
            isAll ? candidates : candidates.filter { canServe($0.channel) }, strategy: routing.strategy ?? settings.strategy,
            preferred: preferred, lastTurn: self.lastTurn(ofModel: name))
        return RouteWalk.Leg(
            model: name, choice: choice, retryTimes: model.config.retryTimes,
            budgetMilliseconds: routing.fallbackModels.isEmpty ? nil : routing.fallbackAfterMilliseconds)
    }
}
