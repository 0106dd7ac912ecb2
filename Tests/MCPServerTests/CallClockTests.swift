import Testing

@testable import MCPServer

@Suite("how long a call may take")
struct CallClockTests {
    private let time = TestTime()

    private func clock() -> CallClock {
        CallClock(limits: CallClock.Limits(idle: .seconds(10), total: .seconds(60)), now: { [time] in time.now })
    }

    @Test("signs of life extend the idle limit up to the hard one")
    func touches() {
        let clock = clock()
        time.advance(by: .seconds(9))
        #expect(clock.remaining == .seconds(1))
        clock.touch()
        #expect(clock.remaining == .seconds(10))
        for _ in 0..<5 {
            time.advance(by: .seconds(10))
            clock.touch()
        }
        #expect(clock.remaining == .seconds(1))
        time.advance(by: .seconds(1))
        #expect(clock.isOver)
        clock.touch()
        #expect(clock.isOver)
    }

    @Test("silence ends a call")
    func silence() {
        let clock = clock()
        time.advance(by: .seconds(10))
        #expect(clock.isOver)
        #expect(clock.remaining == .zero)
    }

    @Test("while the client is being asked only the hard limit counts")
    func pauses() {
        let clock = clock()
        clock.pause()
        clock.pause()
        time.advance(by: .seconds(30))
        #expect(!clock.isOver)
        clock.resume()
        time.advance(by: .seconds(20))
        #expect(clock.remaining == .seconds(10), "one question is still out")
        clock.resume()
        #expect(clock.remaining == .seconds(10))
        time.advance(by: .seconds(10))
        #expect(clock.isOver)
    }
}
