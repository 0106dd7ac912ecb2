/// Requests and tokens of the last minute, in sixty buckets of a second.
///
/// Requests are counted when they are admitted, so that those that are refused don't keep the window full. Tokens are counted
/// as the estimate while the call is in flight, and as what it used from the second in which it is settled.
public struct RateWindow: Sendable {
    /// Requests admitted in the last minute.
    public private(set) var requests: Int64 = 0
    /// Tokens settled in the last minute.
    public private(set) var tokens: Int64 = 0
    /// Tokens that calls in flight will probably use.
    public private(set) var tokensInFlight: Int64 = 0
    /// Calls that were admitted and neither settled nor released.
    public private(set) var callsInFlight: Int64 = 0

    private struct Bucket {
        var requests: Int64 = 0
        var tokens: Int64 = 0
    }

    private static let seconds = 60

    /// Empty until something is counted (most windows of a directory never are); then one for each second, by the second
    /// modulo 60.
    private var buckets: [Bucket] = []
    /// The second (since 1970) that the newest bucket stands for.
    private var newest: Int64 = 0

    /// No calls yet.
    public init() {}

    /// Counts a call, or says why it can't be.
    ///
    /// A call is refused where the minute's requests have reached their limit, or where its estimate doesn't fit beside the
    /// tokens used and in flight. One whose estimate alone exceeds the limit is admitted once nothing else is in the minute:
    /// it would never be served otherwise.
    ///
    /// - Parameters:
    ///   - isExempt: whether the call is counted without regard to the limits.
    ///   - now: milliseconds since 1970.
    public mutating func admit(
        estimatedTokens: Int64, limits: RateLimits, isExempt: Bool = false, at now: Int64
    ) throws(Refusal) {
        advance(to: now)
        let estimate = max(estimatedTokens, 0)
        if !isExempt {
            if let retry = secondsUntilRequestFits(limits.requestsPerMinute) {
                throw .requestsPerMinute(limit: limits.requestsPerMinute, retryAfterSeconds: retry)
            }
            if let retry = secondsUntilTokensFit(estimate, limits.tokensPerMinute) {
                throw .tokensPerMinute(limit: limits.tokensPerMinute, retryAfterSeconds: retry)
            }
        }
        count(requests: 1, tokens: 0)
        callsInFlight += 1
        tokensInFlight = tokensInFlight.addingSaturated(estimate)
    }

    /// Replaces the estimate of a call in flight by what it used.
    public mutating func settle(estimatedTokens: Int64, tokens: Int64, at now: Int64) {
        release(estimatedTokens: estimatedTokens)
        advance(to: now)
        count(requests: 0, tokens: max(tokens, 0))
    }

    /// Takes back the estimate of a call that used nothing. Its request stays counted: it was made.
    public mutating func release(estimatedTokens: Int64) {
        callsInFlight = max(callsInFlight - 1, 0)
        tokensInFlight = max(tokensInFlight - max(estimatedTokens, 0), 0)
    }

    /// What a client may be told about the window as it stands.
    public func status(of limits: RateLimits) -> RateStatus {
        func remaining(_ limit: Int64, _ used: Int64) -> Int64 { limit > used ? limit - used : 0 }
        return RateStatus(
            limits: limits, remainingRequests: remaining(limits.requestsPerMinute, requests),
            remainingTokens: remaining(limits.tokensPerMinute, tokens.addingSaturated(tokensInFlight)))
    }

    /// Moves the window to `now`, dropping what is more than a minute old.
    ///
    /// A clock that runs a little behind (each thread reads its own) counts into the newest second. One that was set
    /// back by a minute or more starts the window anew: it would stand still otherwise until the clock caught up.
    public mutating func advance(to now: Int64) {
        let second = max(now / 1000, 0)
        guard !buckets.isEmpty else {
            newest = second
            return
        }
        let elapsed = second - newest
        guard elapsed > 0 || elapsed <= -Int64(Self.seconds) else { return }
        newest = second
        guard elapsed > 0, elapsed < Self.seconds else {
            buckets.withUnsafeMutableBufferPointer { $0.update(repeating: Bucket()) }
            requests = 0
            tokens = 0
            return
        }
        for step in 0..<elapsed { drop(index(of: second - step)) }
    }

    /// Whether nothing is in flight and nothing was counted in the last minute.
    public func isIdle(at now: Int64) -> Bool {
        callsInFlight == 0 && (buckets.isEmpty || max(now / 1000, 0) - newest >= Self.seconds)
    }

    private mutating func count(requests newRequests: Int64, tokens newTokens: Int64) {
        if buckets.isEmpty { buckets = Array(repeating: Bucket(), count: Self.seconds) }
        let current = index(of: newest)
        buckets[current].requests += newRequests
        requests += newRequests
        // What the bucket can't take is not in the sum either, so that dropping the bucket never leaves the sum negative.
        let counted = min(newTokens, Int64.max - tokens)
        buckets[current].tokens += counted
        tokens += counted
    }

    private mutating func drop(_ index: Int) {
        requests -= buckets[index].requests
        tokens -= buckets[index].tokens
        buckets[index] = Bucket()
    }

    private func index(of second: Int64) -> Int { Int(second % Int64(Self.seconds)) }
}

extension RateWindow {
    /// Seconds until one more request fits; nil where it fits now.
    private func secondsUntilRequestFits(_ limit: Int64) -> Int64? {
        guard limit > 0, requests >= limit else { return nil }
        var remaining = requests
        return secondsUntil { bucket in
            remaining -= bucket.requests
            return remaining < limit
        }
    }

    /// Seconds until so many more tokens fit; nil where they fit now. Tokens in flight are taken to stay.
    private func secondsUntilTokensFit(_ estimate: Int64, _ limit: Int64) -> Int64? {
        guard limit > 0 else { return nil }
        func fits(beside used: Int64) -> Bool {
            guard used > 0 else { return true }
            return used < limit && estimate <= limit - used
        }
        guard !fits(beside: tokens.addingSaturated(tokensInFlight)) else { return nil }
        var remaining = tokens
        return secondsUntil { bucket in
            remaining -= bucket.tokens
            return fits(beside: remaining.addingSaturated(tokensInFlight))
        }
    }

    /// Goes through the buckets from the oldest on until dropping one is `enough`; a minute where none is.
    private func secondsUntil(_ enough: (Bucket) -> Bool) -> Int64 {
        for step in 1..<Int64(buckets.count) where enough(buckets[index(of: newest + step)]) { return step }
        return Int64(Self.seconds)
    }
}

extension Int64 {
    /// The sum of two counts that aren't negative, or the largest number there is.
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
