import Directory
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("The choice of a route")
struct RouteChoiceTests {
    private func isNear(_ shares: [Double], _ expected: [Double]) -> Bool {
        shares.count == expected.count && zip(shares, expected).allSatisfy { abs($0 - $1) < 0.02 }
    }

    @Test(
        "The priority is a weight, 0 weighs 10, and a negative one is a backup's",
        arguments: [
            ([10, 10], [0.5, 0.5]), ([0, 10], [0.5, 0.5]), ([1, 3], [0.25, 0.75]), ([0, 30, 60], [0.1, 0.3, 0.6]),
            ([-1, 5, -100], [0, 1, 0]), ([-1, -3], [0.25, 0.75]), ([.max, .max, .min], [0.5, 0.5, 0]),
        ] as [([Int64], [Double])])
    func weights(priorities: [Int64], shares: [Double]) throws {
        #expect(self.isNear(try RoutingWorld.shares(try RoutingWorld.candidates(priorities)), shares))
    }

    @Test("The weight is divided by the square of the error rate and a tenth")
    func errorRates() throws {
        let candidates = try RoutingWorld.candidates([10, 10, 30])
        let conditions = [0, 0.1, 0.4].map { ChannelCondition(errorRate: $0) }
        // 10 / 0.01, 10 / 0.04, 30 / 0.25
        let weights = [1000, 250, 120.0]
        #expect(self.isNear(try RoutingWorld.shares(candidates, conditions: conditions), weights.map { $0 / 1370 }))
    }

    @Test("Tiers: the highest that can be asked, and within it by error rate")
    func tiers() throws {
        let candidates = try RoutingWorld.candidates([1, 20, 20, 0, -5])
        #expect(self.isNear(try RoutingWorld.shares(candidates, .tiers), [0, 0.5, 0.5, 0, 0]))
        let banned = ChannelCondition(standing: .banned)
        #expect(self.isNear(try RoutingWorld.shares(candidates, .tiers, conditions: [.sound, banned, banned]), [0, 0, 0, 1, 0]))
        #expect(
            self.isNear(
                try RoutingWorld.shares(candidates, .tiers, conditions: [.sound, .sound, ChannelCondition(errorRate: 0.9)]),
                [0, 1, 0, 0, 0]))
    }

    @Test("Round robin: one after the other, whatever their priorities, leaving out what can't be asked")
    func roundRobin() throws {
        let candidates = try RoutingWorld.candidates([1, 100, 7, -1])
        #expect(self.isNear(try RoutingWorld.shares(candidates, .roundRobin), [1.0 / 3, 1.0 / 3, 1.0 / 3, 0]))
        let conditions = [ChannelCondition.sound, ChannelCondition(standing: .banned)]
        #expect(self.isNear(try RoutingWorld.shares(candidates, .roundRobin, conditions: conditions), [0.5, 0, 0.5, 0]))
    }

    @Test("Least latency: the quickest and those as quick; one in twenty by chance; what was never measured is asked")
    func leastLatency() throws {
        let candidates = try RoutingWorld.candidates([0, 0, 0, 0])
        func condition(_ milliseconds: Double?, _ errorRate: Double = 0) -> ChannelCondition {
            ChannelCondition(errorRate: errorRate, firstByteMilliseconds: milliseconds)
        }
        let known = [condition(100), condition(105), condition(300), condition(2000)]
        #expect(
            self.isNear(try RoutingWorld.shares(candidates, .leastLatency, conditions: known), [0.4875, 0.4875, 0.0125, 0.0125]))
        let failing = [condition(100, 0.8), condition(300), condition(400), condition(nil)]
        let shares = try RoutingWorld.shares(candidates, .leastLatency, conditions: failing)
        #expect(shares[1] > 0.45 && shares[3] > 0.45)
        #expect(shares[0] < 0.02, "half a second is to be expected of one that fails four times in five")
        #expect(shares.allSatisfy { $0 > 0 })
    }

    @Test("Least cost: the cheapest by the channels' configurations; where none says it, by weight")
    func leastCost() throws {
        func candidates(_ costs: [JSON?]) throws -> [RouteCandidate] {
            try RoutingWorld.candidates(costs.map { _ in 0 }) { channel in
                guard let cost = costs[Int(channel.id) - 1] else { return }
                channel.configs = JSONObject([("cost", cost)])
            }
        }
        #expect(self.isNear(try RoutingWorld.shares(candidates([2, 1.5, nil, 1.5]), .leastCost), [0, 0.5, 0, 0.5]))
        #expect(self.isNear(try RoutingWorld.shares(candidates([nil, nil]), .leastCost), [0.5, 0.5]))
        #expect(self.isNear(try RoutingWorld.shares(candidates([["gpt": 3, "*": 1], ["gp*": 2]]), .leastCost), [0, 1]))
        #expect(self.isNear(try RoutingWorld.shares(candidates(["free", -1, 4]), .leastCost), [0, 0, 1]))
    }

    @Test(
        "The channel that holds the prompt's cache is preferred, but not where it is banned, failing, closed, let back, or a backup"
    )
    func affinity() throws {
        let candidates = try RoutingWorld.candidates([10, 1, -1])
        func first(_ preferred: Int64, _ condition: ChannelCondition = .sound, _ strategy: RoutingStrategy = .weighted) -> Int? {
            var conditions = Array(repeating: ChannelCondition.sound, count: 3)
            conditions[Int(preferred) - 1] = condition
            var random = SeededGenerator(seed: 1)
            let choice = RouteChoice(candidates, strategy: strategy, preferred: preferred)
            guard case .call(let place, _) = choice.next(conditions, at: 0, latest: 0, using: &random) else { return nil }
            return place
        }
        #expect(first(2) == 1)
        #expect(first(2, ChannelCondition(errorRate: 0.8)) == 1)
        #expect(first(2, .init(standing: .banned)) == 0)
        #expect(first(1, .init(standing: .banned)) == 1)
        #expect(first(2, .init(errorRate: 0.9)) == 0)
        #expect(first(2, .init(closedUntil: 1)) == 0)
        #expect(first(3) != 2)
        #expect(first(2, .sound, .tiers) == 0)
        #expect(first(1, .sound, .tiers) == 0)
        // On probation it is one like others, not preferred.
        let shares = try RoutingWorld.shares(candidates, conditions: [.sound, .init(standing: .probation)], preferred: 2)
        #expect(self.isNear(shares, [10.0 / 11, 1.0 / 11, 0]))
    }

    @Test("First the error rate counts no more, then bans don't; backups come before either")
    func relaxations() throws {
        let candidates = try RoutingWorld.candidates([0, 0, -1, -1])
        var conditions = [
            ChannelCondition(standing: .banned), .init(errorRate: 0.9), .init(errorRate: 0.86),
            ChannelCondition(standing: .banned),
        ]
        var choice = RouteChoice(candidates)
        var random = SeededGenerator(seed: 1)
        func next() -> RouteChoice.Pick {
            let pick = choice.next(conditions, at: 0, latest: 0, using: &random)
            if case .call(let place, _) = pick { choice.failed(place, isLasting: true, pause: 0, at: 0) }
            return pick
        }
        #expect(next() == .call(1, RoutePass(grantedAt: 0)))
        conditions[2].errorRate = 0.2
        #expect(next() == .call(2, RoutePass(grantedAt: 0)))
        #expect(next() == .call(0, RoutePass(kind: .forced, grantedAt: 0)))
        #expect(next() == .call(3, RoutePass(kind: .forced, grantedAt: 0)))
        #expect(next() == .exhausted(opensAt: nil))
    }

    @Test("A pinned channel is tried alone, banned or closed though it be, and again on itself unless it refused its credential")
    func pinned() throws {
        let candidate = try RoutingWorld.candidates([-1])[0]
        var random = SeededGenerator(seed: 1)
        var choice = RouteChoice(pinned: candidate)
        let conditions = [ChannelCondition(standing: .banned, errorRate: 1, closedUntil: 500)]
        let forced = RoutePass(kind: .forced, grantedAt: 0)
        #expect(choice.next(conditions, at: 0, latest: 9000, using: &random) == .call(0, forced))
        choice.failed(0, isLasting: false, pause: 1200, at: 0)
        #expect(choice.next(conditions, at: 0, latest: 9000, using: &random) == .wait(until: 1200))
        #expect(choice.next(conditions, at: 0, latest: 1000, using: &random) == .exhausted(opensAt: 500))
        choice.failed(0, isLasting: true, pause: 0, at: 0)
        #expect(choice.next(conditions, at: 5000, latest: 9000, using: &random) == .exhausted(opensAt: nil))
    }

    @Test("Where all were tried the one with the lowest error rate is asked again, after its pause")
    func again() throws {
        var random = SeededGenerator(seed: 1)
        var choice = RouteChoice(try RoutingWorld.candidates([0, 0, 0, 0]))
        let conditions = [0.5, 0.2, 0.1, 0.9].map { ChannelCondition(errorRate: $0) }
        choice.failed(0, isLasting: false, pause: 0, at: 0)
        choice.failed(1, isLasting: false, pause: 1500, at: 0)
        choice.failed(2, isLasting: true, pause: 0, at: 0)
        choice.failed(3, isLasting: false, pause: 0, at: 0)
        #expect(choice.next(conditions, at: 0, latest: 60_000, using: &random) == .wait(until: 1500))
        #expect(choice.next(conditions, at: 1500, latest: 60_000, using: &random) == .call(1, RoutePass(grantedAt: 1500)))
        #expect(choice.next(conditions, at: 0, latest: 1000, using: &random) == .call(0, RoutePass(grantedAt: 0)))
        let worse = [0.9, 0.9, 0.1, 0.9].map { ChannelCondition(errorRate: $0) }
        #expect(choice.next(worse, at: 0, latest: 60_000, using: &random) == .exhausted(opensAt: nil))
    }

    @Test("A closed channel is waited for if that is short, or if this request closed it; else the time is told")
    func closed() throws {
        var random = SeededGenerator(seed: 1)
        var choice = RouteChoice(try RoutingWorld.candidates([0, 0]))
        func next(_ first: Int64, _ second: Int64, at now: Int64 = 0) -> RouteChoice.Pick {
            choice.next(
                [.init(closedUntil: first), .init(closedUntil: second)], at: now, latest: now + 60_000, using: &random)
        }
        #expect(next(100, 0) == .call(1, RoutePass(grantedAt: 0)))
        #expect(next(4000, 3000) == .wait(until: 3000))
        #expect(next(40_000, 30_000) == .exhausted(opensAt: 30_000))
        choice.failed(0, isLasting: false, pause: 1000, at: 0)
        #expect(next(40_000, 30_000) == .wait(until: 40_000))
        #expect(next(90_000, 70_000) == .exhausted(opensAt: 70_000))
        #expect(next(40_000, 30_000, at: 30_000) == .call(1, RoutePass(grantedAt: 30_000)))
    }

    @Test(
        "Whatever the conditions: never a banned channel while another is usable, never a closed one, never one that failed while one is left",
        arguments: 0..<200 as Range<UInt64>)
    func property(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...7, using: &random)
        let candidates = try RoutingWorld.candidates((0..<count).map { _ in Int64.random(in: -20...20, using: &random) })
        for round in 0..<30 {
            let strategy = RoutingStrategy.allCases[round % RoutingStrategy.allCases.count]
            var choice = RouteChoice(
                candidates, strategy: strategy,
                preferred: Bool.random(using: &random) ? Int64.random(in: 1...7, using: &random) : nil,
                lastTurn: Bool.random(using: &random) ? Int64.random(in: 1...7, using: &random) : nil)
            let conditions = candidates.map { _ in
                ChannelCondition(
                    standing: [.serving, .probation, .banned].randomElement(using: &random) ?? .serving,
                    errorRate: [0, 0, 0.3, 0.85, 0.86, 1].randomElement(using: &random) ?? 0,
                    closedUntil: [0, 0, 100, 100_000].randomElement(using: &random) ?? 0,
                    firstByteMilliseconds: Bool.random(using: &random) ? Double.random(in: 1...1000, using: &random) : nil)
            }
            var left = Set(candidates.indices.filter { conditions[$0].closedUntil == 0 })
            while !left.isEmpty {
                guard case .call(let place, let pass) = choice.next(conditions, at: 50, latest: 50, using: &random) else {
                    Issue.record("none chosen of \(left)")
                    return
                }
                let condition = conditions[place]
                #expect(left.contains(place))
                func isAny(_ holds: (Int) -> Bool) -> Bool { left.contains(where: holds) }
                let usable = { (place: Int) in conditions[place].standing != .banned }
                let sound = { (place: Int) in usable(place) && conditions[place].errorRate <= 0.85 }
                if condition.standing == .banned { #expect(!isAny(usable)) }
                if condition.errorRate > 0.85 { #expect(!isAny(sound)) }
                if candidates[place].isBackup, sound(place) { #expect(!isAny { sound($0) && !candidates[$0].isBackup }) }
                if strategy == .tiers, sound(place) {
                    #expect(!isAny { sound($0) && candidates[$0].tier > candidates[place].tier })
                }
                #expect(
                    pass.kind
                        == (condition.standing == .serving ? .ordinary : condition.standing == .probation ? .permit : .forced))
                choice.failed(place, isLasting: true, pause: 0, at: 50)
                left.remove(place)
            }
            #expect({ if case .call = choice.next(conditions, at: 50, latest: 50, using: &random) { false } else { true } }())
        }
    }
}
