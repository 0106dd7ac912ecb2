/// How an attempt at one channel ended, as far as routing cares.
enum AttemptOutcome: Sendable, Hashable {
    /// An answer that is whole, or a stream that ended properly.
    case succeeded
    /// A status that is a failure, also one that an event in a stream tells of.
    case refused(status: Int)
    /// A stream told of a failure without saying what status it stands for.
    case failedInStream
    /// The answer ended in the middle.
    case cut
    /// There was no connection, or it broke before the answer's head.
    case unreachable
    /// The head, the first token or the next byte did not come in time.
    case timedOut
    /// The answer isn't what its format says.
    case unreadable
    /// The client left before it was known how the attempt would end.
    case clientGone
    /// Nothing was sent: the channel's settings, or its provider, can't serve this request.
    case unusable

    /// What an outcome says of the channel.
    enum Effect: Sendable, Hashable {
        /// It works.
        case success
        /// It answers, and what it refused was the request's fault. No other channel would take it either.
        case requestFault
        /// It failed.
        case error
        /// It failed, and will go on failing until somebody mends its key, its account or its list of models.
        case noPermission
        /// Nothing.
        case nothing
    }

    /// The incumbent's classes: 400, 413, 422 and 451 are not errors of a channel; 401 to 404 say that it isn't permitted.
    var effect: Effect {
        switch self {
        case .succeeded: .success
        case .refused(400), .refused(413), .refused(422), .refused(451): .requestFault
        case .refused(401), .refused(402), .refused(403), .refused(404): .noPermission
        case .refused, .failedInStream, .cut, .unreachable, .timedOut, .unreadable: .error
        case .clientGone, .unusable: .nothing
        }
    }

    /// Whether another channel may do better.
    var isWorthAnotherChannel: Bool {
        switch self.effect {
        case .error, .noPermission: true
        case .nothing: self == .unusable
        case .success, .requestFault: false
        }
    }

    /// Whether the same channel can't do better within this request, however long one waits.
    var isLasting: Bool { self.effect == .noPermission || self == .unusable }

    /// Whether the upstream asks for time: 429, 503, and 529 (Anthropic's word for overloaded).
    var asksForTime: Bool {
        switch self {
        case .refused(429), .refused(503), .refused(529): true
        default: false
        }
    }
}
