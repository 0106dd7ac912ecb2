internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import NIOTLS

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The last handler of one pooled connection: says when it can be used, writes a call's request, hands it the answer, and says when
/// the connection is free.
final class UpstreamConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    let id: Int
    private weak var pool: UpstreamPool?
    private var context: ChannelHandlerContext?
    private var call: UpstreamCall?
    /// Whether it was free before: the upstream may then have closed it meanwhile.
    var isReused = false
    private var isClosing = false
    private var isReadHeld = false
    /// Whether the pool and the call were told that the connection is gone.
    private var isLost = false

    /// The handler of this connection that makes bytes of a request.
    let writer: RequestWriter
    /// The TLS with whoever takes the requests.
    var tls: NIOSSLClientHandler?
    /// Whether that is a proxy.
    private let forwards: Bool
    let openedAt: NIODeadline

    /// - Parameter forwards: whether requests go to a proxy that passes each on.
    init(id: Int, pool: UpstreamPool, writer: RequestWriter, forwards: Bool) {
        self.id = id
        self.writer = writer
        self.pool = pool
        self.forwards = forwards
        self.openedAt = pool.now
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Sends `call`'s request. The connection is leased to it until the answer ended.
    func perform(_ call: UpstreamCall, address: UpstreamAddress) {
        self.call = call
        call.connection = self
        guard let context = self.context, context.channel.isActive else {
            self.lose(OutboundError(.closed, "the connection was closed"))
            return
        }
        // A request that may not be sent twice is worth a look whether the other end is gone, and only the news of it isn't read yet.
        if self.isReused, !call.request.mayBeRepeated, !context.channel.isEstablished {
            self.lose(OutboundError(.closed, "the connection was closed"))
            context.close(promise: nil)
            return
        }
        var head = call.request.head
        if !head.headers.contains(name: "host") { head.headers.add(name: "Host", value: address.hostHeader) }
        let length = call.request.body?.readableBytes ?? 0
        if length > 0 || head.method != .GET { head.headers.replaceOrAdd(name: "Content-Length", value: String(length)) }
        self.writer.body = call.request.body
        context.writeAndFlush(self.wrapOutboundOut(.head(head)), promise: nil)
        // Where writing failed at once, the call has been told, and may be on its way elsewhere.
        if self.call === call { call.sent() }
    }

    /// Closes the connection without another word to call or pool.
    func close() {
        self.call = nil
        self.isLost = true
        self.isClosing = true
        self.context?.close(promise: nil)
    }

    func resumeReading() {
        guard self.isReadHeld, let context = self.context else { return }
        self.isReadHeld = false
        context.read()
    }

    // MARK: Channel events

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let call = self.call else {
            // An answer that nobody asked for: what follows can't be told apart from an answer to the next request.
            self.isClosing = true
            context.close(promise: nil)
            return
        }
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            // Only a proxy answers that (RFC 9110 §15.5.8).
            if self.forwards, head.status == .proxyAuthenticationRequired {
                self.lose(OutboundError(.proxyRefused, "the proxy wants other credentials (407)"))
                return context.close(promise: nil)
            }
            if head.status == .switchingProtocols || !head.isKeepAlive { self.isClosing = true }
            call.head(head)
        case .body(let part):
            call.body(part)
        case .end:
            self.call = nil
            call.connection = nil
            let isReusable = !self.isClosing && context.channel.isActive
            // First the answer's end, so that its client is served before the pool's bookkeeping.
            call.ended()
            self.pool?.connectionFree(self, isReusable: isReusable)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.call?.readComplete()
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if let call = self.call, call.isReadingPaused {
            self.isReadHeld = true
        } else {
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event, let pool = self.pool {
            if pool.accepts(self.tls?.peerCertificate) {
                pool.connectionReady(self)
            } else {
                self.lose(
                    self.forwards
                        ? OutboundError(.proxyUnreachable, "the proxy's certificate is one for another name")
                        : OutboundError(.tls, "the certificate is one for another name"))
                context.close(promise: nil)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// A proxy's tunnel leads to the upstream, and there is no TLS in it.
    func established() { self.pool?.connectionReady(self) }

    func channelInactive(context: ChannelHandlerContext) {
        self.lose(OutboundError(.closed, "the upstream closed the connection before its answer was complete"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let failure: OutboundError
        switch error {
        case let error as OutboundError: failure = error
        case HTTPParserError.invalidEOFState, NIOSSLError.uncleanShutdown:
            failure = OutboundError(.closed, "the upstream closed the connection before its answer was complete")
        case is HTTPParserError, is NIOHTTPDecoderError:
            failure = OutboundError(.protocolViolation, "the upstream's answer is not valid HTTP/1.1")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            failure =
                self.forwards
                ? OutboundError(.proxyUnreachable, "the TLS connection to the proxy failed")
                : OutboundError(.tls, "the TLS connection failed")
        default: failure = OutboundError(.closed, "the connection was reset")
        }
        self.lose(failure)
        context.close(promise: nil)
    }

    /// Tells call and pool, once, that the connection is gone.
    private func lose(_ error: OutboundError) {
        guard !self.isLost else { return }
        self.isLost = true
        let call = self.call
        self.call = nil
        call?.connection = nil
        self.pool?.connectionClosed(self, wasLeased: call != nil, error)
        call?.failed(error, connectionWasReused: self.isReused)
    }
}

extension Channel {
    /// Whether the kernel has the connection open in both directions; true where it can't say.
    fileprivate var isEstablished: Bool {
        #if os(Linux)
            guard let options = self as? any SocketOptionProvider else { return true }
            var isEstablished = true
            // On the channel's event loop this is answered at once.
            options.getTCPInfo().assumeIsolated().whenSuccess { isEstablished = $0.tcpi_state == UInt8(TCP_ESTABLISHED) }
            return isEstablished
        #else
            return true
        #endif
    }
}
