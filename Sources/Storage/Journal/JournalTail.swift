/// Syncs what was written to the disk every second, so that a loss of power costs no more than that.
///
/// Whole pages first: a page that the loop is about to write to would make it wait while the page is on its way to the disk. The
/// last page goes when nothing was added for a while.
struct JournalTail {
    private struct Place {
        var sequence: Int64 = 0
        var synced = 0
        var seen = 0
    }

    private let lanes: [JournalLane]
    private var places: [Int: Place] = [:]
    private var last = ContinuousClock.now

    init(lanes: [JournalLane]) { self.lanes = lanes }

    /// Syncs if it is time to.
    mutating func sync() {
        let now = ContinuousClock.now
        guard now - last >= JournalConfiguration.syncInterval else { return }
        last = now
        for lane in lanes {
            var place = places[lane.number] ?? Place()
            let segments = lane.segments
            for segment in segments where segment.sequence >= place.sequence {
                if segment.sequence > place.sequence { place = Place(sequence: segment.sequence) }
                let end = segment.end
                let isQuiet = end == place.seen || segment !== segments.last
                let target = isQuiet ? end : end & ~4095
                if target > place.synced {
                    segment.sync(from: place.synced, to: target)
                    place.synced = target
                }
                place.seen = end
            }
            places[lane.number] = place
        }
    }
}
