import Synchronization

/// The requests of one client that are being served: each in a task that this owns, so many at once, and some more that wait
/// for a place.
///
/// They wait here and not in the reader, which must go on reading: the answers that running calls wait for come by the same
/// way. Only where too many wait does the reader wait too.
final class RunningRequests: Sendable {
    /// What kind of request, as its number is bounded.
    enum Kind: Sendable, Hashable {
        /// It ends by itself; a place is waited for.
        case call
        /// A subscription, which may last as long as the client; beyond the bound it is refused.
        case listen
    }

    /// Why a request is not served.
    enum Refusal: Error {
        /// One of the same id is still running.
        case duplicate
        /// There are too many.
        case full
    }

    private struct Entry {
        let kind: Kind
        let id: MessageID?
        let work: @Sendable () async -> Void
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var places: [MessageID: Int] = [:]
        var nextPlace = 0
        var counts: [Kind: Int] = [:]
        /// The places of those that have not begun, in their order.
        var queue: [Int] = []
        /// The reader, where it waits until fewer wait here.
        var reader: OneShot<Void>?
        /// Who waits until nothing is left.
        var idle: OneShot<Void>?
        var isEnding = false
    }

    private let maximum: [Kind: Int]
    private let maximumWaiting: Int
    private let state = Mutex(State())

    init(calls: Int, listens: Int, waiting: Int) {
        maximum = [.call: max(1, calls), .listen: max(1, listens)]
        maximumWaiting = max(0, waiting)
    }

    /// Serves a request in a task of its own, as soon as there is a place. Returns at once unless too many wait.
    ///
    /// - Parameter id: by which it can be cancelled; nil where others see to that.
    func start(
        _ kind: Kind, id: MessageID?, _ work: @escaping @Sendable () async -> Void
    ) async throws(Refusal) {
        while let reader = try add(Entry(kind: kind, id: id, work: work)) { await reader.value() }
        begin()
    }

    /// Adds a request; where too many wait, it is not added and the slot is to be waited for.
    private func add(_ entry: Entry) throws(Refusal) -> OneShot<Void>? {
        let added = state.withLock { state -> Result<OneShot<Void>?, Refusal> in
            if let id = entry.id, state.places[id] != nil { return .failure(.duplicate) }
            let isFull = state.counts[entry.kind, default: 0] >= maximum[entry.kind, default: 1]
            if isFull, entry.kind == .listen { return .failure(.full) }
            if isFull, state.queue.count >= maximumWaiting {
                let slot = OneShot<Void>()
                state.reader = slot
                return .success(slot)
            }
            var entry = entry
            entry.isCancelled = state.isEnding
            state.nextPlace += 1
            state.entries[state.nextPlace] = entry
            if let id = entry.id { state.places[id] = state.nextPlace }
            state.queue.append(state.nextPlace)
            return .success(nil)
        }
        return try added.get()
    }

    /// Begins what waits and has a place.
    private func begin() {
        while true {
            let next = state.withLock { state -> (Int, @Sendable () async -> Void)? in
                let index = state.queue.firstIndex { place in
                    guard let kind = state.entries[place]?.kind else { return false }
                    return state.counts[kind, default: 0] < maximum[kind, default: 1]
                }
                guard let index else { return nil }
                let place = state.queue.remove(at: index)
                guard let entry = state.entries[place] else { return nil }
                state.counts[entry.kind, default: 0] += 1
                return (place, entry.work)
            }
            guard let (place, work) = next else { return }
            let task = Task {
                await work()
                self.leave(place)
            }
            let isCancelled = state.withLock { state in
                state.entries[place]?.task = task
                return state.entries[place]?.isCancelled ?? false
            }
            if isCancelled { task.cancel() }
        }
    }

    private func leave(_ place: Int) {
        let (reader, idle) = state.withLock { state -> (OneShot<Void>?, OneShot<Void>?) in
            guard let entry = state.entries.removeValue(forKey: place) else { return (nil, nil) }
            if let id = entry.id { state.places[id] = nil }
            state.counts[entry.kind, default: 1] -= 1
            return (state.reader.take(), state.entries.isEmpty ? state.idle.take() : nil)
        }
        begin()
        reader?.settle(())
        idle?.settle(())
    }

    /// Cancels the request of that id. False where there is none.
    func cancel(_ id: MessageID) -> Bool {
        let (isThere, task) = state.withLock { state -> (Bool, Task<Void, Never>?) in
            guard let place = state.places[id] else { return (false, nil) }
            state.entries[place]?.isCancelled = true
            return (true, state.entries[place]?.task)
        }
        task?.cancel()
        return isThere
    }

    /// Cancels what is there, of one kind or all; in the latter case also what comes from now on.
    func cancelAll(_ kind: Kind? = nil) {
        let tasks = state.withLock { state -> [Task<Void, Never>] in
            if kind == nil { state.isEnding = true }
            let places = state.entries.filter { kind == nil || $0.value.kind == kind }.map(\.key)
            for place in places { state.entries[place]?.isCancelled = true }
            return places.compactMap { state.entries[$0]?.task }
        }
        for task in tasks { task.cancel() }
    }

    /// Waits until nothing is left, but no longer than that. For one waiter.
    func idle(within limit: Duration) async {
        let slot = OneShot<Void>()
        let isIdle = state.withLock { state in
            if !state.entries.isEmpty { state.idle = slot }
            return state.entries.isEmpty
        }
        guard !isIdle else { return }
        let timer = Task {
            try? await Task.sleep(for: limit)
            slot.settle(())
        }
        await slot.value()
        timer.cancel()
    }
}
