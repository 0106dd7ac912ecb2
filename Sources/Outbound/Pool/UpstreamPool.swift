internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Performs what `PoolState` decides: the connections of one event loop to one upstream. Confined to its event loop.
final class UpstreamPool: @unchecked Sendable {
    // Sendable by confinement: every member is used on `eventLoop` only, which the entries assert; closures that hop carry nothing but
    // a reference back to the same loop.
    let address: UpstreamAddress
    let ticker: LoopTicker
    private let eventLoop: any EventLoop
    private let tls: NIOSSLContext?
    private var state: PoolState
    private var connections: [Int: UpstreamConnection] = [:]
    /// The waiters of connections that are connected and have no TLS yet.
    private var handshaking: [Int: Int] = [:]
    private var waiting: [Int: UpstreamCall] = [:]
    private var nextWaiter = 0
    private var isClosed = false

    init(
        address: UpstreamAddress, eventLoop: any EventLoop, ticker: LoopTicker, tls: NIOSSLContext?, limits: PoolState.Limits
    ) {
        self.address = address
        self.eventLoop = eventLoop
        self.ticker = ticker
        self.tls = tls
        self.state = PoolState(limits: limits)
    }

    var isEmpty: Bool { self.state.isEmpty }
    var now: NIODeadline { self.eventLoop.now }
    /// How many connections there are, and how many of them are idle; how many calls wait.
    var counts: (open: Int, idle: Int, waiting: Int) { (self.state.openCount, self.state.idleCount, self.state.waiterCount) }

    func send(_ request: UpstreamRequest, receiver: any UpstreamReceiver) -> UpstreamCall {
        self.eventLoop.assertInEventLoop()
        self.nextWaiter += 1
        let call = UpstreamCall(request: request, receiver: receiver, pool: self, waiterID: self.nextWaiter)
        self.ticker.register(call)
        self.start(call, freshOnly: false)
        return call
    }

    /// Sends `call` again on a connection that was never idle.
    func retry(_ call: UpstreamCall) { self.start(call, freshOnly: true) }

    /// The call was given up: its connection, in the middle of an exchange, can't be used again.
    func abandon(_ call: UpstreamCall) {
        if let connection = call.connection {
            call.connection = nil
            self.connections[connection.id] = nil
            connection.close()
            self.leasedConnectionIsGone()
        } else {
            self.waiting[call.waiterID] = nil
            self.state.cancel(waiter: call.waiterID)
        }
    }

    func closeIdle(olderThan age: TimeAmount, now: NIODeadline) {
        self.close(self.state.expired(before: Int64(bitPattern: (now - age).uptimeNanoseconds)))
    }

    /// Closes what is idle; connections in use close when their answers have ended.
    func shutDown() {
        self.isClosed = true
        self.close(self.state.drainIdle())
    }

    private func close(_ ids: [Int]) {
        for id in ids { self.connections.removeValue(forKey: id)?.close() }
    }

    private func start(_ call: UpstreamCall, freshOnly: Bool) {
        switch self.state.lease(waiter: call.waiterID, freshOnly: freshOnly) {
        case .use(let id):
            guard let connection = self.connections[id] else {
                self.leasedConnectionIsGone()
                return self.start(call, freshOnly: true)
            }
            connection.perform(call, address: self.address)
        case .dial(let id, let evicted):
            if let evicted { self.close([evicted]) }
            self.waiting[call.waiterID] = call
            self.dial(id, for: call.waiterID)
        case .wait:
            self.waiting[call.waiterID] = call
        case .refuse:
            call.fail(OutboundError(.overloaded, "too many requests wait for a connection to this upstream"))
        }
    }

    // MARK: What connections tell

    func connectionFree(_ connection: UpstreamConnection, isReusable: Bool) {
        connection.isReused = true
        switch self.state.released(
            connection.id, isReusable: isReusable && !self.isClosed,
            now: Int64(bitPattern: self.now.uptimeNanoseconds))
        {
        case .keepIdle: break
        case .serve(let waiter):
            guard let call = self.waiting.removeValue(forKey: waiter) else {
                return self.connectionFree(connection, isReusable: isReusable)
            }
            connection.perform(call, address: self.address)
        case .close: self.close([connection.id])
        case .replace(let waiter, let next):
            self.close([connection.id])
            self.dial(next, for: waiter)
        }
    }

    /// The TLS handshake is done.
    func connectionReady(_ connection: UpstreamConnection) {
        guard let waiter = self.handshaking.removeValue(forKey: connection.id) else { return }
        self.use(connection, for: waiter)
    }

    /// Whether a certificate that TLS found good is one for this upstream's name (RFC 9110 §4.3.4).
    ///
    /// The TLS library is content where a certificate names the address that was connected to. Whoever leads a name astray can have a
    /// certificate for their own address, so that here, where the host is a name, the certificate must say this name.
    func accepts(_ certificate: NIOSSLCertificate?) -> Bool {
        guard self.address.verifiesCertificate, !self.hostIsAddress else { return true }
        guard let certificate else { return false }
        return CertificateNames.isFor(self.address.host, certificate)
    }

    /// An address has no name to be asked for (RFC 6066 §3), nor to be found in a certificate.
    private var hostIsAddress: Bool { (try? SocketAddress(ipAddress: self.address.host, port: 0)) != nil }

    func connectionClosed(_ connection: UpstreamConnection, wasLeased: Bool, _ error: OutboundError) {
        // One that was never taken in is none of this pool's: it lost the race between the addresses of a host.
        guard self.connections[connection.id] === connection else { return }
        self.connections[connection.id] = nil
        if wasLeased {
            self.leasedConnectionIsGone()
        } else if let waiter = self.handshaking.removeValue(forKey: connection.id) {
            self.dialFailed(for: waiter, error)
        } else {
            self.state.idleClosed(connection.id)
        }
    }

    private func leasedConnectionIsGone() {
        if let next = self.state.lost() { self.dial(next.connection, for: next.waiter) }
    }

    // MARK: Dialling

    private func dial(_ id: Int, for waiter: Int) {
        let timeout = self.waiting[waiter]?.request.connectTimeout ?? .seconds(10)
        let deadline = self.now + timeout
        let bootstrap = ClientBootstrap(group: self.eventLoop)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                // Once for each address that is tried.
                channel.eventLoop.makeCompletedFuture { try self.configure(channel, id: id) }
            }
        self.connect(bootstrap)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel): self.dialled(id, channel: channel, for: waiter, deadline: deadline)
                case .failure(let error): self.dialFailed(for: waiter, self.dialError(error))
                }
            }
    }

    /// To the address that was pinned, and no other; else to whatever the name stands for.
    private func connect(_ bootstrap: ClientBootstrap) -> EventLoopFuture<any Channel> {
        guard let pinned = self.address.pinned else { return bootstrap.connect(host: self.address.host, port: self.address.port) }
        do {
            return bootstrap.connect(
                to: try SocketAddress(packedIPAddress: ByteBuffer(bytes: pinned.bytes), port: self.address.port))
        } catch {
            return self.eventLoop.makeFailedFuture(error)
        }
    }

    private func configure(_ channel: any Channel, id: Int) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls = self.tls {
            try pipeline.addHandler(
                NIOSSLClientHandler(context: tls, serverHostname: self.hostIsAddress ? nil : self.address.host))
        }
        let writer = RequestWriter()
        try pipeline.addHandler(writer)
        try pipeline.addHandler(
            ByteToMessageHandler(
                HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop)))
        try pipeline.addHandler(UpstreamConnection(id: id, pool: self, writer: writer))
    }

    private func dialled(_ id: Int, channel: any Channel, for waiter: Int, deadline: NIODeadline) {
        guard let connection = try? channel.pipeline.syncOperations.handler(type: UpstreamConnection.self) else {
            channel.close(promise: nil)
            return self.dialFailed(for: waiter, OutboundError(.closed, "the connection was closed"))
        }
        self.connections[id] = connection
        guard self.tls != nil else { return self.use(connection, for: waiter) }
        self.handshaking[id] = waiter
        self.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            guard self.handshaking.removeValue(forKey: id) != nil else { return }
            self.close([id])
            self.dialFailed(for: waiter, OutboundError(.timedOut, "timed out waiting for a connection"))
        }
    }

    /// The connection can be used: by the call it was opened for, or where that was given up, by another.
    private func use(_ connection: UpstreamConnection, for waiter: Int) {
        guard let call = self.waiting.removeValue(forKey: waiter) else {
            return self.connectionFree(connection, isReusable: true)
        }
        connection.perform(call, address: self.address)
    }

    private func dialFailed(for waiter: Int, _ error: OutboundError) {
        let call = self.waiting.removeValue(forKey: waiter)
        self.leasedConnectionIsGone()
        call?.fail(error)
    }

    private func dialError(_ error: any Error) -> OutboundError {
        let isTimeout =
            switch error {
            case ChannelError.connectTimeout: true
            case let error as NIOConnectionError:
                error.connectionErrors.contains { if case ChannelError.connectTimeout = $0.error { true } else { false } }
            default: false
            }
        return isTimeout
            ? OutboundError(.timedOut, "timed out waiting for a connection")
            : OutboundError(.connect, "no connection to \(self.address.hostHeader)")
    }
}
