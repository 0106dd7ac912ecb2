import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import Outbound

private final class Member: Ticking {
    var tickerIndex = -1
    private(set) var ticks: [NIODeadline] = []
    var onTick: (() -> Void)?

    func tick(now: NIODeadline) {
        self.ticks.append(now)
        self.onTick?()
    }
}

@Suite("Coarse deadlines")
struct LoopTickerTests {
    private let eventLoop = EmbeddedEventLoop()

    private func ticker(of count: Int) -> (LoopTicker, [Member]) {
        let ticker = LoopTicker(eventLoop: self.eventLoop)
        let members = (0..<count).map { _ in Member() }
        for member in members { ticker.register(member) }
        return (ticker, members)
    }

    @Test("Members are asked ten times a second, with the time of their event loop")
    func ticks() {
        let (_, members) = self.ticker(of: 3)
        self.eventLoop.advanceTime(by: .milliseconds(99))
        #expect(members.allSatisfy { $0.ticks.isEmpty })
        self.eventLoop.advanceTime(by: .milliseconds(1))
        self.eventLoop.advanceTime(by: .milliseconds(200))
        let expected = [100, 200, 300].map { NIODeadline.uptimeNanoseconds($0 * 1_000_000) }
        for member in members { #expect(member.ticks == expected) }
    }

    @Test("One that left is not asked any more; the others are")
    func unregister() {
        let (ticker, members) = self.ticker(of: 4)
        ticker.unregister(members[1])
        ticker.unregister(members[1])
        ticker.unregister(members[3])
        self.eventLoop.advanceTime(by: .milliseconds(100))
        #expect(members.map(\.ticks.count) == [1, 0, 1, 0])
        ticker.register(members[1])
        self.eventLoop.advanceTime(by: .milliseconds(100))
        #expect(members.map(\.ticks.count) == [2, 1, 2, 0])
    }

    @Test("One that is registered twice is asked once")
    func twice() {
        let (ticker, members) = self.ticker(of: 2)
        ticker.register(members[0])
        self.eventLoop.advanceTime(by: .milliseconds(100))
        #expect(members.map(\.ticks.count) == [1, 1])
    }

    @Test("Without members the timer rests; the next member starts it again")
    func rest() {
        let (ticker, members) = self.ticker(of: 1)
        ticker.unregister(members[0])
        self.eventLoop.advanceTime(by: .seconds(1))
        ticker.register(members[0])
        self.eventLoop.advanceTime(by: .milliseconds(100))
        #expect(members[0].ticks.count == 1)
    }

    @Test(
        "Members that leave, or make others leave, while they are asked keep nobody from being asked",
        arguments: [1, 2, 3] as [UInt64])
    func leaving(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (ticker, members) = self.ticker(of: 40)
        var gone: Set<Int> = []
        for (index, member) in members.enumerated() where Bool.random(using: &random) {
            let victims = [index, Int.random(in: 0..<40, using: &random)].shuffled(using: &random)
            member.onTick = {
                for victim in victims {
                    ticker.unregister(members[victim])
                    gone.insert(victim)
                }
            }
        }
        self.eventLoop.advanceTime(by: .milliseconds(100))
        for (index, member) in members.enumerated() where !gone.contains(index) { #expect(!member.ticks.isEmpty) }
        let before = members.map(\.ticks.count)
        for member in members { member.onTick = nil }
        self.eventLoop.advanceTime(by: .milliseconds(100))
        for (index, member) in members.enumerated() {
            #expect(member.ticks.count - before[index] == (gone.contains(index) ? 0 : 1))
        }
    }
}
