internal import Directory
internal import Logging
internal import ModelRelay
internal import ServiceLifecycle
internal import Wire

/// Tries banned channels with a small request, so that they serve again soon after they could.
struct ChannelRecovery: Service {
    let health: ChannelHealth
    let directory: LiveDirectory
    let tester: any ChannelTester
    let clock: WallClock
    let logger: Logger
    var interval = Duration.seconds(15)

    /// Trials that run at once.
    private static let parallelTrials = 5

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.tryDue()
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    /// Tries every pair whose trial is due now.
    func tryDue() async {
        let due = self.health.takeTrials(at: self.clock.nowMilliseconds())
        guard !due.isEmpty else { return }
        let snapshot = self.directory.current
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for trial in due {
                guard let channel = self.channel(of: trial, in: snapshot) else { continue }
                if running >= Self.parallelTrials { await group.next() } else { running += 1 }
                group.addTask { await self.run(trial, channel) }
            }
        }
    }

    /// - Returns: nil where there is nothing to be tried.
    private func channel(of trial: HealthTrial, in snapshot: Snapshot) -> Channel? {
        guard let served = snapshot.channel(id: trial.channelID), served.channel.status == .enabled,
            served.models.contains(trial.model)
        else {
            self.health.clear(model: trial.model, channelID: trial.channelID, at: self.clock.nowMilliseconds())
            return nil
        }
        guard let config = snapshot.modelConfig(trial.model), TrialRule.allowsTrial(of: config) else {
            self.health.trialIsImpossible(trial)
            return nil
        }
        return served.channel
    }

    private func run(_ trial: HealthTrial, _ channel: Channel) async {
        let result = await self.tester.test(channel: channel, model: trial.model)
        self.logger.debug(
            "a banned channel was tried",
            metadata: ["channel": "\(trial.channelID)", "model": "\(trial.model)", "code": "\(result.code)"])
        self.health.trialEnded(trial, code: Int(result.code), at: self.clock.nowMilliseconds())
    }
}
