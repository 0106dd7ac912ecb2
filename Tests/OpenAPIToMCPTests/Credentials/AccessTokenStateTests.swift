import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Access tokens")
struct AccessTokenStateTests {
    private let key = AccessTokenState.Key(client: "me", tokenURL: "https://example.com/token", scopes: ["read"])
    private let start = ContinuousClock.now

    @Test("one fetches, the others wait, and all use what comes until shortly before its end")
    func life() {
        var state = AccessTokenState()
        #expect(state.need(key, now: start) == .fetch)
        #expect(state.need(key, now: start) == .wait)
        state.fetched(key, "token", lives: .seconds(3600), now: start)
        #expect(state.need(key, now: start.advanced(by: .seconds(3569))) == .use("token"))
        #expect(state.need(key, now: start.advanced(by: .seconds(3570))) == .fetch)
    }

    @Test("a short life is used for half of it, an unstated one for five minutes")
    func shortLives() {
        var state = AccessTokenState()
        _ = state.need(key, now: start)
        state.fetched(key, "short", lives: .seconds(20), now: start)
        #expect(state.need(key, now: start.advanced(by: .seconds(9))) == .use("short"))
        #expect(state.need(key, now: start.advanced(by: .seconds(10))) == .fetch)
        state.fetched(key, "unstated", lives: nil, now: start)
        #expect(state.need(key, now: start.advanced(by: .seconds(269))) == .use("unstated"))
        #expect(state.need(key, now: start.advanced(by: .seconds(271))) == .fetch)
    }

    @Test("after a failure the next one fetches itself")
    func failure() {
        var state = AccessTokenState()
        _ = state.need(key, now: start)
        state.failed(key)
        #expect(!state.isBeingFetched(key))
        #expect(state.need(key, now: start) == .fetch)
    }

    @Test("a token that the API refused is dropped, but not the one that came since")
    func refused() {
        var state = AccessTokenState()
        _ = state.need(key, now: start)
        state.fetched(key, "new", lives: nil, now: start)
        state.refused(key, "old")
        #expect(state.need(key, now: start) == .use("new"))
        state.refused(key, "new")
        #expect(state.need(key, now: start) == .fetch)
    }

    @Test("clients, servers and scopes never share a token; how many are kept is bounded")
    func apart() {
        var state = AccessTokenState()
        for number in 0..<(AccessTokenState.maximum * 2) {
            let other = AccessTokenState.Key(client: "client \(number)", tokenURL: key.tokenURL, scopes: key.scopes)
            #expect(state.need(other, now: start) == .fetch)
            state.fetched(other, "token \(number)", lives: .seconds(600 + number), now: start)
        }
        let last = AccessTokenState.maximum * 2 - 1
        let newest = AccessTokenState.Key(client: "client \(last)", tokenURL: key.tokenURL, scopes: key.scopes)
        #expect(state.need(newest, now: start) == .use("token \(last)"))
        let oldest = AccessTokenState.Key(client: "client 0", tokenURL: key.tokenURL, scopes: key.scopes)
        #expect(state.need(oldest, now: start) == .fetch)
    }
}
