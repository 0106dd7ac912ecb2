import Directory
import TestSupport
import Testing

@testable import ModelRelay

@Suite("The way over channels and models")
struct RouteWalkTests {
    /// Walks until it ends or an attempt succeeds.
    struct Traveller {
        var walk: RouteWalk
        let health = DecidedConditions()
        var now: Int64 = 0
        var random = SeededGenerator(seed: 5)
        var waits: [Int64] = []
        /// `model/channel`, in order.
        var asked: [String] = []
        var ended: Int64?
        var isAnswered = false

        init(_ legs: [RouteWalk.Leg], retryTimes: Int64 = 3, latest: Int64 = 600_000) {
            self.walk = RouteWalk(legs, retryTimes: retryTimes, latest: latest)
        }

        mutating func run(took: Int64 = 0, _ outcome: (RouteWalk.Attempt) -> AttemptOutcome) {
            while true {
                switch self.walk.next(self.health, at: self.now, using: &self.random) {
                case .attempt(let attempt):
                    self.asked.append("\(attempt.model)/\(attempt.candidate.id)")
                    self.now += took
                    let outcome = outcome(attempt)
                    guard outcome != .succeeded else {
                        self.isAnswered = true
                        return
                    }
                    self.walk.failed(attempt, outcome, at: self.now, using: &self.random)
                case .wait(let milliseconds):
                    self.waits.append(milliseconds)
                    self.now += milliseconds
                case .end(let retryAfter):
                    self.ended = retryAfter
                    return
                }
            }
        }
    }

    private func leg(
        _ model: String, _ priorities: [Int64] = [0], retryTimes: Int64 = 0, budget: Int64? = nil,
        strategy: RoutingStrategy = .tiers
    ) throws -> RouteWalk.Leg {
        RouteWalk.Leg(
            model: model, choice: RouteChoice(try RoutingWorld.candidates(priorities), strategy: strategy),
            retryTimes: retryTimes, budgetMilliseconds: budget)
    }

    @Test("Another channel after a failure, then the first again, as long as there are attempts")
    func attempts() throws {
        var traveller = Traveller([try self.leg("a", [3, 2], retryTimes: 4)])
        traveller.run { _ in .cut }
        #expect(traveller.asked == ["a/1", "a/2", "a/1", "a/1", "a/1"])
        #expect(traveller.waits.isEmpty)
        #expect(traveller.walk.failures == 5)
    }

    @Test(
        "The operator's setting counts where the model names no number", arguments: [(0, 1), (3, 4), (-1, 1)] as [(Int64, Int)])
    func setting(retryTimes: Int64, attempts: Int) throws {
        var traveller = Traveller([try self.leg("a")], retryTimes: retryTimes)
        traveller.run { _ in .unreachable }
        #expect(traveller.asked.count == attempts)
    }

    @Test(
        "A fault of the request ends the way; a client that left, too",
        arguments: [.refused(status: 400), .refused(status: 451), .clientGone] as [AttemptOutcome])
    func notElsewhere(outcome: AttemptOutcome) throws {
        var traveller = Traveller([try self.leg("a", [1, 2]), try self.leg("b")])
        traveller.run { _ in outcome }
        #expect(traveller.asked == ["a/2"])
    }

    @Test("Channels without permission cost no attempt and aren't asked again")
    func noPermission() throws {
        var traveller = Traveller([try self.leg("a", [9, 8, 7, 6, 5])], retryTimes: 1)
        traveller.run { $0.candidate.id <= 4 ? .refused(status: 401) : .cut }
        #expect(traveller.asked == ["a/1", "a/2", "a/3", "a/4", "a/5", "a/5"])
    }

    @Test("The same channel after 429 and 503: failures times a second and up to one more, at most five")
    func pauses() throws {
        var traveller = Traveller([try self.leg("a")], retryTimes: 7)
        traveller.run { _ in .refused(status: 429) }
        #expect(traveller.asked.count == 8)
        for (index, wait) in traveller.waits.enumerated() {
            let least = min(Int64(index + 1) * 1000, 5000)
            #expect((least...least + 2000).contains(wait))
            #expect(wait <= 6000)
        }
        #expect(traveller.waits.count == 7)
    }

    @Test("No attempt begins behind the last moment")
    func deadline() throws {
        var traveller = Traveller([try self.leg("a", [1, 1, 1, 1])], retryTimes: 100, latest: 2500)
        traveller.run(took: 1000) { _ in .timedOut }
        #expect(traveller.asked.count == 3)
        #expect(traveller.now == 3000)
    }

    @Test("Where all channels of a model failed those of the next are tried, rather than waiting")
    func fallback() throws {
        var traveller = Traveller([try self.leg("a", [2, 1]), try self.leg("b"), try self.leg("c", [1, 1])])
        traveller.run { $0.model == "c" ? .succeeded : .refused(status: 503) }
        #expect(traveller.asked.prefix(2) == ["a/1", "a/2"])
        #expect(traveller.asked.dropFirst(2).first == "b/1")
        #expect(traveller.asked.last?.hasPrefix("c/") == true)
        #expect(traveller.asked.count == 4)
        #expect(traveller.waits.isEmpty)
        #expect(traveller.isAnswered && traveller.walk.isFallback)
    }

    @Test("The next model is tried when the attempts or the time for the first are spent")
    func budget() throws {
        var traveller = Traveller([try self.leg("a", [3, 2, 1], retryTimes: 1), try self.leg("b")])
        traveller.run { $0.model == "b" ? .succeeded : .cut }
        #expect(traveller.asked == ["a/1", "a/2", "b/1"])
        var slow = Traveller([try self.leg("a", [3, 2, 1], budget: 1500), try self.leg("b")])
        slow.run(took: 1000) { $0.model == "b" ? .succeeded : .timedOut }
        #expect(slow.asked == ["a/1", "a/2", "b/1"])
    }

    @Test("Where every channel is closed for long the client is told for how long")
    func closed() throws {
        var traveller = Traveller([try self.leg("a", [1, 1]), try self.leg("b")])
        traveller.health.byModel = [
            "a": [1: .init(closedUntil: 90_000), 2: .init(closedUntil: 40_000)], "b": [1: .init(closedUntil: 70_000)],
        ]
        traveller.run { _ in .succeeded }
        #expect(traveller.asked.isEmpty)
        #expect(traveller.ended == 40_000)
    }

    @Test("Where another request took the last permit the channel counts as banned")
    func permit() throws {
        var traveller = Traveller([try self.leg("a", [9, 1])])
        traveller.health.byModel = ["a": [1: .init(standing: .probation)]]
        traveller.health.permits = 0
        traveller.run { $0.pass.kind == .ordinary ? .succeeded : .cut }
        #expect(traveller.asked == ["a/2"])
    }

    @Test("With no channel at all it ends")
    func nothing() throws {
        var traveller = Traveller([try self.leg("a", [])])
        traveller.run { _ in .succeeded }
        #expect(traveller.asked.isEmpty && traveller.ended == nil && !traveller.isAnswered)
        var empty = Traveller([])
        empty.run { _ in .succeeded }
        #expect(empty.asked.isEmpty)
    }

    /// Thousands of requests against channels that come and go, by the real health: the sum of what the rooms promise.
    @Test(
        "Over a day of failures every way ends, bans are kept, and a sound channel is found", arguments: 0..<20 as Range<UInt64>)
    func day(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let health = ChannelHealth(policy: HealthPolicy(), shards: 1, maximumPairs: 50) { _ in }
        var rules = HealthRules()
        rules.maximumErrorRate = 0.5
        rules.bansOnNoPermission = true
        let candidates = try RoutingWorld.candidates([10, 30, -1])
        var now: Int64 = 1_000_000
        // What each channel does at the moment.
        var moods: [AttemptOutcome] = [.succeeded, .succeeded, .succeeded]
        var answered = 0
        for request in 0..<1500 {
            now += Int64.random(in: 0..<60_000, using: &random)
            if request % 40 == 0 {
                moods = moods.map { _ in
                    [.succeeded, .succeeded, .cut, .refused(status: 401)].randomElement(using: &random) ?? .cut
                }
            }
            for trial in health.takeTrials(at: now) {
                let mood = moods[Int(trial.channelID) - 1]
                health.trialEnded(trial, code: mood == .succeeded ? 200 : 500, at: now)
            }
            var walk = RouteWalk(
                [.init(model: "gpt", choice: RouteChoice(candidates), retryTimes: 3)], retryTimes: 0, latest: now + 60_000)
            var steps = 0
            var isAnswered = false
            walking: while true {
                steps += 1
                #expect(steps < 20)
                switch walk.next(health, at: now, using: &random) {
                case .attempt(let attempt):
                    let id = attempt.candidate.id
                    let states = health.states(at: now)
                    if states.first(where: { $0.channelID == id })?.isBanned == true {
                        #expect(attempt.pass.kind == .forced)
                    }
                    let outcome = moods[Int(id) - 1]
                    health.ended(outcome, pass: attempt.pass, model: "gpt", channelID: id, rules: rules, at: now, using: &random)
                    if outcome == .succeeded {
                        isAnswered = true
                        break walking
                    }
                    walk.failed(attempt, outcome, at: now, using: &random)
                case .wait(let milliseconds): now += milliseconds
                case .end: break walking
                }
            }
            // Three retries are enough for three channels.
            #expect(isAnswered == moods.contains(.succeeded))
            if isAnswered { answered += 1 }
        }
        #expect(answered > 0)
        #expect(health.count == 3)
    }
}
