import TestSupport
import Testing

@testable import ModelRelay

@Suite("The window of errors")
struct ErrorWindowTests {
    @Test("The rate is 0 until ten requests are in the window")
    func fewest() {
        var window = ErrorWindow()
        for _ in 0..<9 { window.count(isError: true, at: 5000) }
        #expect(window.counts(at: 5000) == .init(requests: 9, errors: 9))
        #expect(window.counts(at: 5000).rate == 0)
        window.count(isError: false, at: 5000)
        #expect(window.counts(at: 5000).rate == 0.9)
    }

    @Test("What is two minutes old is gone, by slices of ten seconds")
    func slides() {
        var window = ErrorWindow()
        for slice in 0..<12 { for _ in 0...slice { window.count(isError: slice == 0, at: Int64(slice) * 10_000) } }
        #expect(window.counts(at: 119_999) == .init(requests: 78, errors: 1))
        #expect(window.counts(at: 120_000) == .init(requests: 77, errors: 0))
        #expect(window.counts(at: 229_999) == .init(requests: 12, errors: 0))
        #expect(window.counts(at: 230_000) == .init())
    }

    @Test("A clock that is set back by more than the window doesn't keep the errors of the future")
    func setBack() {
        var window = ErrorWindow()
        for _ in 0..<20 { window.count(isError: true, at: 10_000_000) }
        for _ in 0..<20 { window.count(isError: false, at: 1_000_000) }
        #expect(window.counts(at: 1_000_000) == .init(requests: 20, errors: 0))
    }

    @Test("It agrees with a list of all that happened, in any order of pauses", arguments: 0..<50 as Range<UInt64>)
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var window = ErrorWindow()
        var all: [(slice: Int64, isError: Bool)] = []
        var now: Int64 = 1_700_000_000_000
        for _ in 0..<400 {
            now += Int64.random(in: 0...[10, 3000, 30_000, 200_000].randomElement(using: &random)!, using: &random)
            if Bool.random(using: &random) {
                let isError = Bool.random(using: &random)
                window.count(isError: isError, at: now)
                all.append((now / 10_000, isError))
            }
            let seen = all.filter { $0.slice > now / 10_000 - 12 }
            #expect(window.counts(at: now) == .init(requests: seen.count, errors: seen.count { $0.isError }))
        }
    }

    @Test(
        "What counts as what",
        arguments: [
            (.succeeded, .success, false), (.refused(status: 400), .requestFault, false),
            (.refused(status: 413), .requestFault, false),
            (.refused(status: 422), .requestFault, false), (.refused(status: 451), .requestFault, false),
            (.refused(status: 401), .noPermission, true), (.refused(status: 402), .noPermission, true),
            (.refused(status: 403), .noPermission, true), (.refused(status: 404), .noPermission, true),
            (.refused(status: 408), .error, true), (.refused(status: 429), .error, true), (.refused(status: 500), .error, true),
            (.refused(status: 529), .error, true), (.failedInStream, .error, true), (.cut, .error, true),
            (.unreachable, .error, true), (.timedOut, .error, true), (.unreadable, .error, true), (.clientGone, .nothing, false),
            (.unusable, .nothing, true),
        ] as [(AttemptOutcome, AttemptOutcome.Effect, Bool)])
    func outcomes(outcome: AttemptOutcome, effect: AttemptOutcome.Effect, isWorthAnother: Bool) {
        #expect(outcome.effect == effect)
        #expect(outcome.isWorthAnotherChannel == isWorthAnother)
    }
}
