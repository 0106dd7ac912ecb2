internal import NIOCore

/// The connections of one event loop to one upstream, as a pure state machine: events in, what to do out.
///
/// Connections and waiters are named by numbers; who holds the sockets performs the actions. A connection is dialling, idle or
/// leased; one that is none of these is gone. Idle ones are reused last in, first out, so that the surplus grows old and is closed.
struct PoolState {
    struct Limits: Sendable {
        var maximumConnections = 512
        var maximumWaiters = 1024
    }

    enum Lease: Equatable {
        /// Send on this idle connection.
        case use(Int)
        /// Open this connection; an idle one that it takes the place of is closed.
        case dial(Int, evicting: Int?)
        /// The waiter is queued; `released` or `lost` will name it.
        case wait
        case refuse
    }

    /// What becomes of a connection that is free.
    enum Next: Equatable {
        case serve(waiter: Int)
        case keepIdle
        case close
        /// Close it, and open another one for a waiter in its place.
        case replace(waiter: Int, connection: Int)
    }

    private let limits: Limits
    private var idle: [(connection: Int, since: Int64)] = []
    private var busyCount = 0
    private var waiters: CircularBuffer<Int> = []
    private var nextConnection = 0

    init(limits: Limits) { self.limits = limits }

    var openCount: Int { self.idle.count + self.busyCount }
    var idleCount: Int { self.idle.count }
    var waiterCount: Int { self.waiters.count }
    var isEmpty: Bool { self.openCount == 0 && self.waiters.isEmpty }

    /// `waiter` wants a connection; a fresh one only, after an idle one turned out to be stale.
    mutating func lease(waiter: Int, freshOnly: Bool) -> Lease {
        if !freshOnly, let last = self.idle.popLast() {
            self.busyCount += 1
            return .use(last.connection)
        }
        guard self.busyCount < self.limits.maximumConnections else {
            guard self.waiters.count < self.limits.maximumWaiters else { return .refuse }
            self.waiters.append(waiter)
            return .wait
        }
        // Where the pool is full of idle ones, the oldest gives way to a connection that has to be fresh.
        let evicted = self.openCount < self.limits.maximumConnections ? nil : self.idle.removeFirst().connection
        self.busyCount += 1
        self.nextConnection += 1
        return .dial(self.nextConnection, evicting: evicted)
    }

    /// A leased connection is free again. `now` in any unit that `expired` shares.
    mutating func released(_ connection: Int, isReusable: Bool, now: Int64) -> Next {
        guard isReusable else {
            guard let next = self.lost() else { return .close }
            return .replace(waiter: next.waiter, connection: next.connection)
        }
        if let waiter = self.waiters.popFirst() { return .serve(waiter: waiter) }
        self.busyCount -= 1
        self.idle.append((connection, now))
        return .keepIdle
    }

    /// A leased or dialling connection is gone for good; the waiter that may now dial, if any.
    mutating func lost() -> (waiter: Int, connection: Int)? {
        self.busyCount -= 1
        guard let waiter = self.waiters.popFirst() else { return nil }
        self.busyCount += 1
        self.nextConnection += 1
        return (waiter, self.nextConnection)
    }

    /// An idle connection was closed by its other end.
    mutating func idleClosed(_ connection: Int) {
        self.idle.removeAll { $0.connection == connection }
    }

    /// `waiter` no longer wants a connection.
    mutating func cancel(waiter: Int) {
        self.waiters.removeAll { $0 == waiter }
    }

    /// Takes out the connections that have been idle since `moment` or longer, to be closed.
    mutating func expired(before moment: Int64) -> [Int] {
        let keep = self.idle.firstIndex { $0.since >= moment } ?? self.idle.count
        guard keep > 0 else { return [] }
        let old = self.idle[..<keep].map(\.connection)
        self.idle.removeFirst(keep)
        return old
    }

    /// Takes out every idle connection, to be closed.
    mutating func drainIdle() -> [Int] { self.expired(before: .max) }
}
