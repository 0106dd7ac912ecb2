public import NIOCore
internal import NIOSSL

/// The relay's way out: pooled HTTP/1.1 connections of one event loop, so that a request and its upstream share a thread.
///
/// Confined to its event loop. Addresses come from channels, which only an operator makes; nothing here is safe for an address that
/// a tenant gave.
public final class UpstreamClient: Ticking {
    public struct Configuration: Sendable {
        /// Of one event loop to one upstream.
        public var maximumConnections = 512
        public var maximumWaitingRequests = 1024
        /// Shorter than the minute after which many servers close an idle connection.
        public var idleTimeout = TimeAmount.seconds(50)
        public init() {}
    }

    /// The TLS settings that every event loop shares; making one reads the system's certificates.
    public struct TLS: Sendable {
        let verifying: NIOSSLContext
        let trustingAnyone: NIOSSLContext

        /// - Throws: `OutboundError` where the system's certificates can't be read.
        public init() throws(OutboundError) {
            do {
                var settings = TLSConfiguration.makeClientConfiguration()
                settings.applicationProtocols = ["http/1.1"]
                self.verifying = try NIOSSLContext(configuration: settings)
                settings.certificateVerification = .none
                self.trustingAnyone = try NIOSSLContext(configuration: settings)
            } catch {
                throw OutboundError(.tls, "the system's TLS certificates can't be used")
            }
        }
    }

    public let eventLoop: any EventLoop
    public let ticker: LoopTicker
    private let configuration: Configuration
    private let tls: TLS
    private var pools: [UpstreamAddress: UpstreamPool] = [:]
    private var isShutDown = false
    public var tickerIndex = -1
    private var nextSweep: NIODeadline

    public init(eventLoop: any EventLoop, ticker: LoopTicker, tls: TLS, configuration: Configuration = Configuration()) {
        self.eventLoop = eventLoop
        self.ticker = ticker
        self.tls = tls
        self.configuration = configuration
        self.nextSweep = eventLoop.now
    }

    /// Sends `request`; what comes back goes to `receiver`, which is held until the call has ended.
    /// A failure may be delivered before this returns.
    public func send(
        _ request: UpstreamRequest, to address: UpstreamAddress, receiver: any UpstreamReceiver
    ) -> UpstreamCall {
        self.eventLoop.assertInEventLoop()
        return self.pool(for: address).send(request, receiver: receiver)
    }

    /// Closes idle connections; those in use close when their answers have ended.
    public func shutDown() {
        self.isShutDown = true
        for pool in self.pools.values { pool.shutDown() }
    }

    /// Closes what has been idle for too long, and forgets upstreams that nobody asks any more.
    public func tick(now: NIODeadline) {
        guard now >= self.nextSweep else { return }
        self.nextSweep = now + .seconds(1)
        for (address, pool) in self.pools {
            pool.closeIdle(olderThan: self.configuration.idleTimeout, now: now)
            if pool.isEmpty { self.pools[address] = nil }
        }
        if self.pools.isEmpty { self.ticker.unregister(self) }
    }

    /// How many connections there are to an upstream, how many of them are idle, and how many calls wait; nil where none of these.
    func counts(of address: UpstreamAddress) -> (open: Int, idle: Int, waiting: Int)? { self.pools[address]?.counts }

    private func pool(for address: UpstreamAddress) -> UpstreamPool {
        if let pool = self.pools[address] { return pool }
        let pool = UpstreamPool(
            address: address, eventLoop: self.eventLoop, ticker: self.ticker,
            tls: address.usesTLS ? (address.verifiesCertificate ? self.tls.verifying : self.tls.trustingAnyone) : nil,
            limits: PoolState.Limits(
                maximumConnections: self.configuration.maximumConnections,
                maximumWaiters: self.configuration.maximumWaitingRequests))
        self.pools[address] = pool
        if self.isShutDown { pool.shutDown() }
        self.ticker.register(self)
        return pool
    }
}
