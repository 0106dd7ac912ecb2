import Testing

@testable import OpenAPIToMCP

@Suite("Looking at a document again")
struct RefreshStateTests {
    private let start = ContinuousClock.now

    private func name(_ action: RefreshState<Int>.Action) -> String {
        switch action {
        case .use(let value): "use \(value)"
        case .useAndRefresh(let value): "use \(value) and refresh"
        case .load: "load"
        case .fail(let message): "fail: \(message)"
        }
    }

    @Test("the first caller reads it; it is used until the interval is over, and then still, while one looks")
    func interval() {
        var state = RefreshState<Int>(interval: .seconds(300))
        #expect(name(state.need(now: start)) == "load")
        #expect(state.ended(.loaded(1), now: start) == false, "nobody had another")
        #expect(name(state.need(now: start.advanced(by: .seconds(299)))) == "use 1")
        #expect(name(state.need(now: start.advanced(by: .seconds(300)))) == "use 1 and refresh")
        #expect(name(state.need(now: start.advanced(by: .seconds(300)))) == "use 1", "one look at a time")
        #expect(state.ended(.unchanged, now: start.advanced(by: .seconds(301))) == false)
        #expect(name(state.need(now: start.advanced(by: .seconds(601)))) == "use 1 and refresh")
        #expect(state.ended(.loaded(2), now: start.advanced(by: .seconds(602))) == true, "the list changed")
        #expect(name(state.need(now: start.advanced(by: .seconds(603)))) == "use 2")
    }

    @Test("a stored text is never looked at again")
    func stored() {
        var state = RefreshState<Int>(interval: nil)
        _ = state.ended(.loaded(1), now: start)
        #expect(name(state.need(now: start.advanced(by: .seconds(1_000_000)))) == "use 1")
    }

    @Test("a failure stands for ten seconds, and never takes away what was good")
    func failure() {
        var state = RefreshState<Int>(interval: .seconds(300))
        _ = state.ended(.failed("gone"), now: start)
        #expect(name(state.need(now: start.advanced(by: .seconds(9)))) == "fail: gone")
        #expect(name(state.need(now: start.advanced(by: .seconds(10)))) == "load")
        _ = state.ended(.loaded(1), now: start)
        #expect(state.ended(.failed("gone"), now: start.advanced(by: .seconds(300))) == false)
        #expect(name(state.need(now: start.advanced(by: .seconds(301)))) == "use 1")
    }
}
