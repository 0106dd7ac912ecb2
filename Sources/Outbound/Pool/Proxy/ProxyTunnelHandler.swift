internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Has a proxy make a tunnel to the upstream, and leaves the pipeline once there is one. What stands behind it sees nothing of all that
/// but a failure, an `OutboundError`. The time it may take is bounded by whoever dialled.
final class ProxyTunnelHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var negotiation: any ProxyNegotiation
    /// The TLS with the proxy itself, and its name where that isn't an address.
    private let tls: NIOSSLClientHandler?
    private let name: String?
    private let whenEstablished: () throws -> Void
    private var hasBegun = false
    private var isOver = false

    /// - Parameter whenEstablished: makes the pipeline behind this handler one to the upstream.
    init(
        _ negotiation: any ProxyNegotiation, tls: NIOSSLClientHandler?, name: String?,
        whenEstablished: @escaping () throws -> Void
    ) {
        self.negotiation = negotiation
        self.tls = tls
        self.name = name
        self.whenEstablished = whenEstablished
    }

    func channelActive(context: ChannelHandlerContext) {
        if self.tls == nil { self.begin(context) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard !self.isOver, let event = event as? TLSUserEvent, case .handshakeCompleted = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        // As with upstreams: the TLS library is content with a certificate for the address alone.
        if let name = self.name, self.tls?.peerCertificate.map({ CertificateNames.isFor(name, $0) }) != true {
            return self.fail(context, Self.failedTLS)
        }
        self.begin(context)
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard !self.hasBegun else { return }
        self.hasBegun = true
        self.send(self.negotiation.begin(), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isOver else { return context.fireChannelRead(data) }
        switch self.negotiation.received(self.unwrapInboundIn(data).readableBytesView) {
        case .send(let bytes): self.send(bytes, context)
        case .wait: break
        case .established: self.established(context)
        case .failed(let error): self.fail(context, error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { if self.isOver { context.fireChannelReadComplete() } }

    func channelInactive(context: ChannelHandlerContext) {
        if !self.isOver { self.fail(context, OutboundError(.proxyUnreachable, "the proxy closed the connection")) }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !self.isOver else { return context.fireErrorCaught(error) }
        switch error {
        case NIOSSLError.uncleanShutdown: self.fail(context, OutboundError(.proxyUnreachable, "the proxy closed the connection"))
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: self.fail(context, Self.failedTLS)
        default: self.fail(context, OutboundError(.proxyUnreachable, "the connection to the proxy was reset"))
        }
    }

    private static let failedTLS = OutboundError(.proxyUnreachable, "the TLS connection to the proxy failed")

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func established(_ context: ChannelHandlerContext) {
        self.isOver = true
        do {
            try self.whenEstablished()
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            context.fireErrorCaught(OutboundError(.tls, "the TLS connection can't be made"))
            context.close(promise: nil)
        }
    }

    private func fail(_ context: ChannelHandlerContext, _ error: OutboundError) {
        self.isOver = true
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }
}
