import Directory
import Ledger
import Synchronization
import TestSupport
import Testing

@testable import ModelRelay

@Suite("The health of all channels")
struct ChannelHealthTests {
    private static func rules(_ change: (inout HealthRules) -> Void = { _ in }) -> HealthRules {
        var rules = HealthRules()
        rules.maximumErrorRate = 0.5
        change(&rules)
        return rules
    }

    private static func fail(
        _ health: ChannelHealth, _ model: String, _ channel: Int64, times: Int = 10, at now: Int64 = 1000,
        _ outcome: AttemptOutcome = .cut
    ) {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<times {
            health.ended(
                outcome, pass: RoutePass(grantedAt: now), model: model, channelID: channel, rules: Self.rules(), at: now,
                using: &random)
        }
    }

    @Test("As long as nothing is held against a channel a choice gets no conditions; then one for each candidate")
    func conditions() throws {
        let health = ChannelHealth()
        let candidates = try RoutingWorld.candidates([0, 0])
        func conditions(at now: Int64) -> [ChannelCondition] {
            health.conditions(ofModel: "gpt", candidates: candidates, needsLatency: false, at: now)
        }
        Self.fail(health, "gpt", 1, times: 50, .succeeded)
        #expect(conditions(at: 1000).isEmpty)
        Self.fail(health, "gpt", 2, times: 1)
        #expect(conditions(at: 1000).map(\.errorRate) == [0, 0])
        #expect(conditions(at: 125_000).isEmpty, "what was counted is gone")
        Self.fail(health, "gpt", 2)
        #expect(conditions(at: 125_000).map(\.standing) == [.serving, .banned])
        health.clear(channelID: 2, at: 125_000)
        #expect(conditions(at: 125_000).isEmpty)
    }

    @Test("A channel is banned for one model, and the operator sees it and lifts it")
    func operatorView() throws {
        let health = ChannelHealth()
        Self.fail(health, "gpt:4o", 1)
        Self.fail(health, "gpt:4o", 2, times: 3, .refused(status: 400))
        Self.fail(health, "embed", 1, times: 4, .succeeded)
        let states = health.states(at: 2000)
        #expect(states.map(\.model) == ["embed", "gpt:4o", "gpt:4o"])
        #expect(states.map(\.isBanned) == [false, true, false])
        #expect(states.map(\.requests) == [4, 10, 3])
        #expect(states.map(\.errors) == [0, 10, 0])
        #expect(states[1].banReason == .errorRate)
        #expect(try #require(states[1].bannedUntil) > 2000)
        health.clear(model: "gpt:4o", channelID: 1, at: 2000)
        #expect(health.states(at: 2000).allSatisfy { !$0.isBanned && $0.errors == 0 })
    }

    @Test("The operator is told outside of the lock, so that what is told may look at the state")
    func notices() {
        struct Told: Sendable { var notices: [HealthNotice] = [] }
        let told = Mutex(Told())
        let seen = Mutex<ChannelHealth?>(nil)
        let health = ChannelHealth { notice in
            let isBanned = seen.withLock { $0 }?.states(at: 1000).contains { $0.isBanned } ?? false
            #expect(isBanned)
            told.withLock { $0.notices.append(notice) }
        }
        seen.withLock { $0 = health }
        Self.fail(health, "gpt", 5)
        seen.withLock { $0 = nil }
        #expect(told.withLock { $0.notices.map(\.channelID) } == [5])
        #expect(told.withLock { $0.notices.map(\.errorRate) } == [1])
    }

    @Test("Trials are due for banned pairs only, as many as are asked for, each once")
    func trials() {
        let health = ChannelHealth()
        for channel in 1...30 as ClosedRange<Int64> {
            Self.fail(health, "model-\(channel % 7)", channel, times: channel % 3 == 0 ? 10 : 9)
        }
        #expect(health.takeTrials(at: 2000).isEmpty)
        let first = health.takeTrials(at: 40_000, limit: 4)
        let second = health.takeTrials(at: 40_000)
        #expect(first.count == 4)
        #expect(Set((first + second).map(\.channelID)) == [3, 6, 9, 12, 15, 18, 21, 24, 27, 30])
        #expect(first.count + second.count == 10)
        for trial in first { health.trialEnded(trial, code: 200, at: 41_000) }
        for trial in second { health.trialEnded(trial, code: 500, at: 41_000) }
        #expect(health.states(at: 41_000).count { $0.isBanned } == 6)
        health.trialEnded(HealthTrial(model: "gone", channelID: 99), code: 200, at: 41_000)
    }

    @Test("Pictures, speech and videos are never tried, nor what the operator excludes")
    func allowed() {
        func config(_ type: Int64, isExcluded: Bool = false) -> ModelConfig {
            var config = ModelConfig(model: "m", createdAt: 0)
            config.type = .init(number: type)
            config.excludeFromTests = isExcluded
            return config
        }
        let allowed = (0...40 as ClosedRange<Int64>).filter { TrialRule.allowsTrial(of: config($0)) }
        #expect(allowed == [1, 2, 3, 4, 10, 12, 16, 21])
        #expect(!TrialRule.allowsTrial(of: config(1, isExcluded: true)))
    }

    @Test("No table grows without bound, and bans are the last that is forgotten")
    func bounded() {
        var table = HealthTable(maximumPairs: 100)
        var random = SeededGenerator(seed: 3)
        var rules = HealthRules()
        rules.bansOnNoPermission = true
        for channel in 0..<20 as Range<Int64> {
            _ = table.ended(
                .refused(status: 401), pass: RoutePass(grantedAt: 0), model: "m", channelID: channel, rules: rules,
                retryAfterMilliseconds: nil, at: 0, using: &random)
        }
        for channel in 1000..<20_000 as Range<Int64> {
            _ = table.ended(
                .succeeded, pass: RoutePass(grantedAt: 0), model: "m\(channel % 11)", channelID: channel, rules: rules,
                retryAfterMilliseconds: nil, at: 0, using: &random)
            #expect(table.count <= 100)
        }
        #expect(table.states(at: 0).count { $0.isBanned } == 20)
    }

    @Test("What was not used for a quarter of an hour makes room before the table is full")
    func forgotten() {
        var table = HealthTable(maximumPairs: 10_000)
        var random = SeededGenerator(seed: 3)
        for channel in 0..<5000 as Range<Int64> {
            let now = channel * 10_000
            _ = table.ended(
                .cut, pass: RoutePass(grantedAt: now), model: "m", channelID: channel, rules: HealthRules(),
                retryAfterMilliseconds: nil, at: now, using: &random)
        }
        // 90 are used within a quarter of an hour; two are looked at for each that comes.
        #expect(table.count < 200)
    }

    @Test("Many threads at once: nothing is lost of what is counted")
    func threads() async {
        let health = ChannelHealth(policy: HealthPolicy(), shards: 2, maximumPairs: 1000) { _ in }
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 as Range<Int64> {
                group.addTask {
                    var random = SeededGenerator(seed: UInt64(task))
                    for index in 0..<500 as Range<Int64> {
                        health.ended(
                            index % 4 == 0 ? .cut : .succeeded, pass: RoutePass(grantedAt: 1000), model: "m\(index % 5)",
                            channelID: index % 3, rules: HealthRules(), at: 1000, using: &random)
                        health.measured(firstByteMilliseconds: 10, model: "m\(index % 5)", channelID: index % 3, at: 1000)
                    }
                }
            }
        }
        let states = health.states(at: 1000)
        #expect(states.count == 15)
        #expect(states.reduce(0) { $0 + $1.requests } == 4000)
        #expect(states.reduce(0) { $0 + $1.errors } == 1000)
        #expect(states.allSatisfy { $0.firstByteMilliseconds == 10 })
    }
}
