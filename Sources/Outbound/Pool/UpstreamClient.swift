public import NIOCore

/// The relay's way out: pooled HTTP/1.1 connections of one event loop, so that a request and its upstream share a thread.
///
/// Confined to its event loop. Addresses come from channels, which only an operator makes; for an address that a tenant gave,
/// `GuardedClient` stands before this.
public final class UpstreamClient: Ticking {
    public struct Configuration: Sendable {
        /// Of one event loop to one upstream.
        public var maximumConnections = 512
        public var maximumWaitingRequests = 1024
        /// Of one event loop, to which it has connections at a time. Only addresses that are pinned count: all others an operator wrote.
        public var maximumPinnedUpstreams = 4096
        /// Shorter than the minute after which many servers close an idle connection.
        public var idleTimeout = TimeAmount.seconds(50)
        /// How old a connection may be when it becomes free and is kept all the same. A new one follows what the upstream's name leads to
        /// by then, and spreads over its servers.
        public var maximumConnectionAge = TimeAmount.minutes(5)
        public init() {}
    }

    public let eventLoop: any EventLoop
    public let ticker: LoopTicker
    private let configuration: Configuration
    private let tls: TLS
    private var pools: [UpstreamAddress: UpstreamPool] = [:]
    private var pinnedCount = 0
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
            if pool.isEmpty { self.forget(address) }
        }
        if self.pools.isEmpty { self.ticker.unregister(self) }
    }

    /// How many connections there are to an upstream, how many of them are idle, and how many calls wait; nil where none of these.
    func counts(of address: UpstreamAddress) -> (open: Int, idle: Int, waiting: Int)? { self.pools[address]?.counts }

    private func pool(for address: UpstreamAddress) -> UpstreamPool {
        if let pool = self.pools[address] { return pool }
        let isPinned = address.pinned != nil
        if isPinned, self.pinnedCount >= self.configuration.maximumPinnedUpstreams { self.forgetUnused() }
        let isFull = isPinned && self.pinnedCount >= self.configuration.maximumPinnedUpstreams
        let pool = UpstreamPool(
            address: address, eventLoop: self.eventLoop, ticker: self.ticker,
            tls: self.tls,
            limits: PoolState.Limits(
                maximumConnections: isFull ? 0 : self.configuration.maximumConnections,
                maximumWaiters: isFull ? 0 : self.configuration.maximumWaitingRequests),
            maximumConnectionAge: self.configuration.maximumConnectionAge)
        // One that takes nothing says so itself, and is then of no more use.
        guard !isFull else { return pool }
        self.pools[address] = pool
        if isPinned { self.pinnedCount += 1 }
        if self.isShutDown { pool.shutDown() }
        self.ticker.register(self)
        return pool
    }

    private func forget(_ address: UpstreamAddress) {
        guard self.pools.removeValue(forKey: address) != nil, address.pinned != nil else { return }
        self.pinnedCount -= 1
    }

    /// Gives up the pinned upstreams to which there are idle connections only.
    private func forgetUnused() {
        for (address, pool) in self.pools where address.pinned != nil {
            pool.closeIdle(olderThan: .zero, now: self.eventLoop.now + .nanoseconds(1))
            if pool.isEmpty { self.forget(address) }
        }
    }
}
