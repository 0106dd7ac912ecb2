internal import Directory
internal import Ledger
internal import ModelRelay
internal import NIOCore
internal import Wire

/// Tests channels over the relay of one of the event loops.
struct RelayChannelTester: ChannelTester {
    let hotSides: HotSides
    let clock: WallClock

    func test(channel: Directory.Channel, model: String) async -> ChannelTestResult {
        let now = self.clock.nowMilliseconds()
        do {
            let result = try await self.hotSides.onSomeLoop { loop in
                loop.relay.probe(channel, model: model, requestID: loop.nextID(now: now))
            }
            return ChannelTestResult(
                succeeded: result.isSuccess, code: Int64(result.code), response: result.response,
                actualModel: result.upstreamModel,
                mode: .chatCompletions, tookSeconds: Double(result.duration.nanoseconds) / 1e9, testedAt: now)
        } catch {
            return ChannelTestResult(
                succeeded: false, code: 0, response: "the server is stopping", actualModel: model, mode: .chatCompletions,
                tookSeconds: 0, testedAt: now)
        }
    }
}
