import Testing

@testable import Outbound

@Suite("The state of a pool")
struct PoolStateTests {
    private func pool(_ maximumConnections: Int = 2, _ maximumWaiters: Int = 2) -> PoolState {
        PoolState(limits: PoolState.Limits(maximumConnections: maximumConnections, maximumWaiters: maximumWaiters))
    }

    @Test("A first request dials; what it leaves free is used by the next")
    func reuse() {
        var pool = self.pool()
        #expect(pool.lease(waiter: 1, freshOnly: false) == .dial(1, evicting: nil))
        #expect(pool.released(1, isReusable: true, now: 0) == .keepIdle)
        #expect(pool.lease(waiter: 2, freshOnly: false) == .use(1))
        #expect(pool.openCount == 1)
    }

    @Test("The connection that became free last is used first, so that the surplus grows old")
    func lastInFirstOut() {
        var pool = self.pool(3)
        for waiter in 1...3 { #expect(pool.lease(waiter: waiter, freshOnly: false) == .dial(waiter, evicting: nil)) }
        for (moment, connection) in [2, 3, 1].enumerated() {
            #expect(pool.released(connection, isReusable: true, now: Int64(moment)) == .keepIdle)
        }
        #expect(pool.lease(waiter: 4, freshOnly: false) == .use(1))
        #expect(pool.expired(before: 1) == [2])
        #expect(pool.lease(waiter: 5, freshOnly: false) == .use(3))
        #expect(pool.idleCount == 0)
    }

    @Test("At the maximum a request waits, is served in its turn, and is refused where the queue is full too")
    func queue() {
        var pool = self.pool(1, 2)
        #expect(pool.lease(waiter: 1, freshOnly: false) == .dial(1, evicting: nil))
        #expect(pool.lease(waiter: 2, freshOnly: false) == .wait)
        #expect(pool.lease(waiter: 3, freshOnly: true) == .wait)
        #expect(pool.lease(waiter: 4, freshOnly: false) == .refuse)
        #expect(pool.released(1, isReusable: true, now: 0) == .serve(waiter: 2))
        #expect(pool.released(1, isReusable: true, now: 0) == .serve(waiter: 3))
        #expect(pool.released(1, isReusable: true, now: 0) == .keepIdle)
    }

    @Test("A connection that can't be used again is replaced for whoever waits")
    func replacement() {
        var pool = self.pool(1)
        #expect(pool.lease(waiter: 1, freshOnly: false) == .dial(1, evicting: nil))
        #expect(pool.lease(waiter: 2, freshOnly: false) == .wait)
        #expect(pool.released(1, isReusable: false, now: 0) == .replace(waiter: 2, connection: 2))
        #expect(pool.released(2, isReusable: false, now: 0) == .close)
        #expect(pool.isEmpty)
    }

    @Test("A connection that was lost, or never came about, is replaced for whoever waits")
    func loss() {
        var pool = self.pool(1)
        #expect(pool.lease(waiter: 1, freshOnly: false) == .dial(1, evicting: nil))
        #expect(pool.lease(waiter: 2, freshOnly: false) == .wait)
        let next = pool.lost()
        #expect(next?.waiter == 2)
        #expect(next?.connection == 2)
        let none = pool.lost()
        #expect(none == nil)
        #expect(pool.isEmpty)
    }

    @Test("A waiter that gave up is passed over")
    func cancellation() {
        var pool = self.pool(1)
        #expect(pool.lease(waiter: 1, freshOnly: false) == .dial(1, evicting: nil))
        #expect(pool.lease(waiter: 2, freshOnly: false) == .wait)
        #expect(pool.lease(waiter: 3, freshOnly: false) == .wait)
        pool.cancel(waiter: 2)
        #expect(pool.waiterCount == 1)
        #expect(pool.released(1, isReusable: true, now: 0) == .serve(waiter: 3))
    }

    @Test("A request that must have a fresh connection takes no idle one, and in a full pool the place of the oldest")
    func freshOnly() {
        var pool = self.pool(2)
        #expect(pool.lease(waiter: 1, freshOnly: false) == .dial(1, evicting: nil))
        #expect(pool.lease(waiter: 2, freshOnly: false) == .dial(2, evicting: nil))
        #expect(pool.released(1, isReusable: true, now: 0) == .keepIdle)
        #expect(pool.released(2, isReusable: true, now: 1) == .keepIdle)
        #expect(pool.lease(waiter: 3, freshOnly: true) == .dial(3, evicting: 1))
        #expect(pool.openCount == 2)
        #expect(pool.idleCount == 1)
    }

    @Test("An idle connection that its other end closed is never used")
    func idleClosed() {
        var pool = self.pool(2)
        #expect(pool.lease(waiter: 1, freshOnly: false) == .dial(1, evicting: nil))
        #expect(pool.released(1, isReusable: true, now: 0) == .keepIdle)
        pool.idleClosed(1)
        #expect(pool.isEmpty)
        #expect(pool.lease(waiter: 2, freshOnly: false) == .dial(2, evicting: nil))
    }

    @Test("What has been idle for too long is taken out, oldest first; draining takes out all")
    func expiry() {
        var pool = self.pool(4)
        for waiter in 1...4 { _ = pool.lease(waiter: waiter, freshOnly: false) }
        for connection in 1...4 { _ = pool.released(connection, isReusable: true, now: Int64(connection * 10)) }
        #expect(pool.expired(before: 10) == [])
        #expect(pool.expired(before: 21) == [1, 2])
        #expect(pool.drainIdle() == [3, 4])
        #expect(pool.isEmpty)
    }
}
