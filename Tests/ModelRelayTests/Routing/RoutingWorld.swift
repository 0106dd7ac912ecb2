import Directory
import TestSupport
import Testing
import Wire

@testable import ModelRelay

/// Candidates, and conditions that a test decides.
enum RoutingWorld {
    /// Channels with those priorities and the ids 1, 2 ..., as candidates for `gpt`.
    static func candidates(
        _ priorities: [Int64], _ change: (inout Channel) -> Void = { _ in }
    ) throws -> [RouteCandidate] {
        var contents = Snapshot.Contents()
        contents.channels = priorities.enumerated().map {
            var channel = Upstreams.fake(Int64($0.offset + 1), priority: $0.element)
            change(&channel)
            return channel
        }
        let snapshot = Snapshot(contents)
        return try priorities.indices.map { RouteCandidate(try #require(snapshot.channel(id: Int64($0 + 1))), model: "gpt") }
    }

    /// How often each is the first choice in 20,000, as shares.
    static func shares(
        _ candidates: [RouteCandidate], _ strategy: RoutingStrategy = .weighted, conditions: [ChannelCondition] = [],
        preferred: Int64? = nil
    ) throws -> [Double] {
        var random = SeededGenerator(seed: 42)
        var counts = Array(repeating: 0.0, count: candidates.count)
        var turn: Int64?
        for _ in 0..<20_000 {
            let choice = RouteChoice(candidates, strategy: strategy, preferred: preferred, lastTurn: turn)
            guard case .call(let place, _) = choice.next(conditions, at: 0, latest: 0, using: &random) else { continue }
            counts[place] += 1
            turn = candidates[place].id
        }
        return counts.map { $0 / 20_000 }
    }

}

/// Conditions by model and channel that a test decides.
final class DecidedConditions: RouteConditions {
    var byModel: [String: [Int64: ChannelCondition]] = [:]
    var permits = Int.max

    func conditions(
        ofModel model: String, candidates: [RouteCandidate], needsLatency: Bool, at now: Int64
    ) -> [ChannelCondition] {
        guard let known = self.byModel[model] else { return [] }
        return candidates.map { known[$0.id] ?? .sound }
    }

    func takePermit(model: String, channelID: Int64, at now: Int64) -> Bool {
        self.permits -= 1
        return self.permits >= 0
    }
}
