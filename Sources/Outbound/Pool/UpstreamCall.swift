public import NIOCore
public import NIOHTTP1

/// One request to an upstream, with its whole body at hand so that it can be sent again.
public struct UpstreamRequest: Sendable {
    /// Method, path and headers; `Host` and `Content-Length` are set by the client.
    public var head: HTTPRequestHead
    public var body: ByteBuffer?
    /// How long to wait for a connection, and for the answer's head once the request went out.
    public var connectTimeout = TimeAmount.seconds(10)
    public var headTimeout = TimeAmount.minutes(5)
    /// The longest silence within the answer's body.
    public var idleTimeout = TimeAmount.minutes(2)
    /// Whether it may be sent again where a kept connection ends before any answer, although the upstream may have seen it and done
    /// what it says. Where not, it is sent again only if nothing of it went out.
    public var mayBeRepeated = true

    public init(head: HTTPRequestHead, body: ByteBuffer?) {
        self.head = head
        self.body = body
    }
}

/// Takes an upstream's answer, on the event loop: a head, body parts, then exactly one of `upstreamEnded` and `upstreamFailed`.
/// After `UpstreamCall.cancel` nothing more comes.
public protocol UpstreamReceiver: AnyObject {
    func upstreamHead(_ head: HTTPResponseHead)
    func upstreamBody(_ part: ByteBuffer)
    /// The parts that arrived together are complete; a good moment to flush what was made of them.
    func upstreamReadComplete()
    func upstreamEnded()
    func upstreamFailed(_ error: OutboundError)
}

/// A request that is under way. Confined to its event loop.
public final class UpstreamCall: Ticking {
    let request: UpstreamRequest
    private var receiver: (any UpstreamReceiver)?
    let pool: UpstreamPool
    let waiterID: Int
    var connection: UpstreamConnection?
    /// Whether it was already sent once, on a connection that turned out to be stale.
    private var wasRetried = false
    private(set) var isHeadReceived = false
    private var deadline: NIODeadline
    private var sentAt: NIODeadline?
    /// Whether anything of the request may have left.
    var wasSent: Bool { self.sentAt != nil }
    public var tickerIndex = -1

    /// How soon after the request a connection shows that it was stale. One that ends later ended while the upstream was at work, and
    /// to send the request again would have it done and paid for twice.
    private static let staleWindow = TimeAmount.seconds(5)

    init(request: UpstreamRequest, receiver: any UpstreamReceiver, pool: UpstreamPool, waiterID: Int) {
        self.request = request
        self.receiver = receiver
        self.pool = pool
        self.waiterID = waiterID
        self.deadline = pool.now + request.connectTimeout
    }

    var isFinished: Bool { self.receiver == nil }

    /// Gives the call up: its connection is closed, nothing more is delivered.
    public func cancel() {
        guard self.receiver != nil else { return }
        self.detach()
        self.pool.abandon(self)
    }

    /// Whether the answer's bytes are left unread for now, because whoever takes them is slower.
    public var isReadingPaused = false {
        didSet {
            guard oldValue != self.isReadingPaused else { return }
            self.touch()
            if !self.isReadingPaused { self.connection?.resumeReading() }
        }
    }

    // MARK: What the connection tells

    func sent() {
        let now = self.pool.now
        self.sentAt = now
        self.deadline = now + self.request.headTimeout
    }

    func head(_ head: HTTPResponseHead) {
        self.isHeadReceived = true
        self.touch()
        self.receiver?.upstreamHead(head)
    }

    func body(_ part: ByteBuffer) {
        self.touch()
        self.receiver?.upstreamBody(part)
    }

    func readComplete() { self.receiver?.upstreamReadComplete() }

    func ended() {
        let receiver = self.receiver
        self.detach()
        receiver?.upstreamEnded()
    }

    /// The connection failed. A reused one that ended before it answered was stale: the upstream closed it while it was idle, so the
    /// request is sent again, once, on a fresh one (RFC 9112 §9.3.1), if it may be (RFC 9110 §9.2.2).
    func failed(_ error: OutboundError, connectionWasReused: Bool) {
        guard self.receiver != nil else { return }
        let now = self.pool.now
        if connectionWasReused, !self.isHeadReceived, !self.wasRetried, error.code == .closed,
            self.sentAt.map({ self.request.mayBeRepeated && now - $0 < Self.staleWindow }) ?? true
        {
            self.wasRetried = true
            self.sentAt = nil
            self.deadline = now + self.request.connectTimeout
            self.pool.retry(self)
            return
        }
        self.fail(error)
    }

    func fail(_ error: OutboundError) {
        let receiver = self.receiver
        self.detach()
        receiver?.upstreamFailed(error)
    }

    public func tick(now: NIODeadline) {
        guard now >= self.deadline, !self.isReadingPaused else { return }
        let waitedFor =
            self.isHeadReceived
            ? "the next part of the answer" : self.connection == nil ? "a connection" : "the answer"
        let receiver = self.receiver
        self.detach()
        self.pool.abandon(self)
        receiver?.upstreamFailed(OutboundError(.timedOut, "timed out waiting for \(waitedFor)"))
    }

    /// Gives the upstream, or the pool, its whole time again for what is awaited now.
    private func touch() {
        let timeout =
            self.isHeadReceived
            ? self.request.idleTimeout : self.sentAt == nil ? self.request.connectTimeout : self.request.headTimeout
        self.deadline = self.pool.now + timeout
    }

    private func detach() {
        self.receiver = nil
        self.pool.ticker.unregister(self)
    }
}
