internal import Directory
internal import Ledger
internal import ModelRelay
internal import NIOCore
internal import Outbound
internal import Wire

/// What serves hot requests on one event loop. Confined to it, but for `ids`.
final class HotLoop {
    let eventLoop: any EventLoop
    let ticker: LoopTicker
    let executor: EventLoopTaskExecutor
    let relay: RelayLoop
    let upstream: UpstreamClient
    let tools: ToolHost
    let meter: Meter
    let keyHash: KeyedHash
    let clock: WallClock
    let policy: HotPolicy
    let metrics: HotMetrics
    /// The journal's lane of this loop.
    let lane: Int
    private var directory: LiveDirectory.Reader
    private var ids = RequestIDGenerator()
    private var recentKeys = RecentKeys()
    private var dateHeader = DateHeader()

    init(
        relay: RelayLoop, upstream: UpstreamClient, ticker: LoopTicker, tools: ToolHost, meter: Meter, directory: LiveDirectory,
        keyHash: KeyedHash,
        clock: WallClock, policy: HotPolicy, metrics: HotMetrics
    ) {
        self.eventLoop = relay.eventLoop
        self.lane = relay.lane
        self.ticker = ticker
        self.executor = EventLoopTaskExecutor(eventLoop: relay.eventLoop)
        self.relay = relay
        self.upstream = upstream
        self.tools = tools
        self.meter = meter
        self.directory = directory.reader()
        self.keyHash = keyHash
        self.clock = clock
        self.policy = policy
        self.metrics = metrics
    }

    var snapshot: Snapshot { self.directory.current() }

    /// The value of `Date` for an answer that is made now.
    var date: String { self.dateHeader.text(at: self.clock.nowMilliseconds()) }

    func hash(ofKey key: Substring) -> KeyHash { self.recentKeys.hash(String(key), by: self.keyHash) }

    func nextID(now: Int64) -> RequestID { self.ids.next(nowMilliseconds: now) }
}
