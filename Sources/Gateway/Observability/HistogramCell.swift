internal import CoreMetrics
internal import Synchronization

/// A distribution in fixed buckets. One addition for the bucket and one for the sum: no lock, no allocation.
final class HistogramCell: MetricCell, TimerHandler, RecorderHandler {
    /// The upper bounds of the buckets, ascending; one more bucket takes what lies above.
    struct Bounds: Sendable {
        let values: [Double]

        /// Seconds, from half a millisecond to five minutes.
        static let seconds = Bounds(values: [
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
        ])
        /// Amounts of anything else, in steps of ten.
        static let amounts = Bounds(values: [
            1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
        ])
    }

    static let maximumBuckets = 20

    let bounds: Bounds
    private let buckets = InlineArray<20, Atomic<UInt64>> { _ in Atomic(0) }
    private let sum = AtomicDouble(0)

    init(bounds: Bounds) {
        precondition(bounds.values.count < Self.maximumBuckets)
        self.bounds = bounds
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bounds.values.firstIndex { value <= $0 } ?? bounds.values.count
        buckets[bucket].wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    /// What was counted in each bucket, the last one for everything above the bounds; and the sum of all values.
    func snapshot() -> (counts: [UInt64], sum: Double) {
        ((0...bounds.values.count).map { buckets[$0].load(ordering: .relaxed) }, sum.value)
    }
}
