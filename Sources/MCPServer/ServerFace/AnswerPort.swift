import Wire

/// The way to the client of one request that is being served: the frame of a transport, and nothing of the protocol.
///
/// Over HTTP it is the answer to a POST, which stays undecided between JSON and an event stream until the first message;
/// over HTTP+SSE and stdio it is the connection that all requests of a client share. Safe from any thread; what comes
/// after the answer, or after the client has gone, is dropped.
protocol AnswerPort: AnyObject, Sendable {
    /// Whether a request towards the client can reach it: not where it reads no event streams, or has gone for good.
    var carriesRequests: Bool { get }
    /// Sends a notification or a request that belongs to the request being served, as one serialised message.
    func send(_ message: [UInt8])
    /// Sends the answer, and ends the exchange.
    func answer(_ reply: Reply, for revision: Revision)
    /// Ends the exchange without an answer: that of a legacy request that its client cancelled.
    func end()
}

extension AnswerPort {
    /// As on every connection that both sides share.
    var carriesRequests: Bool { true }
}
