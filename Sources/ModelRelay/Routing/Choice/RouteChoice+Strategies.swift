/// One among candidates that are as good as each other by health. None is ever left without a chance by rounding: where a strategy
/// can't tell, weight and chance do.
extension RouteChoice {
    /// One in so many is chosen by chance where the quickest is asked for.
    private static let exploration = 20
    /// Within this factor of the quickest a channel counts as being as quick.
    private static let sameLatency = 1.1

    /// - Returns: nil where none is eligible.
    func byStrategy(
        _ conditions: [ChannelCondition], using random: inout some RandomNumberGenerator, where isEligible: (Int) -> Bool
    ) -> Int? {
        switch self.strategy {
        case .weighted: return self.byWeight(conditions, using: &random, where: isEligible)
        case .tiers:
            let highest = self.highestTier(where: isEligible)
            return self.byWeight(conditions, using: &random) { self.candidates[$0].tier == highest && isEligible($0) }
        case .roundRobin: return self.byTurn(where: isEligible)
        case .leastLatency:
            guard Int.random(in: 0..<Self.exploration, using: &random) > 0,
                let quickest = self.candidates.indices.lazy.filter(isEligible).compactMap({ self.latency($0, conditions) }).min()
            else { return self.byWeight(conditions, using: &random, where: isEligible) }
            // What was never measured counts as quick: it has to be asked to be known.
            return self.byWeight(conditions, using: &random) {
                isEligible($0) && self.latency($0, conditions) ?? 0 <= quickest * Self.sameLatency
            }
        case .leastCost:
            let cheapest = self.candidates.indices.lazy.filter(isEligible).compactMap { self.candidates[$0].cost }.min()
            return self.byWeight(conditions, using: &random) {
                isEligible($0) && (cheapest == nil || self.candidates[$0].cost == cheapest)
            }
        }
    }

    func highestTier(where isEligible: (Int) -> Bool) -> Int64? {
        self.candidates.indices.lazy.filter(isEligible).map { self.candidates[$0].tier }.max()
    }

    /// By chance. The weight is the priority divided by the square of the error rate and a tenth.
    private func byWeight(
        _ conditions: [ChannelCondition], using random: inout some RandomNumberGenerator, where isEligible: (Int) -> Bool
    ) -> Int? {
        var total = 0.0
        var last: Int?
        var count = 0
        for place in self.candidates.indices where isEligible(place) {
            total += self.weight(place, conditions)
            last = place
            count += 1
        }
        guard count > 1 else { return last }
        var mark = Double.random(in: 0..<total, using: &random)
        for place in self.candidates.indices where isEligible(place) {
            mark -= self.weight(place, conditions)
            if mark < 0 { return place }
        }
        return last
    }

    private func weight(_ place: Int, _ conditions: [ChannelCondition]) -> Double {
        let doubt = self.condition(place, conditions).errorRate + 0.1
        return self.candidates[place].weight / (doubt * doubt)
    }

    /// The first with a greater id than the one whose turn was last, else the first.
    private func byTurn(where isEligible: (Int) -> Bool) -> Int? {
        let eligible = self.candidates.indices.lazy.filter(isEligible)
        return eligible.first { self.candidates[$0].id > self.lastTurnID } ?? eligible.first
    }

    /// The time in which an answer's first byte is to be expected, failures included; nil = never measured.
    private func latency(_ place: Int, _ conditions: [ChannelCondition]) -> Double? {
        let condition = self.condition(place, conditions)
        // Each failure costs another attempt.
        return condition.firstByteMilliseconds.map { $0 / max(1 - condition.errorRate, 0.01) }
    }
}
