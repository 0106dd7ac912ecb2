public import Wire

/// The limits of one group on one model or server, each for a sliding minute; 0 = unlimited.
public struct RateLimits: Sendable, Hashable {
    public var requestsPerMinute: Int64
    public var tokensPerMinute: Int64

    public init(requestsPerMinute: Int64, tokensPerMinute: Int64) {
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
    }

    public static let unlimited = RateLimits(requestsPerMinute: 0, tokensPerMinute: 0)
}

/// A call that asks to be admitted.
public struct CallOpening: Sendable {
    public var requestID: RequestID
    /// As the current snapshot has it: its limits count from this call on.
    public var payer: Payer
    /// What the limits count by: the model's name, or `mcp/<server>`.
    public var subject: String
    public var limits: RateLimits
    /// What it will probably cost; reserved until it is settled.
    public var estimate: Money
    /// Tokens it will probably use; counted against the tokens per minute until it is settled.
    public var estimatedTokens: Int64
    /// Milliseconds since 1970.
    public var now: Int64

    public init(
        requestID: RequestID, payer: Payer, subject: String, limits: RateLimits, estimate: Money, estimatedTokens: Int64,
        now: Int64
    ) {
        self.requestID = requestID
        self.payer = payer
        self.subject = subject
        self.limits = limits
        self.estimate = estimate
        self.estimatedTokens = estimatedTokens
        self.now = now
    }
}

/// A call that was admitted: to be settled or released exactly once.
public struct Admission: Sendable {
    public let requestID: RequestID
    public let payer: Payer
    public let subject: String
    /// What the rate windows looked like just after this call was counted, for the `X-RateLimit-*` headers.
    public let rates: RateStatus
    /// Which of the meter's ledgers holds the reservation.
    let shard: Int
}

/// The state of a rate window as a client is told of it.
public struct RateStatus: Sendable, Hashable {
    public var limits: RateLimits
    /// How many requests the minute still has room for; 0 where they are not limited.
    public var remainingRequests: Int64
    /// How many tokens the minute still has room for, those in flight counted; 0 where they are not limited.
    public var remainingTokens: Int64

    public init(limits: RateLimits, remainingRequests: Int64, remainingTokens: Int64) {
        self.limits = limits
        self.remainingRequests = remainingRequests
        self.remainingTokens = remainingTokens
    }
}

/// Why a call was not admitted.
public enum Refusal: Error, Sendable, Hashable {
    /// `retryAfterSeconds` is when the window will have room again.
    case requestsPerMinute(limit: Int64, retryAfterSeconds: Int64)
    case tokensPerMinute(limit: Int64, retryAfterSeconds: Int64)
    case quota(limit: Money)
    case periodQuota(limit: Money, period: TokenQuota.Period)
    /// The journal can't take another record, so nothing can be charged.
    case journalFull
}

extension Refusal: CustomStringConvertible {
    /// The reason for a person, with the limit.
    public var description: String {
        switch self {
        case .requestsPerMinute(let limit, let seconds):
            "more than \(limit) requests in a minute; there is room again in \(seconds) s"
        case .tokensPerMinute(let limit, let seconds):
            "more than \(limit) tokens in a minute; there is room again in \(seconds) s"
        case .quota(let limit): "the token's quota of \(limit) is used up or reserved"
        case .periodQuota(let limit, let period): "the token's \(period.rawValue) quota of \(limit) is used up or reserved"
        case .journalFull: "no more calls can be recorded at the moment"
        }
    }
}
