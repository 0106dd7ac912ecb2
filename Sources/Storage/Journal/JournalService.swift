internal import Logging
internal import Synchronization
internal import Wire

/// The journal's background: one thread that carries, prepares segments and syncs.
final class JournalService: @unchecked Sendable {
    // Proof: `drain`, `tail`, `failures` and `stuckLanes` are used by the thread that `open` runs on, and then only by the
    // service's own thread, which is started afterwards. Everything else is made for sharing.

    private struct Shared {
        var waiting: [Waiting] = []
        /// Those that wait for the thread to end.
        var closing: [CheckedContinuation<Void, Never>] = []
        var isClosing = false
        var isEnded = false
        /// When a closing service gives up.
        var latest: ContinuousClock.Instant?
    }

    private struct Waiting {
        /// How many records of each lane have to be carried.
        let counts: [Int]
        let latest: ContinuousClock.Instant
        let done: CheckedContinuation<Bool, Never>
    }

    let allLanes: [JournalLane]
    private let drain: JournalDrain
    private let configuration: JournalConfiguration
    private let lock: FileLock
    private let logger: Logger
    private let bell = Doorbell()
    private let shared = Mutex(Shared())
    private let oldest = Atomic<Int64>(0)
    private var tail: JournalTail
    private var failures = 0
    private var stuckLanes: Set<Int> = []

    /// When the oldest record that waits was settled, milliseconds since 1970; 0 where none waits.
    var oldestPending: Int64 { oldest.load(ordering: .relaxed) }

    private init(
        drain: JournalDrain, configuration: JournalConfiguration, lock: FileLock, logger: Logger
    ) {
        allLanes = drain.lanes
        self.drain = drain
        self.configuration = configuration
        self.lock = lock
        self.logger = logger
        tail = JournalTail(lanes: drain.lanes)
    }

    static func open(
        _ configuration: JournalConfiguration, sinks: sending [JournalSink], clock: WallClock, logger: Logger
    ) async throws(StorageError) -> JournalService {
        // Handed over to the thread that opens, and from there to the service.
        let sinks = Handover(sinks)
        return try await PlainThread.run("portico-recover") { () throws(StorageError) -> JournalService in
            try FileSystem.createFolder(configuration.folder)
            let lock = try FileLock(path: configuration.folder + "/lock", of: "the journal \(configuration.folder)")
            let identity = try JournalIdentity.read(folder: configuration.folder)
            guard let sinks = sinks.take() else { throw .internal("the journal was opened twice") }
            let lanes = try JournalRecovery.lanes(configuration, journal: identity, sinks: sinks, logger: logger)
            let drain = JournalDrain(
                lanes: lanes, journal: identity, folder: configuration.folder, sinks: sinks, clock: clock, logger: logger)
            // Before anything is read from the database: what it says of what was used then includes every call.
            try drain.drain()
            for lane in lanes { lane.beginCounting() }
            for lane in lanes where lane.number < configuration.lanes { try lane.prepare() }
            let service = JournalService(drain: drain, configuration: configuration, lock: lock, logger: logger)
            try PlainThread.start("portico-journal") { service.run() }
            return service
        }
    }

    /// Asks for everything to be carried that is there now; false where it takes too long.
    func flush(patience: Duration) async -> Bool {
        let counts = allLanes.map(\.counts.appended)
        let latest = ContinuousClock.now + patience
        return await withCheckedContinuation { done in
            let isEnded = shared.withLock { shared in
                if !shared.isEnded { shared.waiting.append(Waiting(counts: counts, latest: latest, done: done)) }
                return shared.isEnded
            }
            if isEnded { done.resume(returning: allCarried(counts)) } else { bell.ring() }
        }
    }

    /// Ends the thread, after everything was carried or `patience` is over.
    func close(patience: Duration) async {
        for lane in allLanes { lane.close() }
        let latest = ContinuousClock.now + patience
        shared.withLock { shared in
            shared.isClosing = true
            shared.latest = shared.latest ?? latest
        }
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            let isEnded = shared.withLock { shared in
                if !shared.isEnded { shared.closing.append(done) }
                return shared.isEnded
            }
            if isEnded { done.resume() } else { bell.ring() }
        }
        lock.release()
    }

    // MARK: - The thread

    private func run() {
        while true {
            bell.wait(atMost: pause)
            let isClosing = shared.withLock { $0.isClosing }
            let isCarried = carry()
            tail.sync()
            if isClosing, isCarried || isOver() { break }
            answer()
        }
        // What could not be carried stays where it is.
        if (try? drain.marks()) != nil, isEverythingCarried { try? drain.discard() }
        end()
    }

    /// One round; false where the database did not take everything.
    private func carry() -> Bool {
        do throws(StorageError) {
            for lane in allLanes where lane.number < configuration.lanes { try prepare(lane) }
            while try drain.drainBatch() {
                for lane in allLanes where lane.number < configuration.lanes { try prepare(lane) }
                tail.sync()
                answer()
            }
            if failures > 0 { logger.notice("the journal is carried to the database again") }
            failures = 0
            oldest.store(0, ordering: .relaxed)
            return true
        } catch {
            if failures == 0 {
                logger.error(
                    "the journal can't be carried to the database; calls wait in it", metadata: ["reason": "\(error.message)"])
            }
            failures += 1
            oldest.store(drain.oldestPending ?? 0, ordering: .relaxed)
            return false
        }
    }

    /// A segment that can't be made does not keep those that are there from being carried.
    private func prepare(_ lane: JournalLane) throws(StorageError) {
        if shared.withLock({ $0.isClosing }) { return }
        do throws(StorageError) {
            try lane.prepare()
            if stuckLanes.remove(lane.number) != nil {
                logger.notice("the journal grows again", metadata: ["lane": "\(lane.number)"])
            }
        } catch {
            guard stuckLanes.insert(lane.number).inserted else { return }
            logger.error("the journal can't grow", metadata: ["lane": "\(lane.number)", "reason": "\(error.message)"])
        }
    }

    /// Until the next round: longer and longer while the database does not answer.
    private var pause: Duration {
        failures == 0 ? configuration.drainInterval : min(.milliseconds(250 << min(failures - 1, 4)), .seconds(4))
    }

    private var isEverythingCarried: Bool { allLanes.allSatisfy { $0.counts.drained >= $0.counts.appended } }

    private func allCarried(_ counts: [Int]) -> Bool { zip(allLanes, counts).allSatisfy { $0.counts.drained >= $1 } }

    private func isOver() -> Bool {
        shared.withLock { shared in shared.latest.map { ContinuousClock.now >= $0 } ?? false }
    }

    /// Tells those that wait, if what they wait for is done, or their time is over.
    private func answer() {
        let now = ContinuousClock.now
        let answers = shared.withLock { shared in
            let waiting = shared.waiting
            shared.waiting = waiting.filter { !allCarried($0.counts) && now < $0.latest }
            return waiting.filter { allCarried($0.counts) || now >= $0.latest }
        }
        for waiting in answers { waiting.done.resume(returning: allCarried(waiting.counts)) }
    }

    private func end() {
        let (waiting, closing) = shared.withLock { shared in
            shared.isEnded = true
            defer {
                shared.waiting = []
                shared.closing = []
            }
            return (shared.waiting, shared.closing)
        }
        for waiting in waiting { waiting.done.resume(returning: allCarried(waiting.counts)) }
        for done in closing { done.resume() }
    }
}

/// Carries a value that is not sendable from the one thread that had it to the one that takes it.
final class Handover<Value>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: sending Value) { self.value = Mutex(value) }

    func take() -> sending Value? {
        value.withLock { value in
            let taken = value
            value = nil
            return taken
        }
    }
}
