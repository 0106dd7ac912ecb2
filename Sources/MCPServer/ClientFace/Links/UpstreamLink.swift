import Wire

/// The way to one upstream: the frames of a transport, and nothing of the protocol.
///
/// Answers come back to who sent the request; all else that arrives goes to the receiver.
protocol UpstreamLink: AnyObject, Sendable {
    /// Sends a request and returns its answer.
    /// - Parameter call: whose messages come on the request's own stream, where the transport has such.
    func exchange(_ request: LinkRequest, for call: UpstreamCall?) async throws(LinkFault) -> LinkAnswer
    /// Sends a notification, or the answer to a request of the upstream.
    func send(_ message: [UInt8]) async throws(LinkFault)
    /// The handshake is over: from now on messages say so where the transport has a place for it.
    func established(_ revision: Revision)
    /// Opens the stream for what belongs to no call, where the transport has one of its own.
    func startListening()
    /// Whether messages outside of calls arrive. Known at once for shared streams, and once the upstream has answered the
    /// request for a stream over Streamable HTTP.
    func hasOwnStream() async -> Bool
    /// Gives up what has waited too long.
    func expire(now: ContinuousClock.Instant)
    /// How many messages were no JSON-RPC and were skipped.
    var skipped: Int { get }
    /// Ends the session and all that waits. Returns once the transport is gone.
    func close() async
}

/// A request as a transport needs it.
struct LinkRequest: Sendable {
    let id: Int
    let method: String
    /// The message.
    let body: [UInt8]
    /// What repeats parts of the body (2026-07-28). Transports without headers leave it out.
    var headers: [(name: String, value: String)] = []
    /// The clock of the call that it is for; nil for requests of our own.
    var clock: CallClock?
    /// Whether the answer comes only at the end of something that lasts (`subscriptions/listen`).
    var lasts = false
}

/// What an upstream answered.
struct LinkAnswer: Sendable {
    enum Content: Sendable {
        case result(RawObject)
        case failure(RPCError)
    }

    let content: Content
    /// The HTTP status; 200 where the transport has none.
    var status = 200

    /// The answer in a message; nil for a message of another kind.
    init?(_ message: IncomingMessage, status: Int = 200) {
        switch message {
        case .result(_, let result): content = .result(result)
        case .failure(_, let error): content = .failure(error)
        case .request, .notification: return nil
        }
        self.status = status
    }
}

/// Who gets what arrives outside of answers. It never waits.
protocol LinkReceiver: AnyObject, Sendable {
    /// A request or notification of the upstream, or an answer that nobody waits for.
    /// - Parameter call: that on whose stream it came; nil where the stream is shared.
    func received(_ message: IncomingMessage, for call: UpstreamCall?)
    /// Notifications may have been missed: a stream was opened anew where it could not be resumed.
    func missed()
    /// The session is over for good.
    func ended(_ fault: LinkFault)
}

extension IncomingMessage {
    /// The id that this message answers; nil for requests and notifications.
    var answeredID: Int? {
        switch self {
        case .result(let id, _): id.json.intValue
        case .failure(let id, _): id?.json.intValue
        case .request, .notification: nil
        }
    }

    var isAnswer: Bool {
        switch self {
        case .result, .failure: true
        case .request, .notification: false
        }
    }
}
