import Synchronization
import Wire

/// Where a service announces that something changed, and from where it reaches whoever watches.
///
/// A change waits for a slow watcher only once: a list that changed twice is one change, and so is a resource. So what
/// waits is bounded by what is watched.
public final class ChangeHub: Sendable {
    /// What a hub holds at most.
    public struct Limits: Sendable, Hashable {
        /// How many may watch at once, all audiences together.
        public var watchers: Int
        /// How many resources one of them may subscribe to.
        public var subscriptions: Int
        /// How many changes may wait for one of them; the oldest go first.
        public var waiting: Int

        /// Limits of a hub.
        public init(watchers: Int = 16_384, subscriptions: Int = 1_024, waiting: Int = 2_048) {
            self.watchers = watchers
            self.subscriptions = subscriptions
            self.waiting = waiting
        }
    }

    private struct State {
        var table = WatcherTable()
        var queues: [Int: ChangeQueue] = [:]
    }

    private let limits: Limits
    private let state = Mutex(State())

    /// A hub that nobody watches yet.
    public init(limits: Limits = Limits()) { self.limits = limits }

    /// How many watch.
    package var watcherCount: Int { state.withLock { $0.queues.count } }

    /// The changes that pass the filter and are announced to that audience or to all, until the sequence is dropped.
    /// - Throws: `MCPError` where too many watch, or too much is watched.
    func watch(_ filter: ChangeFilter, audience: String) throws(MCPError) -> AsyncStream<Change> {
        guard filter.resourceSubscriptions.count <= limits.subscriptions else {
            throw .invalidParams("At most \(limits.subscriptions) resources can be subscribed to at once")
        }
        let queue = ChangeQueue(limit: limits.waiting)
        let id = state.withLock { state -> Int? in
            guard state.queues.count < limits.watchers else { return nil }
            let id = state.table.add(filter, audience: audience)
            state.queues[id] = queue
            return id
        }
        guard let id else { throw .refused(.rateLimited(retryAfter: nil), "Too many clients watch this server") }
        let registration = Registration(id: id, queue: queue, hub: self)
        return AsyncStream {
            await registration.queue.next()
        } onCancel: {
            registration.end()
        }
    }

    /// Tells whoever watches for this change; with an audience, only those of it.
    public func announce(_ change: Change, to audience: String? = nil) {
        let queues = state.withLock { state in
            state.table.recipients(of: change, audience: audience).compactMap { state.queues[$0] }
        }
        for queue in queues { queue.offer(change) }
    }

    fileprivate func remove(_ id: Int) {
        state.withLock { state in
            state.table.remove(id)
            state.queues[id] = nil
        }
    }
}

/// A watcher's place in the hub, held by the sequence alone: it is given up with it.
private final class Registration: Sendable {
    private let id: Int
    let queue: ChangeQueue
    private let hub: ChangeHub

    init(id: Int, queue: ChangeQueue, hub: ChangeHub) {
        self.id = id
        self.queue = queue
        self.hub = hub
    }

    func end() {
        hub.remove(id)
        queue.close()
    }

    deinit { end() }
}
