internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1

/// One request on a hot path, from its head on. Confined to its event loop.
protocol HotCall: AnyObject {
    /// The request's body is here, whole.
    func start(body: ByteBuffer)
    /// The body won't come: too large, too slow, or not what its `Content-Encoding` says. Answers in the endpoint's dialect.
    func refuse(_ reason: BodyRefusal)
    /// The client left; nothing that is written from now on arrives.
    func clientIsGone()
    func writabilityChanged(isWritable: Bool)
    /// The server takes no more requests and waits for those that run. Who would go on for ever ends now.
    func serverIsStopping()
}

extension HotCall {
    /// Goes on to its end.
    func serverIsStopping() {}
}

/// Why a request's body was not taken.
enum BodyRefusal {
    case tooLarge(limit: Int)
    case tooSlow
    case undecodable(encoding: String)
    case unknownEncoding(String)
}

/// Decides which requests are hot. One for each event loop.
protocol HotRoutes: AnyObject {
    /// The call for `head`, or nil where Hummingbird serves the path. The call may answer into `sink` before this returns; then the
    /// request's body is read and dropped.
    func call(for head: HTTPRequestHead, from peer: Peer, sink: any AnswerSink) -> (any HotCall)?
    /// Refuses a request that no path serves, hot or cold (a foreign `Host`); nil = go on.
    func refusal(of head: HTTPRequestHead) -> (status: HTTPResponseStatus, body: String)?
    /// The value of `Date` for an answer that is made now (RFC 9110 §6.6.1).
    var date: String { get }
}

/// The other end of a client connection.
struct Peer {
    /// The address of the socket as text; empty for a Unix domain socket.
    var address: String
}
