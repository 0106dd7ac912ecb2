import Testing

@testable import OpenAPIToMCP

@Suite("Sending again")
struct RetryStateTests {
    private func state(idempotent: Bool) -> RetryState { RetryState(CallPolicy(), isIdempotent: idempotent) }

    @Test("what may be repeated is, as often as the policy says")
    func repeated() {
        var state = state(idempotent: true)
        let busy = RetryState.Attempt.answered(status: 503, retryAfter: nil)
        #expect(state.ended(busy, remaining: .seconds(60), jitter: 1) == .retry(after: .milliseconds(250)))
        #expect(state.ended(busy, remaining: .seconds(60), jitter: 0) == .retry(after: .milliseconds(250)))
        #expect(state.ended(busy, remaining: .seconds(60), jitter: 1) == .finish)
    }

    @Test("what may not be repeated is not", arguments: [429, 502, 503, 504])
    func once(status: Int) {
        var state = state(idempotent: false)
        #expect(state.ended(.answered(status: status, retryAfter: .seconds(1)), remaining: .seconds(60), jitter: 0) == .finish)
        #expect(state.ended(.failed(isLocal: false), remaining: .seconds(60), jitter: 0) == .finish)
    }

    @Test("Retry-After is waited for, unless it is longer than the policy or the call allows")
    func retryAfter() {
        var state = state(idempotent: true)
        let limited = RetryState.Attempt.answered(status: 429, retryAfter: .seconds(5))
        #expect(state.ended(limited, remaining: .seconds(60), jitter: 0) == .retry(after: .seconds(5)))
        #expect(state.ended(limited, remaining: .seconds(4), jitter: 0) == .finish)
        var other = self.state(idempotent: true)
        #expect(other.ended(.answered(status: 429, retryAfter: .seconds(11)), remaining: .seconds(60), jitter: 0) == .finish)
    }

    @Test("other answers are answers", arguments: [200, 301, 400, 404, 500])
    func answers(status: Int) {
        var state = state(idempotent: true)
        #expect(state.ended(.answered(status: status, retryAfter: nil), remaining: .seconds(60), jitter: 0) == .finish)
    }

    @Test("a token that is good no longer is renewed once, for every method")
    func token() {
        var state = state(idempotent: false)
        #expect(state.ended(.tokenRefused, remaining: .seconds(60), jitter: 0) == .retry(after: .zero))
        #expect(state.ended(.tokenRefused, remaining: .seconds(60), jitter: 0) == .finish)
    }

    @Test("what failed here already is not tried again")
    func local() {
        var state = state(idempotent: true)
        #expect(state.ended(.failed(isLocal: true), remaining: .seconds(60), jitter: 0) == .finish)
    }
}
