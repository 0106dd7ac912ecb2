public import Ledger
internal import Logging
internal import Synchronization
internal import Wire

/// Carries finished calls from the event loops to the database without a system call on the loop, and without losing one when the
/// process is killed. docs/storage.md says what it promises.
public final class Journal: CallJournal {
    /// What waits to be carried.
    public struct Depth: Sendable, Hashable {
        /// Records that are not in the database yet.
        public var records: Int
        /// Bytes of the segments that are in use.
        public var segmentBytes: Int
        /// How long ago the oldest record that waits was settled, in milliseconds; 0 where none waits.
        public var lagMilliseconds: Int64
    }

    private let lanes: [JournalLane]
    private let service: JournalService
    private let clock: WallClock

    private init(lanes: [JournalLane], service: JournalService, clock: WallClock) {
        self.lanes = lanes
        self.service = service
        self.clock = clock
    }

    public func append(_ record: CallRecord, lane: Int) -> Bool {
        guard lanes.indices.contains(lane) else { return false }
        return lanes[lane].append(record)
    }

    public func hasRoom(lane: Int) -> Bool { lanes.indices.contains(lane) && lanes[lane].hasRoom }

    /// How much waits.
    public var depth: Depth {
        var records = 0
        var bytes = 0
        for lane in service.allLanes {
            let counts = lane.counts
            records += max(0, counts.appended - counts.drained)
            bytes += lane.segments.reduce(0) { $0 + $1.capacity }
        }
        let oldest = service.oldestPending
        return Depth(
            records: records, segmentBytes: bytes, lagMilliseconds: oldest == 0 ? 0 : max(0, clock.nowMilliseconds() - oldest))
    }

    /// Carries everything that was appended before to the database now.
    /// - Returns: false where that took longer than `patience`.
    @discardableResult
    public func flush(patience: Duration = .seconds(10)) async -> Bool { await service.flush(patience: patience) }

    /// Takes no more records, carries what is there, for at most `patience`, and ends. What remains waits for the next start.
    func close(patience: Duration) async { await service.close(patience: patience) }

    /// Opens the folder, carries what an earlier process left there, and begins.
    static func open(
        _ configuration: JournalConfiguration, sinks: sending [JournalSink], clock: WallClock, logger: Logger
    ) async throws(StorageError) -> Journal {
        let service = try await JournalService.open(configuration, sinks: sinks, clock: clock, logger: logger)
        return Journal(
            lanes: Array(service.allLanes.filter { $0.number < configuration.lanes }), service: service, clock: clock)
    }
}
