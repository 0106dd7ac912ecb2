import TestSupport
import Testing

@testable import Outbound

/// What the pool should have, kept beside it in the plainest way.
private struct Simulation {
    enum Fate { case waiting, served, refused, cancelled, failed }

    let maximumConnections: Int
    let maximumWaiters: Int
    var pool: PoolState
    var idle: [Int] = []
    var leased: [Int] = []
    /// Connection and waiter.
    var dialling: [(connection: Int, waiter: Int)] = []
    var queue: [Int] = []
    var fates: [Fate] = []
    var everOpened: Set<Int> = []
    var now: Int64 = 0

    init(maximumConnections: Int, maximumWaiters: Int) {
        self.maximumConnections = maximumConnections
        self.maximumWaiters = maximumWaiters
        self.pool = PoolState(
            limits: PoolState.Limits(maximumConnections: maximumConnections, maximumWaiters: maximumWaiters))
    }

    mutating func settle(_ waiter: Int, _ fate: Fate) {
        #expect(self.fates[waiter] == .waiting, "waiter \(waiter) had its turn already")
        self.fates[waiter] = fate
    }

    mutating func open(_ connection: Int, for waiter: Int) {
        #expect(self.everOpened.insert(connection).inserted, "a number names one connection only")
        self.dialling.append((connection, waiter))
    }

    mutating func lease(freshOnly: Bool) {
        let waiter = self.fates.count
        self.fates.append(.waiting)
        switch self.pool.lease(waiter: waiter, freshOnly: freshOnly) {
        case .use(let connection):
            #expect(!freshOnly)
            #expect(connection == self.idle.last, "the one that became free last is used first")
            self.idle.removeLast()
            self.leased.append(connection)
            self.settle(waiter, .served)
        case .dial(let connection, let evicted):
            #expect(freshOnly || self.idle.isEmpty)
            if let evicted {
                #expect(evicted == self.idle.first)
                self.idle.removeFirst()
            }
            self.open(connection, for: waiter)
        case .wait:
            #expect(self.leased.count + self.dialling.count == self.maximumConnections)
            self.queue.append(waiter)
        case .refuse:
            #expect(self.queue.count == self.maximumWaiters)
            self.settle(waiter, .refused)
        }
    }

    mutating func serveFirst(_ waiter: Int) {
        #expect(waiter == self.queue.first, "waiters are served in their turn")
        self.queue.removeFirst()
    }

    mutating func release(_ connection: Int, isReusable: Bool) {
        self.now += 1
        switch self.pool.released(connection, isReusable: isReusable, now: self.now) {
        case .serve(let waiter):
            #expect(isReusable)
            self.serveFirst(waiter)
            self.settle(waiter, .served)
            self.leased.append(connection)
        case .keepIdle:
            #expect(isReusable && self.queue.isEmpty)
            self.idle.append(connection)
        case .close: #expect(!isReusable && self.queue.isEmpty)
        case .replace(let waiter, let next):
            #expect(!isReusable)
            self.serveFirst(waiter)
            self.open(next, for: waiter)
        }
    }

    mutating func lose() {
        if let next = self.pool.lost() {
            self.serveFirst(next.waiter)
            self.open(next.connection, for: next.waiter)
        } else {
            #expect(self.queue.isEmpty)
        }
    }

    mutating func step(using random: inout SeededGenerator) {
        switch Int.random(in: 0..<16, using: &random) {
        case 0...4: self.lease(freshOnly: Int.random(in: 0..<8, using: &random) == 0)
        case 5...7:
            guard let index = self.leased.indices.randomElement(using: &random) else { return }
            self.release(self.leased.remove(at: index), isReusable: Int.random(in: 0..<4, using: &random) > 0)
        case 8:
            guard let index = self.leased.indices.randomElement(using: &random) else { return }
            self.leased.remove(at: index)
            self.lose()
        case 9...11:
            guard let index = self.dialling.indices.randomElement(using: &random) else { return }
            let (connection, waiter) = self.dialling.remove(at: index)
            if self.fates[waiter] == .waiting {
                self.settle(waiter, .served)
                self.leased.append(connection)
            } else {
                self.release(connection, isReusable: true)
            }
        case 12:
            guard let index = self.dialling.indices.randomElement(using: &random) else { return }
            let (_, waiter) = self.dialling.remove(at: index)
            if self.fates[waiter] == .waiting { self.settle(waiter, .failed) }
            self.lose()
        case 13:
            // One of those that wait, in the queue or for a dial.
            let waiting = self.queue + self.dialling.map(\.waiter).filter { self.fates[$0] == .waiting }
            guard let waiter = waiting.randomElement(using: &random) else { return }
            self.pool.cancel(waiter: waiter)
            self.queue.removeAll { $0 == waiter }
            self.settle(waiter, .cancelled)
        case 14:
            guard let index = self.idle.indices.randomElement(using: &random) else { return }
            self.pool.idleClosed(self.idle.remove(at: index))
        default:
            let expired = self.pool.expired(before: self.now - Int64.random(in: 0..<20, using: &random))
            #expect(expired == Array(self.idle.prefix(expired.count)), "the oldest go first")
            self.idle.removeFirst(expired.count)
        }
    }

    func check() {
        #expect(self.pool.idleCount == self.idle.count)
        #expect(self.pool.openCount == self.idle.count + self.leased.count + self.dialling.count)
        #expect(self.pool.waiterCount == self.queue.count)
        #expect(self.pool.openCount <= self.maximumConnections)
        #expect(self.pool.waiterCount <= self.maximumWaiters)
        #expect(self.queue.isEmpty || self.idle.isEmpty, "nobody waits beside an idle connection")
    }

    /// Lets all that is under way come to its end.
    mutating func finish() {
        while !self.dialling.isEmpty || !self.leased.isEmpty {
            if let (connection, waiter) = self.dialling.popLast() {
                if self.fates[waiter] == .waiting { self.settle(waiter, .served) }
                self.leased.append(connection)
            } else if let connection = self.leased.popLast() {
                self.release(connection, isReusable: true)
            }
            self.check()
        }
        #expect(self.pool.drainIdle() == self.idle)
        #expect(self.pool.isEmpty)
        #expect(!self.fates.contains(.waiting), "every waiter is served, refused, cancelled or told of a failure")
    }
}

@Suite("Many waiters and connections in any order of events")
struct PoolSimulationTests {
    @Test(
        "The maximum holds, each waiter has one fate, the newest idle connection is used, and nothing is left over",
        arguments: [(1, 0), (1, 3), (2, 1), (4, 16), (32, 8)], [1, 2, 3, 4] as [UInt64])
    func simulation(_ limits: (connections: Int, waiters: Int), seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var simulation = Simulation(maximumConnections: limits.connections, maximumWaiters: limits.waiters)
        for _ in 0..<1500 {
            simulation.step(using: &random)
            simulation.check()
        }
        simulation.finish()
    }
}
