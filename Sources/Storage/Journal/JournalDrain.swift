internal import Logging
internal import Wire

/// Carries the records of all lanes to the databases, in batches. Used by one thread at a time.
final class JournalDrain {
    let lanes: [JournalLane]
    private let journal: UInt64
    private let folder: String
    private let sinks: [JournalSink]
    private let clock: WallClock
    private let logger: Logger
    /// After the database refused a batch: how many records are carried one by one, to find out which of them it is.
    private var suspects = 0
    private var refusals = 0
    /// Rows of the next batch.
    private var rows: Int { suspects > 0 ? 1 : JournalConfiguration.batchRows }
    /// How often the database has to refuse a single record, and nothing else, until it is put aside.
    private static let patience = 3

    /// When the first record that waits was settled; nil where none waits.
    private(set) var oldestPending: Int64?

    init(
        lanes: [JournalLane], journal: UInt64, folder: String, sinks: [JournalSink], clock: WallClock, logger: Logger
    ) {
        self.lanes = lanes
        self.journal = journal
        self.folder = folder
        self.sinks = sinks
        self.clock = clock
        self.logger = logger
    }

    /// Carries everything that is there now.
    func drain() throws(StorageError) {
        while try drainBatch() {}
    }

    /// Carries one batch.
    /// - Returns: whether there may be more.
    func drainBatch() throws(StorageError) -> Bool {
        let marks = try self.marks()
        let batch = try collect(from: marks)
        oldestPending = batch.entries.first?.record.createdAt
        if !batch.isEmpty {
            try store(batch)
            for lane in Set(batch.entries.map(\.lane)) {
                self.lane(lane)?.noteDrained(batch.entries.count { $0.lane == lane })
            }
            oldestPending = nil
        }
        try retire()
        return !batch.isEmpty
    }

    /// How far all databases have come: the least of their marks.
    func marks() throws(StorageError) -> [Int: JournalMark] {
        var least: [Int: JournalMark] = [:]
        for (index, sink) in sinks.enumerated() {
            let marks = try sink.marks(of: journal)
            for lane in lanes.map(\.number) {
                let mark = marks[lane] ?? JournalMark()
                least[lane] = index == 0 ? mark : min(least[lane] ?? mark, mark)
            }
        }
        return least
    }

    /// The greatest sequence that a database knows of each lane, so that no later segment gets it again.
    static func latestSequences(_ sinks: [JournalSink], journal: UInt64) throws(StorageError) -> [Int: Int64] {
        var latest: [Int: Int64] = [:]
        for sink in sinks {
            for (lane, mark) in try sink.marks(of: journal) { latest[lane] = max(latest[lane] ?? 0, mark.sequence) }
        }
        return latest
    }

    private func lane(_ number: Int) -> JournalLane? { lanes.first { $0.number == number } }

    private func collect(from marks: [Int: JournalMark]) throws(StorageError) -> JournalBatch {
        var batch = JournalBatch()
        for lane in lanes {
            var mark = marks[lane.number] ?? JournalMark()
            for segment in lane.segments where segment.sequence >= mark.sequence {
                if batch.entries.count >= rows { return batch }
                if segment.sequence > mark.sequence { mark = JournalMark(sequence: segment.sequence, position: 0) }
                batch.segments.append(segment)
                while batch.entries.count < rows, let (payload, next) = try segment.record(at: mark.position) {
                    let end = JournalMark(sequence: segment.sequence, position: next)
                    batch.entries.append(
                        JournalBatch.Entry(
                            lane: lane.number, place: mark, end: end, payload: payload, record: try JournalRecord(payload)))
                    mark = end
                }
            }
        }
        return batch
    }

    private func store(_ batch: JournalBatch) throws(StorageError) {
        do throws(StorageError) {
            for sink in sinks { try sink.store(batch, journal: journal, clock: clock) }
            suspects = max(0, suspects - 1)
            refusals = 0
        } catch {
            guard case .internal = error.code else { throw error }
            // The database took the statements but not what was in them: that will not get better by itself.
            if suspects == 0 {
                suspects = batch.entries.count
                throw error
            }
            refusals += 1
            guard refusals >= Self.patience else { throw error }
            try putAside(batch, because: error)
        }
    }

    /// Keeps a record that the database refuses in a file of its own, so that it does not hold up all others.
    private func putAside(_ batch: JournalBatch, because error: StorageError) throws(StorageError) {
        for entry in batch.entries { try RefusedRecords.append(entry.payload, folder: folder) }
        logger.error(
            "a call could not be stored and was put aside in the journal's folder",
            metadata: ["reason": "\(error.message)", "records": "\(batch.entries.count)"])
        for sink in sinks { try sink.skip(batch, journal: journal) }
        suspects = max(0, suspects - 1)
        refusals = 0
    }

    /// Deletes segments whose records are all stored, and safe from a loss of power.
    private func retire() throws(StorageError) {
        let marks = try marks()
        var isDurable = false
        for lane in lanes {
            let segments = lane.segments
            guard segments.count > 1, let mark = marks[lane.number] else { continue }
            // The last one is written to, or will be needed to tell where the lane goes on.
            let done = segments.dropLast().prefix { segment in
                segment.sequence < mark.sequence || segment.end <= JournalSegment.headerBytes
                    || (segment.sequence == mark.sequence && mark.position >= segment.end)
            }
            guard let last = done.last else { continue }
            if !isDurable { for sink in sinks { try sink.makeDurable() } }
            isDurable = true
            lane.retire(before: last.sequence + 1)
        }
    }

    /// After the lanes are closed and everything is carried: leaves no segment behind.
    func discard() throws(StorageError) {
        let marks = try marks()
        for sink in sinks { try sink.makeDurable() }
        for lane in lanes {
            let mark = marks[lane.number] ?? JournalMark()
            let isDone = lane.segments.allSatisfy { segment in
                segment.sequence < mark.sequence || segment.end <= JournalSegment.headerBytes
                    || (segment.sequence == mark.sequence && mark.position >= segment.end)
            }
            if isDone { lane.discard() }
        }
    }
}
