internal import NIOCore
internal import NIOSSL

/// Performs what `PoolState` decides: the connections of one event loop to one upstream. Confined to its event loop.
final class UpstreamPool: @unchecked Sendable {
    // Sendable by confinement: every member is used on `eventLoop` only, which the entries assert; closures that hop carry nothing but
    // a reference back to the same loop.
    let address: UpstreamAddress
    let ticker: LoopTicker
    private let eventLoop: any EventLoop
    private let dialer: UpstreamDialer
    private let maximumConnectionAge: TimeAmount
    private var state: PoolState
    private var connections: [Int: UpstreamConnection] = [:]
    /// The waiters of connections that are connected and not ready: TLS, or a proxy, has to come first.
    private var handshaking: [Int: Int] = [:]
    private var waiting: [Int: UpstreamCall] = [:]
    private var nextWaiter = 0
    private var isClosed = false

    init(
        address: UpstreamAddress, eventLoop: any EventLoop, ticker: LoopTicker, tls: UpstreamClient.TLS, limits: PoolState.Limits,
        maximumConnectionAge: TimeAmount
    ) {
        self.address = address
        self.eventLoop = eventLoop
        self.ticker = ticker
        self.dialer = UpstreamDialer(address, eventLoop: eventLoop, tls: tls)
        self.maximumConnectionAge = maximumConnectionAge
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
        let now = self.now
        // A new one asks anew where the name leads.
        let isYoung = now - connection.openedAt < self.maximumConnectionAge
        switch self.state.released(
            connection.id, isReusable: isReusable && isYoung && !self.isClosed, now: Int64(bitPattern: now.uptimeNanoseconds))
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

    /// The TLS handshake is done, or the proxy's tunnel is there.
    func connectionReady(_ connection: UpstreamConnection) {
        guard let waiter = self.handshaking.removeValue(forKey: connection.id) else { return }
        self.use(connection, for: waiter)
    }

    /// Whether a certificate that TLS found good is one for whoever takes the requests.
    func accepts(_ certificate: NIOSSLCertificate?) -> Bool { self.dialer.accepts(certificate) }

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
        let deadline = self.now + (self.waiting[waiter]?.request.connectTimeout ?? .seconds(10))
        self.dialer
            .dial(until: deadline) { UpstreamConnection(id: id, pool: self, writer: $0, forwards: $1) }
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel): self.dialled(id, channel: channel, for: waiter, deadline: deadline)
                case .failure(let error): self.dialFailed(for: waiter, self.dialer.failure(of: error))
                }
            }
    }

    private func dialled(_ id: Int, channel: any Channel, for waiter: Int, deadline: NIODeadline) {
        guard let connection = try? channel.pipeline.syncOperations.handler(type: UpstreamConnection.self) else {
            channel.close(promise: nil)
            return self.dialFailed(for: waiter, OutboundError(.closed, "the connection was closed"))
        }
        self.connections[id] = connection
        guard self.dialer.hasGreeting else { return self.use(connection, for: waiter) }
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
}
