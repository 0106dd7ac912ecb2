import NIOCore
import Testing

@testable import Gateway

@Suite("How a connection ends, without one")
struct ConnectionEndTests {
    private static func expect(_ action: ConnectionEnd.Action, _ expected: ConnectionEnd.Action) { #expect(action == expected) }

    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test("it closes once what was written has gone out")
    func drains() {
        var end = ConnectionEnd()
        #expect(!end.hasBegun)
        end.begin(lingers: false)
        Self.expect(end.next(waiting: 10, now: self.start, linger: .seconds(2)), .wait)
        Self.expect(end.next(waiting: 0, now: self.start, linger: .seconds(2)), .close)
        Self.expect(end.next(waiting: 0, now: self.start, linger: .seconds(2)), .wait)
    }

    @Test("where the client may be sending it says so first, and waits a while")
    func lingers() {
        var end = ConnectionEnd()
        end.begin(lingers: true)
        end.begin(lingers: false)
        Self.expect(end.next(waiting: 0, now: self.start, linger: .seconds(2)), .closeOutput)
        Self.expect(end.next(waiting: 0, now: self.start + .seconds(1), linger: .seconds(2)), .wait)
        Self.expect(end.next(waiting: 0, now: self.start + .seconds(2), linger: .seconds(2)), .close)
    }

    @Test("or until the client has said its last word")
    func inputClosed() {
        var end = ConnectionEnd()
        end.begin(lingers: true)
        Self.expect(end.next(waiting: 0, now: self.start, linger: .seconds(2)), .closeOutput)
        Self.expect(end.inputClosed(), .close)
        var early = ConnectionEnd()
        early.begin(lingers: true)
        Self.expect(early.inputClosed(), .wait)
        Self.expect(early.next(waiting: 0, now: self.start, linger: .seconds(2)), .close)
    }

    @Test("an answer is unread when what waits does not shrink; new bytes are no reading")
    func unread() {
        var answer = UnreadAnswer(waiting: 1_000_000, now: self.start)
        let looks: [(waiting: Int, seconds: Int64)] = [
            (1_000_000, 59), (900_000, 61), (1_500_000, 90), (1_499_000, 120), (1_499_000, 121),
        ]
        var verdicts: [Bool] = []
        for look in looks {
            verdicts.append(answer.isStuck(waiting: look.waiting, now: self.start + .seconds(look.seconds), limit: .seconds(60)))
        }
        #expect(verdicts == [false, false, false, false, true])
    }
}
