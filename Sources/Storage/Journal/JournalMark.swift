/// How far a lane has come to a database: everything before is in it, nothing behind.
struct JournalMark: Sendable, Hashable, Comparable {
    var sequence: Int64 = 0
    var position: Int = 0

    static func < (left: JournalMark, right: JournalMark) -> Bool {
        (left.sequence, left.position) < (right.sequence, right.position)
    }
}

/// The records that go to the databases together.
struct JournalBatch {
    struct Entry {
        let lane: Int
        /// Where it stands.
        let place: JournalMark
        /// Behind it.
        let end: JournalMark
        let payload: UnsafeRawBufferPointer
        let record: JournalRecord
    }

    var entries: [Entry] = []
    /// The segments that the records are in, kept mapped.
    var segments: [JournalSegment] = []

    var isEmpty: Bool { entries.isEmpty }
}
