internal import Ledger
internal import Logging
internal import Synchronization

/// The segments of one event loop: one that is written to, one that is ready to follow it, and those that wait to be carried to
/// the database.
final class JournalLane: Sendable {
    /// What the writer needs at each record. Only one thread appends to a lane, so its lock is never waited for.
    private struct Writer {
        var segment: JournalSegment?
        /// Whether another record may come: false once the lane is closed.
        var isOpen = true
    }

    private struct Chain {
        /// From the oldest to the one that is written to.
        var segments: [JournalSegment] = []
        var next: JournalSegment?
        var latestSequence: Int64
        /// How many of `segments` an earlier process left: they don't count against the limit.
        var recovered: Int
    }

    let number: Int
    private let configuration: JournalConfiguration
    private let journal: UInt64
    private let writer = Mutex(Writer())
    private let chain: Mutex<Chain>
    private let nextIsReady = Atomic(false)
    private let appendedRecords = Atomic<Int>(0)
    private let drainedRecords = Atomic<Int>(0)

    init(number: Int, configuration: JournalConfiguration, journal: UInt64, recovered: [JournalSegment], latestSequence: Int64) {
        self.number = number
        self.configuration = configuration
        self.journal = journal
        chain = Mutex(
            Chain(segments: recovered, latestSequence: latestSequence, recovered: recovered.count))
    }

    // MARK: - The event loop's side

    /// Writes a record; false where there is no room.
    func append(_ record: borrowing CallRecord) -> Bool {
        let bound = JournalEncoder.bound(record)
        let bodies = record.detail.map { $0.requestBody.utf8.count + $0.responseBody.utf8.count } ?? 0
        let detailBytes = min(bodies, configuration.greatestDetailBytes)
        let needed = JournalSegment.space(for: bound + detailBytes + 16)
        return writer.withLock { writer in
            guard writer.isOpen else { return false }
            if let segment = writer.segment, segment.end + needed <= segment.capacity {
                segment.append(record, detailBytes: detailBytes)
            } else {
                guard let segment = follow(writer.segment), segment.end + needed <= segment.capacity else { return false }
                writer.segment = segment
                segment.append(record, detailBytes: detailBytes)
            }
            appendedRecords.add(1, ordering: .releasing)
            return true
        }
    }

    /// Whether one more call may be admitted: a segment is ready to follow, or this one is at most half full; the other half is
    /// for the calls that are under way.
    var hasRoom: Bool {
        if nextIsReady.load(ordering: .relaxed) { return true }
        return writer.withLock { writer in
            guard writer.isOpen, let segment = writer.segment else { return false }
            return segment.end <= segment.capacity / 2
        }
    }

    /// The segment to follow: the one that was prepared, or, should the background have fallen behind, one that is made now.
    private func follow(_ full: JournalSegment?) -> JournalSegment? {
        chain.withLock { chain in
            if chain.next == nil, isBelowLimit(chain) { chain.next = try? create(&chain) }
            guard let next = chain.next else { return nil }
            chain.next = nil
            nextIsReady.store(false, ordering: .relaxed)
            chain.segments.append(next)
            return next
        }
    }

    // MARK: - The background's side

    /// Makes the first segment, and the one to follow; afterwards, the one to follow where there is none.
    func prepare() throws(StorageError) {
        try makeNext()
        let isFirst = writer.withLock { writer in
            guard writer.isOpen, writer.segment == nil else { return false }
            writer.segment = follow(nil)
            return true
        }
        if isFirst { try makeNext() }
    }

    private func makeNext() throws(StorageError) {
        if nextIsReady.load(ordering: .relaxed) { return }
        // Made outside the lock: it takes milliseconds. Only this thread prepares, and the loop makes one itself only in need.
        let sequence: Int64? = chain.withLock { chain in
            guard chain.next == nil, isBelowLimit(chain) else { return nil }
            chain.latestSequence += 1
            return chain.latestSequence
        }
        guard let sequence else { return }
        let segment = try create(sequence)
        chain.withLock { chain in
            if chain.next == nil { chain.next = segment } else { segment.retire() }
            nextIsReady.store(true, ordering: .relaxed)
        }
    }

    /// From the oldest to the one that is written to.
    var segments: [JournalSegment] { chain.withLock { $0.segments } }

    /// Takes segments out whose records are all in the database, and deletes their files.
    func retire(before sequence: Int64) {
        let retired = chain.withLock { chain in
            let retired = Array(chain.segments.prefix { $0.sequence < sequence })
            chain.segments.removeFirst(retired.count)
            chain.recovered = max(0, chain.recovered - retired.count)
            return retired
        }
        for segment in retired { segment.retire() }
    }

    /// Notes that `count` records more are in the database.
    func noteDrained(_ count: Int) { drainedRecords.add(count, ordering: .relaxed) }

    /// Everything that was recovered is carried: from here on, only what is appended counts.
    func beginCounting() { drainedRecords.store(0, ordering: .relaxed) }

    /// How many records were appended, and how many of those were carried.
    var counts: (appended: Int, drained: Int) {
        (appendedRecords.load(ordering: .acquiring), drainedRecords.load(ordering: .relaxed))
    }

    /// No further record is taken.
    func close() { writer.withLock { $0.isOpen = false } }

    /// Deletes the segments, which hold nothing that is not in the database. The lane is closed.
    func discard() {
        let all = chain.withLock { chain in
            defer {
                chain.segments = []
                chain.next = nil
            }
            return chain.segments + (chain.next.map { [$0] } ?? [])
        }
        nextIsReady.store(false, ordering: .relaxed)
        writer.withLock { $0.segment = nil }
        for segment in all { segment.retire() }
    }

    private func isBelowLimit(_ chain: borrowing Chain) -> Bool {
        chain.segments.count - chain.recovered < configuration.segmentsPerLane
    }

    private func create(_ chain: inout Chain) throws(StorageError) -> JournalSegment {
        chain.latestSequence += 1
        return try create(chain.latestSequence)
    }

    private func create(_ sequence: Int64) throws(StorageError) -> JournalSegment {
        try JournalSegment.create(
            folder: configuration.folder, journal: journal, lane: number, sequence: sequence, bytes: configuration.segmentBytes)
    }
}
