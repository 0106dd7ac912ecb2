internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Makes the connections of one pool: to the upstream itself or to the proxy on the way, and the handlers that the way needs.
struct UpstreamDialer: Sendable {
    private enum Way: Sendable {
        case direct
        /// Each request goes to the proxy with its whole URL (RFC 9112 §3.2.2).
        case forwarding(ProxyAddress)
        /// The proxy makes a connection to the upstream, and passes bytes on.
        case tunnel(ProxyAddress)
    }

    /// What may take a while to find out, once for each connection.
    private struct Plan: Sendable {
        /// For TLS with the upstream.
        var tls: NIOSSLContext?
        /// What the proxy shall connect to.
        var target: ProxyTarget?
    }

    private let address: UpstreamAddress
    private let eventLoop: any EventLoop
    private let tls: UpstreamClient.TLS
    private let way: Way
    private let policy: UpstreamClient.TLS.Policy?

    init(_ address: UpstreamAddress, eventLoop: any EventLoop, tls: UpstreamClient.TLS) {
        self.address = address
        self.eventLoop = eventLoop
        self.tls = tls
        let isTunnelled: Bool
        if let proxy = address.proxy {
            // A proxy that is sent URLs looks names up itself: it can't be held to an address that was checked.
            isTunnelled = address.usesTLS || proxy.scheme.isSOCKS || address.pinned != nil
            self.way = isTunnelled ? .tunnel(proxy) : .forwarding(proxy)
        } else {
            isTunnelled = false
            self.way = .direct
        }
        // The TLS library compares an address with the one that was connected to, which is the proxy's.
        let verification: UpstreamClient.TLS.Verification =
            !address.verifiesCertificate ? .none : isTunnelled && IPAddress(address.host) != nil ? .issuer : .full
        self.policy =
            address.usesTLS
            ? UpstreamClient.TLS.Policy(verification: verification, clientIdentity: address.clientIdentity) : nil
    }

    /// Whether a connection has to say more than TCP does before it can be used; it is ready when its handler says so.
    var hasGreeting: Bool {
        switch self.way {
        case .direct: self.policy != nil
        case .forwarding(let proxy): proxy.scheme == .https
        case .tunnel: true
        }
    }

    /// Dials.
    /// - Parameter makeConnection: makes the last handler of the pipeline, on the event loop; once for each address that is tried.
    func dial(
        until deadline: NIODeadline,
        making makeConnection: @escaping @Sendable (RequestWriter, _ forwards: Bool) -> UpstreamConnection
    ) -> EventLoopFuture<any Channel> {
        if let plan = self.readyPlan { return self.connect(plan, until: deadline, making: makeConnection) }
        return self.plan(until: deadline).flatMap { self.connect($0, until: deadline, making: makeConnection) }
    }

    /// Whether a certificate that TLS found good is one for the name of this upstream, or of the proxy that stands for it
    /// (RFC 9110 §4.3.4).
    ///
    /// The TLS library is content where a certificate names the address that was connected to. Whoever leads a name astray can have a
    /// certificate for their own address, so that here, where the host is a name, the certificate must say this name.
    func accepts(_ certificate: NIOSSLCertificate?) -> Bool {
        let host: String
        switch self.way {
        case .forwarding(let proxy): host = proxy.host
        case .direct, .tunnel:
            guard self.address.verifiesCertificate else { return true }
            host = self.address.host
        }
        guard let address = IPAddress(host) else { return certificate.map { CertificateNames.isFor(host, $0) } ?? false }
        guard case .tunnel = self.way else { return true }
        return certificate.map { CertificateNames.isFor(address, $0) } ?? false
    }

    /// What a failed dial is called.
    func failure(of error: any Error) -> OutboundError {
        let isTimeout =
            switch error {
            case ChannelError.connectTimeout: true
            case let error as NIOConnectionError:
                error.connectionErrors.contains { if case ChannelError.connectTimeout = $0.error { true } else { false } }
            default: false
            }
        if let error = error as? OutboundError { return error }
        guard self.address.proxy == nil else {
            return isTimeout
                ? OutboundError(.timedOut, "timed out waiting for a connection to the proxy")
                : OutboundError(.proxyUnreachable, "the proxy can't be reached")
        }
        return isTimeout
            ? OutboundError(.timedOut, "timed out waiting for a connection")
            : OutboundError(.connect, "no connection to \(self.address.hostHeader)")
    }

    // MARK: Plans

    /// The plan, where it takes no waiting.
    private var readyPlan: Plan? {
        var plan = Plan()
        if let policy = self.policy {
            guard let context = self.tls.context(for: policy) else { return nil }
            plan.tls = context
        }
        if case .tunnel(let proxy) = self.way {
            guard let target = self.target(by: proxy) else { return nil }
            plan.target = target
        }
        return plan
    }

    /// What `proxy` is asked for; nil where the upstream's name is to be looked up first.
    private func target(by proxy: ProxyAddress) -> ProxyTarget? {
        if let pinned = self.address.pinned { return ProxyTarget(pinned, port: self.address.port) }
        let target = ProxyTarget(self.address.host, port: self.address.port)
        if case .name = target.host, proxy.scheme == .socks5 { return nil }
        return target
    }

    private func plan(until deadline: NIODeadline) -> EventLoopFuture<Plan> {
        let (tls, address, policy) = (self.tls, self.address, self.policy)
        let context = NIOThreadPool.singleton.runIfActive(eventLoop: self.eventLoop) { () throws -> NIOSSLContext? in
            try policy.map { try tls.makeContext(for: $0) }
        }
        guard case .tunnel(let proxy) = self.way else { return context.map { Plan(tls: $0) } }
        if let target = self.target(by: proxy) { return context.map { Plan(tls: $0, target: target) } }
        let limit = Duration.nanoseconds(max(0, (deadline - self.eventLoop.now).nanoseconds))
        let target = self.eventLoop.makeFutureWithTask { () throws -> ProxyTarget in
            let found = try await SystemHostResolver.shared.addresses(of: address.host, within: limit)
            // Of the way from the proxy on nothing is known; IPv4 is what every proxy of this kind has.
            let best = found.first { if case .v4 = $0 { true } else { false } } ?? found.first
            guard let best else { throw OutboundError(.connect, "there is no host \(address.host)") }
            return ProxyTarget(best.unmapped, port: address.port)
        }
        return context.and(target).map { Plan(tls: $0, target: $1) }
    }

    // MARK: Connecting

    private func connect(
        _ plan: Plan, until deadline: NIODeadline,
        making makeConnection: @escaping @Sendable (RequestWriter, Bool) -> UpstreamConnection
    ) -> EventLoopFuture<any Channel> {
        let remaining = deadline - self.eventLoop.now
        guard remaining > .zero else { return self.eventLoop.makeFailedFuture(ChannelError.connectTimeout(remaining)) }
        let bootstrap = ClientBootstrap(group: self.eventLoop)
            .connectTimeout(remaining)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.configure(channel, plan, makeConnection) }
            }
        if let proxy = self.address.proxy { return bootstrap.connect(host: proxy.host, port: proxy.port) }
        // To the address that was pinned, and no other; else to whatever the name stands for now.
        guard let pinned = self.address.pinned else { return bootstrap.connect(host: self.address.host, port: self.address.port) }
        do {
            return bootstrap.connect(
                to: try SocketAddress(packedIPAddress: ByteBuffer(bytes: pinned.bytes), port: self.address.port))
        } catch {
            return self.eventLoop.makeFailedFuture(error)
        }
    }

    private func configure(
        _ channel: any Channel, _ plan: Plan, _ makeConnection: (RequestWriter, Bool) -> UpstreamConnection
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        switch self.way {
        case .direct:
            let connection = makeConnection(RequestWriter(), false)
            try pipeline.addHandler(connection)
            try Self.addHTTP(to: pipeline, before: connection, self.upstreamTLS(plan))
        case .forwarding(let proxy):
            let writer = RequestWriter(
                forwarding: RequestWriter.Forwarding(
                    origin: "http://" + self.address.hostHeader, proxyAuthorization: proxy.basicAuthorization))
            let connection = makeConnection(writer, true)
            try pipeline.addHandler(connection)
            try Self.addHTTP(to: pipeline, before: connection, self.proxyTLS(proxy))
        case .tunnel(let proxy):
            guard let target = plan.target else { return }
            let connection = makeConnection(RequestWriter(), false)
            let proxyTLS = try self.proxyTLS(proxy)
            if let proxyTLS { try pipeline.addHandler(proxyTLS) }
            let negotiation: any ProxyNegotiation =
                proxy.scheme.isSOCKS
                ? SOCKSNegotiation(target, credentials: proxy.credentials)
                : ConnectNegotiation(target, authorization: proxy.basicAuthorization)
            try pipeline.addHandler(
                ProxyTunnelHandler(negotiation, tls: proxyTLS, name: Self.name(proxy.host)) {
                    let upstreamTLS = try self.upstreamTLS(plan)
                    try Self.addHTTP(to: pipeline, before: connection, upstreamTLS)
                    if upstreamTLS == nil { connection.established() }
                })
            try pipeline.addHandler(connection)
        }
    }

    private static func addHTTP(
        to pipeline: ChannelPipeline.SynchronousOperations, before connection: UpstreamConnection, _ tls: NIOSSLClientHandler?
    ) throws {
        connection.tls = tls
        // Those that can be given a byte stand there before TLS begins to speak.
        try pipeline.addHandler(connection.writer, position: .before(connection))
        try pipeline.addHandler(
            ByteToMessageHandler(
                HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop)),
            position: .before(connection))
        if let tls { try pipeline.addHandler(tls, position: .before(connection.writer)) }
    }

    private func upstreamTLS(_ plan: Plan) throws -> NIOSSLClientHandler? {
        try plan.tls.map { try NIOSSLClientHandler(context: $0, serverHostname: Self.name(self.address.host)) }
    }

    /// A proxy's certificate is always checked: that of an upstream is what a channel may be careless of.
    private func proxyTLS(_ proxy: ProxyAddress) throws -> NIOSSLClientHandler? {
        guard proxy.scheme == .https else { return nil }
        return try NIOSSLClientHandler(context: self.tls.verifying, serverHostname: Self.name(proxy.host))
    }

    /// An address has no name to be asked for (RFC 6066 §3), nor to be found in a certificate.
    private static func name(_ host: String) -> String? { IPAddress(host) == nil ? host : nil }
}
