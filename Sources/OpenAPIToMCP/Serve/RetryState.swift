/// Whether and when a request is sent again.
struct RetryState: Sendable {
    /// How an attempt ended.
    enum Attempt: Sendable, Equatable {
        /// With an answer; `retryAfter` as the API said.
        case answered(status: Int, retryAfter: Duration?)
        /// Before an answer.
        case failed(isLocal: Bool)
        /// With 401, and a token that was fetched for it is good no longer.
        case tokenRefused
    }

    /// What follows.
    enum Next: Sendable, Equatable {
        case finish
        case retry(after: Duration)
    }

    private let policy: CallPolicy
    private let isIdempotent: Bool
    private(set) var attempts = 0
    private var hasRenewedToken = false

    init(_ policy: CallPolicy, isIdempotent: Bool) {
        self.policy = policy
        self.isIdempotent = isIdempotent
    }

    /// An attempt ended.
    /// - Parameter jitter: from 0 to 1, so that calls that failed together don't come back together.
    mutating func ended(_ attempt: Attempt, remaining: Duration, jitter: Double) -> Next {
        attempts += 1
        if case .tokenRefused = attempt {
            // A refused call was not carried out, so this holds for every method, once.
            guard !hasRenewedToken else { return .finish }
            hasRenewedToken = true
            return .retry(after: .zero)
        }
        guard isIdempotent, attempts < policy.attempts else { return .finish }
        let wait: Duration
        switch attempt {
        case .answered(let status, let retryAfter):
            guard [429, 502, 503, 504].contains(status) else { return .finish }
            wait = retryAfter ?? backOff(jitter)
        case .failed(let isLocal):
            guard !isLocal else { return .finish }
            wait = backOff(jitter)
        case .tokenRefused: return .finish
        }
        return wait <= policy.longestWait && wait < remaining ? .retry(after: wait) : .finish
    }

    /// 0.25 s, 0.5 s, 1 s ..., each between half and the whole.
    private func backOff(_ jitter: Double) -> Duration {
        .milliseconds(250 << min(attempts - 1, 6)) * (0.5 + min(max(jitter, 0), 1) / 2)
    }
}
