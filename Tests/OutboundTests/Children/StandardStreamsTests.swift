import Testing

@testable import Outbound

@Suite("The standard streams of this process as lines", .timeLimit(.minutes(1)))
struct StandardStreamsTests {
    /// Two channels, each of which reads what the other sends.
    private func pair(limit: Int = 16 << 20, pending: Int = 64 << 20) throws -> (StandardStreams, StandardStreams) {
        let (there, back) = (try Processes.pipe(), try Processes.pipe())
        return (
            try StandardStreams(input: back.read, output: there.write, maximumLineBytes: limit, maximumPendingBytes: pending),
            try StandardStreams(input: there.read, output: back.write, maximumLineBytes: limit, maximumPendingBytes: pending)
        )
    }

    @Test("lines go both ways, long ones and empty ones")
    func lines() async throws {
        let (here, there) = try self.pair()
        let long = (0..<2 << 20).map { UInt8(97 + $0 % 26) }
        async let sent: Void = here.send(long)
        #expect(try await there.next() == long)
        try await sent
        for text in ["", "two", "three"] {
            try await there.send(text)
            #expect(try await here.nextText() == text)
        }
        await here.close()
        #expect(try await there.next() == nil)
        await there.close()
    }

    @Test("many tasks send at once, and no line is torn")
    func manySenders() async throws {
        let (here, there) = try self.pair()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<10 {
                group.addTask {
                    for _ in 0..<50 { try await here.send([UInt8](repeating: UInt8(97 + sender), count: 9000)) }
                }
            }
            for _ in 0..<500 {
                let line = try #require(try await there.next())
                #expect(line.count == 9000 && Set(line).count == 1)
            }
            try await group.waitForAll()
        }
        await here.close()
        await there.close()
    }

    @Test("a line past the bound is refused, and reading goes on behind it")
    func tooLong() async throws {
        let (here, there) = try self.pair(limit: 1000)
        try await here.send([UInt8](repeating: 120, count: 1001))
        try await here.send("next")
        await #expect { try await there.next() } throws: { ($0 as? OutboundError)?.code == .tooLarge }
        #expect(try await there.nextText() == "next")
        await here.close()
        await there.close()
    }

    @Test("who doesn't read makes the sender wait; so much may wait, and no more")
    func slowReader() async throws {
        let (here, there) = try self.pair(pending: 8 << 20)
        let line = [UInt8](repeating: 120, count: 1 << 20)
        let senders = (0..<20).map { _ in Task { try await here.send(line) } }
        var refused = 0
        // Some are sent, some are refused; nobody waits for ever once the reader reads.
        let reading = Task {
            var count = 0
            while try await there.next() != nil { count += 1 }
            return count
        }
        for sender in senders {
            do { try await sender.value } catch let error as OutboundError where error.code == .overloaded { refused += 1 }
        }
        await here.close()
        #expect(try await reading.value == 20 - refused)
        #expect(refused < 20)
        await there.close()
    }

    @Test("a reader that is gone is an error for the sender, and doesn't end the process")
    func readerGone() async throws {
        let (here, there) = try self.pair()
        await there.close()
        // The other side's thread closes the pipe when it comes to it.
        #expect(try await Processes.eventuallyThrows(.closed) { try await here.send("anybody?") })
        await here.close()
        await #expect { try await here.send("more") } throws: { ($0 as? OutboundError)?.code == .closed }
    }

    @Test("closing wakes who reads and who sends")
    func closing() async throws {
        let (here, there) = try self.pair()
        let reading = Task { try await here.next() }
        let sending = Task { try await here.send([UInt8](repeating: 120, count: 8 << 20)) }
        await here.close()
        #expect(try await reading.value == nil)
        await #expect { try await sending.value } throws: { ($0 as? OutboundError)?.code == .closed }
        await there.close()
    }
}
