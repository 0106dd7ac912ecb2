import Ledger
import Testing

@Suite("A rate window counts the last minute, second by second")
struct RateWindowTests {
    private let start = Calls.noon

    private func limits(requests: Int64 = 0, tokens: Int64 = 0) -> RateLimits {
        RateLimits(requestsPerMinute: requests, tokensPerMinute: tokens)
    }

    @Test("as many requests as the limit says are admitted in a minute, and one more only when the first has left it")
    func requests() throws {
        var window = RateWindow()
        let limits = limits(requests: 3)
        for second in 0..<3 { try window.admit(estimatedTokens: 0, limits: limits, at: start + Int64(second) * 1000) }
        #expect(throws: Refusal.requestsPerMinute(limit: 3, retryAfterSeconds: 58)) {
            try window.admit(estimatedTokens: 0, limits: limits, at: start + 2000)
        }
        #expect(throws: Refusal.requestsPerMinute(limit: 3, retryAfterSeconds: 1)) {
            try window.admit(estimatedTokens: 0, limits: limits, at: start + 59_999)
        }
        try window.admit(estimatedTokens: 0, limits: limits, at: start + 60_000)
        #expect(window.requests == 3)
    }

    @Test("requests that are refused don't keep the window full")
    func refusedDoNotStarve() throws {
        var window = RateWindow()
        try window.admit(estimatedTokens: 0, limits: limits(requests: 1), at: start)
        for second in 0..<60 {
            #expect(throws: Refusal.self) {
                try window.admit(estimatedTokens: 0, limits: limits(requests: 1), at: start + Int64(second) * 1000)
            }
        }
        try window.admit(estimatedTokens: 0, limits: limits(requests: 1), at: start + 60_000)
    }

    @Test("tokens count as estimated while the call is in flight, and as used from when it is settled")
    func tokens() throws {
        var window = RateWindow()
        let limits = limits(tokens: 1000)
        try window.admit(estimatedTokens: 600, limits: limits, at: start)
        #expect(window.tokensInFlight == 600)
        #expect(window.status(of: limits).remainingTokens == 400)
        #expect(throws: Refusal.tokensPerMinute(limit: 1000, retryAfterSeconds: 60)) {
            try window.admit(estimatedTokens: 401, limits: limits, at: start)
        }
        window.settle(estimatedTokens: 600, tokens: 100, at: start + 30_000)
        #expect(window.tokens == 100)
        #expect(window.tokensInFlight == 0)
        try window.admit(estimatedTokens: 900, limits: limits, at: start + 30_000)
        window.settle(estimatedTokens: 900, tokens: 900, at: start + 31_000)
        #expect(throws: Refusal.tokensPerMinute(limit: 1000, retryAfterSeconds: 59)) {
            try window.admit(estimatedTokens: 0, limits: limits, at: start + 31_000)
        }
        try window.admit(estimatedTokens: 0, limits: limits, at: start + 90_000)
    }

    @Test("a call whose estimate alone exceeds the limit is admitted to an empty minute, and to no other")
    func largerThanTheLimit() throws {
        var window = RateWindow()
        try window.admit(estimatedTokens: 5000, limits: limits(tokens: 1000), at: start)
        #expect(throws: Refusal.self) { try window.admit(estimatedTokens: 1, limits: limits(tokens: 1000), at: start) }
    }

    @Test("a released call gives its tokens back; its request was made")
    func release() throws {
        var window = RateWindow()
        try window.admit(estimatedTokens: 600, limits: .unlimited, at: start)
        window.release(estimatedTokens: 600)
        #expect(window.tokensInFlight == 0)
        #expect(window.tokens == 0)
        #expect(window.requests == 1)
    }

    @Test("a limit that appears or changes counts what was there before it")
    func changedLimit() throws {
        var window = RateWindow()
        for _ in 0..<5 { try window.admit(estimatedTokens: 0, limits: .unlimited, at: start) }
        #expect(throws: Refusal.self) { try window.admit(estimatedTokens: 0, limits: limits(requests: 5), at: start) }
        try window.admit(estimatedTokens: 0, limits: limits(requests: 6), at: start)
    }

    @Test("a clock a little behind counts into the newest second; one set back by a minute starts anew")
    func clockSetBack() throws {
        var window = RateWindow()
        let limits = limits(requests: 2)
        try window.admit(estimatedTokens: 0, limits: limits, at: start)
        try window.admit(estimatedTokens: 0, limits: limits, at: start - 5000)
        #expect(throws: Refusal.self) { try window.admit(estimatedTokens: 0, limits: limits, at: start - 59_000) }
        try window.admit(estimatedTokens: 0, limits: limits, at: start - 3_600_000)
        #expect(window.requests == 1)
    }

    @Test("nothing traps at the ends of the numbers")
    func extremes() throws {
        var window = RateWindow()
        for now in [Int64.min, -1, 0, 1, .max, .min, .max] {
            try window.admit(estimatedTokens: .max, limits: .unlimited, at: now)
            try window.admit(estimatedTokens: .min, limits: .unlimited, at: now)
            window.settle(estimatedTokens: .max, tokens: .max, at: now)
            window.settle(estimatedTokens: .min, tokens: .min, at: now)
            window.settle(estimatedTokens: .max, tokens: .max, at: now)
            #expect(window.tokens == .max)
            #expect(window.status(of: limits(requests: .max, tokens: .max)).remainingTokens == 0)
            #expect(window.status(of: limits(requests: .min, tokens: .min)).remainingRequests == 0)
        }
    }

    @Test("it agrees with a list of all calls, whatever the order of events")
    func agreesWithList() {
        var generator = SeededGenerator(seed: 60)
        for _ in 0..<40 {
            var window = RateWindow()
            var requestTimes: [Int64] = []
            var tokens: [(second: Int64, count: Int64)] = []
            var inFlight: [Int64] = []
            let limits = limits(requests: 20, tokens: 2000)
            var now = start
            for _ in 0..<400 {
                now += Int64.random(in: 0...4000, using: &generator)
                let oldest = now / 1000 - 59
                let used = tokens.filter { $0.second >= oldest }.reduce(0) { $0 + $1.count } + inFlight.reduce(0, +)
                let requests = requestTimes.count { $0 / 1000 >= oldest }
                if Bool.random(using: &generator), let estimate = inFlight.popLast() {
                    let count = Int64.random(in: 0...300, using: &generator)
                    window.settle(estimatedTokens: estimate, tokens: count, at: now)
                    tokens.append((now / 1000, count))
                } else {
                    let estimate = Int64.random(in: 0...300, using: &generator)
                    let fits = requests < 20 && (used == 0 || (used < 2000 && used + estimate <= 2000))
                    let admitted = (try? window.admit(estimatedTokens: estimate, limits: limits, at: now)) != nil
                    #expect(admitted == fits)
                    if admitted {
                        requestTimes.append(now)
                        inFlight.append(estimate)
                    }
                }
            }
        }
    }

    @Test("who is told to come back in so many seconds is admitted then, and not a second before", arguments: [true, false])
    func retryAfter(byRequests: Bool) throws {
        var generator = SeededGenerator(seed: 61)
        var refusals = 0
        for _ in 0..<100 {
            var window = RateWindow()
            var now = start
            let limits = byRequests ? limits(requests: Int64.random(in: 1...9, using: &generator)) : limits(tokens: 1000)
            for _ in 0..<40 {
                now += Int64.random(in: 0...9000, using: &generator)
                do {
                    try window.admit(estimatedTokens: 0, limits: limits, at: now)
                    window.settle(estimatedTokens: 0, tokens: Int64.random(in: 0...400, using: &generator), at: now)
                } catch .requestsPerMinute(_, let seconds), .tokensPerMinute(_, let seconds) {
                    refusals += 1
                    var early = window
                    #expect(throws: Refusal.self) {
                        try early.admit(estimatedTokens: 0, limits: limits, at: now + (seconds - 1) * 1000)
                    }
                    var late = window
                    try late.admit(estimatedTokens: 0, limits: limits, at: now + seconds * 1000)
                } catch {
                    Issue.record("unexpected \(error)")
                }
            }
        }
        #expect(refusals > 100)
    }
}
