internal import Directory
internal import Ledger
internal import ModelRelay
internal import NIOCore
internal import Wire

/// Tests channels over the relay of one of the event loops.
struct RelayChannelTester: ChannelTester {
    let hotSides: HotSides
    let directory: LiveDirectory
    let clock: WallClock

    func test(channel: Directory.Channel, model: String) async -> ChannelTestResult {
        let now = self.clock.nowMilliseconds()
        let kind = self.directory.current.modelConfig(model).flatMap { TrialRule.kind(of: $0) } ?? .chatCompletions
        do {
            let result = try await self.hotSides.onSomeLoop { loop in
                loop.relay.probe(channel, model: model, kind: kind, requestID: loop.nextID(now: now))
            }
            return ChannelTestResult(
                succeeded: result.isSuccess, code: Int64(result.code), response: result.response,
                actualModel: result.upstreamModel,
                mode: kind.mode, tookSeconds: Double(result.duration.nanoseconds) / 1e9, testedAt: now)
        } catch {
            return ChannelTestResult(
                succeeded: false, code: 0, response: "the server is stopping", actualModel: model, mode: kind.mode,
                tookSeconds: 0, testedAt: now)
        }
    }
}
