/// How the journal is laid out, within its bounds.
struct JournalConfiguration: Sendable {
    let folder: String
    let lanes: Int
    /// A multiple of the page size.
    let segmentBytes: Int
    /// At least 2, so that one can be written to while another is carried.
    let segmentsPerLane: Int
    let drainInterval: Duration

    /// Rows of one transaction.
    static let batchRows = 1000
    /// How often what was written is synced to the disk.
    static let syncInterval = Duration.seconds(1)

    init(_ configuration: StoreConfiguration) {
        folder = configuration.journalFolder
        lanes = min(max(configuration.lanes, 1), 1024)
        let bytes = min(max(configuration.journalSegmentBytes, 64 << 10), 1 << 30)
        segmentBytes = (bytes + 4095) & ~4095
        segmentsPerLane = min(max(configuration.journalSegmentsPerLane, 2), 4096)
        drainInterval = min(max(configuration.drainInterval, .milliseconds(1)), .seconds(10))
    }

    /// The most that the bodies of one record take: with everything else at its longest it still fits into a segment.
    var greatestDetailBytes: Int {
        min(segmentBytes / 2, segmentBytes - JournalSegment.headerBytes - JournalEncoder.greatestWithoutDetail - 64)
    }
}
