import Directory
import TestSupport
import Testing

@testable import ModelRelay

@Suite("The choice of a channel")
struct ChannelChoiceTests {
    private func channels(_ priorities: [Int64]) throws -> [ServedChannel] {
        var contents = Snapshot.Contents()
        contents.channels = priorities.enumerated().map { Upstreams.fake(Int64($0.offset + 1), priority: $0.element) }
        let snapshot = Snapshot(contents)
        return try priorities.indices.map { try #require(snapshot.channel(id: Int64($0 + 1))) }
    }

    /// How often each is the first choice in 20,000.
    private func firsts(_ priorities: [Int64]) throws -> [Int] {
        let channels = try self.channels(priorities)
        var random = SeededGenerator(seed: 42)
        var counts = Array(repeating: 0, count: channels.count)
        for _ in 0..<20_000 {
            var choice = ChannelChoice(channels)
            if let first = choice.next(using: &random) { counts[Int(first.channel.id) - 1] += 1 }
        }
        return counts
    }

    @Test(
        "The priority is a weight, and 0 weighs 10",
        arguments: [
            ([10, 10], [0.5, 0.5]), ([0, 10], [0.5, 0.5]), ([1, 3], [0.25, 0.75]), ([0, 30, 60], [0.1, 0.3, 0.6]),
        ] as [([Int64], [Double])])
    func weights(priorities: [Int64], shares: [Double]) throws {
        for (count, share) in zip(try self.firsts(priorities), shares) { #expect(abs(Double(count) / 20_000 - share) < 0.02) }
    }

    @Test("A channel with a negative priority is chosen only where no other is left")
    func negative() throws {
        #expect(try self.firsts([-1, 5, -100]) == [0, 20_000, 0])
        let both = try self.firsts([-1, -1])
        #expect(both.allSatisfy { $0 > 9000 })
    }

    @Test("Weights as large as they come don't overflow")
    func large() throws {
        #expect(try self.firsts([.max, .max, .min]).prefix(2).allSatisfy { $0 > 9000 })
    }

    @Test("Each is chosen once, then there is none", arguments: [[], [5], [-1], [0, 0, 0, -1, 7]] as [[Int64]])
    func exhaustion(priorities: [Int64]) throws {
        var random = SeededGenerator(seed: 1)
        var choice = ChannelChoice(try self.channels(priorities))
        var chosen: [Int64] = []
        while let next = choice.next(using: &random) { chosen.append(next.channel.id) }
        #expect(chosen.sorted() == priorities.indices.map { Int64($0 + 1) })
        #expect(choice.isExhausted)
        #expect(priorities.firstIndex(of: -1).map { chosen.last == Int64($0 + 1) } ?? true)
    }

    @Test("A failure of the request itself isn't tried elsewhere", arguments: [400, 413, 422, 451] as [UInt])
    func notRetried(status: UInt) { #expect(!RetryPolicy.isRetryable(status: status)) }

    @Test("Every other failure is", arguments: [301, 401, 402, 403, 404, 408, 409, 429, 500, 502, 503, 504, 529] as [UInt])
    func retried(status: UInt) { #expect(RetryPolicy.isRetryable(status: status)) }
}
