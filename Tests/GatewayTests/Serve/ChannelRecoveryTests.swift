import Directory
import Ledger
import Logging
import Testing
import Wire

@testable import Gateway
@testable import ModelRelay

@Suite("Banned channels on their way back")
struct ChannelRecoveryTests {
    private static let now: Int64 = 1_795_305_600_000

    /// Answers with a status.
    private struct Tester: ChannelTester {
        let code: Int64

        func test(channel: Directory.Channel, model: String) async -> ChannelTestResult {
            ChannelTestResult(
                succeeded: 200...299 ~= self.code, code: self.code, response: "", actualModel: model, mode: .chatCompletions,
                tookSeconds: 0, testedAt: 0)
        }
    }

    /// What is known of channel 1 and `m` after its trial was due.
    private func state(
        code: Int64, isEnabled: Bool = true, _ change: (inout ModelConfig) -> Void = { _ in }
    ) async -> ChannelHealthState? {
        let health = ChannelHealth()
        var random = LoopGenerator(seed: 1)
        var rules = HealthRules()
        rules.bansOnNoPermission = true
        health.ended(
            .refused(status: 401), pass: RoutePass(grantedAt: Self.now), model: "m", channelID: 1, rules: rules, at: Self.now,
            using: &random)
        var contents = Snapshot.Contents()
        var channel = Channel(id: 1, type: 1, name: "c", key: "k", createdAt: 0)
        channel.models = ["m"]
        channel.status = isEnabled ? .enabled : .disabled
        contents.channels = [channel]
        var config = ModelConfig(model: "m", createdAt: 0)
        config.type = CallMode.chatCompletions
        change(&config)
        contents.modelConfigs = [config]
        let later = Self.now + 31_000
        let recovery = ChannelRecovery(
            health: health, directory: LiveDirectory(Snapshot(contents)), tester: Tester(code: code), clock: .fixed(later),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        await recovery.tryDue()
        return health.states(at: later).first
    }

    @Test("a trial that goes well lets a channel back")
    func recovers() async { #expect(await self.state(code: 200)?.isBanned == false) }

    @Test("one that fails makes its ban longer", arguments: [0, 401, 500] as [Int64])
    func fails(code: Int64) async throws {
        let state = await self.state(code: code)
        // A ban is five minutes and a tenth more or less; the second is ten.
        #expect(try #require(state?.bannedUntil) > Self.now + 8 * 60_000)
    }

    @Test("a model that costs much to try, or is excluded from tests, isn't tried: its ban stays as it was")
    func untried() async throws {
        let excluded = await self.state(code: 200) { $0.excludeFromTests = true }
        #expect(excluded?.isBanned == true)
        let picture = await self.state(code: 200) { $0.type = CallMode(number: 5) }
        #expect(picture?.isBanned == true)
    }

    @Test("of a channel that is gone, or disabled, nothing is held against it any more")
    func gone() async { #expect(await self.state(code: 500, isEnabled: false)?.isBanned == false) }
}
