import TestSupport
import Testing

@testable import Outbound

@Suite("An exchange as a state machine")
struct WebExchangeStateTests {
    private typealias Actions = WebExchangeState.Actions
    private static let cancelled = OutboundError(.cancelled, "cancelled")
    private static let broken = OutboundError(.closed, "broken")

    /// One that has its head.
    private static func open(highWater: Int = 8) -> WebExchangeState {
        var state = WebExchangeState(highWater: highWater)
        #expect(state.awaitHead() == Actions())
        #expect(state.headArrived() == Actions(delivery: .head))
        return state
    }

    @Test("What arrives together is one part; then the end, as often as it is asked for")
    func whole() {
        var state = Self.open()
        #expect(state.next() == Actions())
        #expect(state.partArrived([1]) == Actions())
        #expect(state.partArrived([2]) == Actions())
        #expect(state.readCompleted() == Actions(delivery: .part([1, 2])))
        #expect(state.partArrived([3]) == Actions())
        #expect(state.ended() == Actions())
        #expect(state.next() == Actions(delivery: .part([3])))
        #expect(state.next() == Actions(delivery: .end))
        #expect(state.cancel() == Actions())
        #expect(state.next() == Actions(delivery: .end))
    }

    @Test("Who waits is told of the end, or of what broke it; what came before comes first")
    func ends() {
        var ended = Self.open()
        #expect(ended.next() == Actions())
        #expect(ended.ended() == Actions(delivery: .end))
        var failed = Self.open()
        _ = failed.partArrived([1])
        #expect(failed.failed(Self.broken) == Actions())
        #expect(failed.next() == Actions(delivery: .part([1])))
        #expect(failed.next() == Actions(delivery: .failure(Self.broken)))
        var waiting = Self.open()
        _ = waiting.next()
        #expect(waiting.failed(Self.broken) == Actions(delivery: .failure(Self.broken)))
        #expect(waiting.failed(Self.broken) == Actions())
    }

    @Test("Without a head there is a failure, not a wait")
    func noHead() {
        var failed = WebExchangeState(highWater: 8)
        _ = failed.awaitHead()
        #expect(failed.failed(Self.broken) == Actions(delivery: .failure(Self.broken)))
        var ended = WebExchangeState(highWater: 8)
        _ = ended.awaitHead()
        #expect(ended.ended().delivery != nil)
        var cancelled = WebExchangeState(highWater: 8)
        #expect(cancelled.cancel() == Actions(givesUp: true))
        #expect(cancelled.awaitHead() == Actions(delivery: .failure(Self.cancelled)))
        #expect(cancelled.headArrived() == Actions())
    }

    @Test("At the mark the upstream is read no longer, until all that is kept is taken")
    func backPressure() {
        var state = Self.open(highWater: 4)
        #expect(state.partArrived([1, 2, 3]) == Actions())
        #expect(state.partArrived([4, 5]) == Actions(reading: .pause))
        #expect(state.partArrived([6]) == Actions(), "what the same turn brings besides")
        #expect(state.next() == Actions(delivery: .part([1, 2, 3, 4, 5, 6]), reading: .resume))
        #expect(state.next() == Actions())
        #expect(state.partArrived([7, 8, 9, 10]) == Actions(delivery: .part([7, 8, 9, 10])), "who waits needs no pause")
    }

    @Test("Cancelled, it gives the call up once, and what was not read is an error rather than an end")
    func cancel() {
        var waiting = Self.open()
        _ = waiting.next()
        #expect(waiting.cancel() == Actions(delivery: .failure(Self.cancelled), givesUp: true))
        #expect(waiting.cancel() == Actions())
        #expect(waiting.partArrived([1]) == Actions())
        #expect(waiting.ended() == Actions())
        #expect(waiting.next() == Actions(delivery: .failure(Self.cancelled)))
        var ended = Self.open()
        _ = ended.partArrived([1])
        _ = ended.ended()
        #expect(ended.cancel() == Actions())
        #expect(ended.next() == Actions(delivery: .failure(Self.cancelled)))
    }

    @Test("A second reader is refused, and doesn't disturb the first")
    func secondReader() {
        var state = Self.open()
        #expect(state.next() == Actions())
        #expect(state.next() == Actions(delivery: .failure(OutboundError(.closed, "the answer is being read by another task"))))
        _ = state.partArrived([1])
        #expect(state.readCompleted() == Actions(delivery: .part([1])))
    }

    @Test("In any order of events every byte comes once and in order, and nobody waits for what is there", arguments: 0..<200)
    func anyOrder(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let highWater = Int.random(in: 1...32, using: &random)
        var state = Self.open(highWater: highWater)
        var (sent, received): ([UInt8], [UInt8]) = ([], [])
        var (isPaused, isWaiting, isAtEnd, isUnread) = (false, false, false, false)
        func take(_ actions: Actions) {
            if actions.reading == .pause { isPaused = true }
            if actions.reading == .resume { isPaused = false }
            switch actions.delivery {
            case .part(let bytes):
                #expect(!bytes.isEmpty)
                received += bytes
                isWaiting = false
            case .end: (isWaiting, isAtEnd) = (false, true)
            case .failure, .head: Issue.record("neither can come here")
            case nil: break
            }
        }
        for _ in 0..<400 {
            if Bool.random(using: &random), !isPaused {
                let part = (0..<Int.random(in: 1...12, using: &random)).map { UInt8(truncatingIfNeeded: sent.count + $0) }
                sent += part
                isUnread = true
                take(state.partArrived(part))
                if Bool.random(using: &random) {
                    isUnread = false
                    take(state.readCompleted())
                }
            } else if !isWaiting {
                let actions = state.next()
                isWaiting = actions.delivery == nil
                take(actions)
            }
            #expect(sent.count - received.count < highWater + 12, "what is kept is bounded")
            #expect(!isWaiting || isUnread || received == sent)
        }
        take(state.ended())
        while !isAtEnd { take(state.next()) }
        #expect(received == sent)
    }
}
