public import NIOCore

/// Something with deadlines that a `LoopTicker` looks after.
public protocol Ticking: AnyObject {
    /// Called on the event loop about every `LoopTicker.interval`; may unregister itself or others.
    func tick(now: NIODeadline)
    /// Where the ticker keeps the object's place; starts as -1 and is not for anyone else to change.
    var tickerIndex: Int { get set }
}

/// Coarse deadlines for everything on one event loop.
///
/// A timer for each request costs a heap insertion and a linear removal; requests come by the ten thousand and nearly none runs
/// into its deadline. So one timer looks at all of them a few times a second, and adding or removing one is a store.
/// Confined to its event loop.
public final class LoopTicker {
    public static let interval = TimeAmount.milliseconds(100)

    private let eventLoop: any EventLoop
    private var members: [any Ticking] = []
    private var isRunning = false

    public init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Begins to tick `member`. A member that is registered already stays where it is.
    public func register(_ member: any Ticking) {
        self.eventLoop.assertInEventLoop()
        guard member.tickerIndex < 0 else { return }
        member.tickerIndex = self.members.count
        self.members.append(member)
        if !self.isRunning { self.schedule() }
    }

    /// Stops ticking `member`.
    public func unregister(_ member: any Ticking) {
        self.eventLoop.assertInEventLoop()
        let index = member.tickerIndex
        guard index >= 0 else { return }
        member.tickerIndex = -1
        let last = self.members.removeLast()
        guard index < self.members.count else { return }
        self.members[index] = last
        last.tickerIndex = index
    }

    private func schedule() {
        self.isRunning = true
        self.eventLoop.assumeIsolated().scheduleTask(in: Self.interval) { self.run() }
    }

    private func run() {
        self.isRunning = false
        let now = self.eventLoop.now
        // Backwards, so that one that leaves moves only one that was already asked into its place.
        var index = self.members.count - 1
        while index >= 0 {
            if index < self.members.count { self.members[index].tick(now: now) }
            index -= 1
        }
        if !self.members.isEmpty { self.schedule() }
    }
}
