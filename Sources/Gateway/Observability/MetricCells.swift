internal import CoreMetrics
internal import Synchronization

/// Something that a series can be read from.
protocol MetricCell: AnyObject, Sendable {}

/// A count that only grows. Whole steps and fractions are kept apart, so that whole ones stay exact and need no loop.
final class CounterCell: MetricCell, CounterHandler, FloatingPointCounterHandler {
    private let whole = Atomic<Int64>(0)
    private let fraction = AtomicDouble(0)

    func increment(by amount: Int64) {
        if amount > 0 { whole.wrappingAdd(amount, ordering: .relaxed) }
    }

    func increment(by amount: Double) {
        if amount > 0, amount.isFinite { fraction.add(amount) }
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        fraction.set(0)
    }

    var value: Double { Double(whole.load(ordering: .relaxed)) + fraction.value }
    /// The exact text: a double loses digits beyond 2^53.
    var text: String { fraction.value == 0 ? String(whole.load(ordering: .relaxed)) : metricText(value) }
}

/// A value that goes up and down.
final class GaugeCell: MetricCell, MeterHandler, RecorderHandler {
    private let current = AtomicDouble(0)

    func set(_ value: Int64) { current.set(Double(value)) }
    func set(_ value: Double) { current.set(value) }
    func increment(by amount: Double) { current.add(amount) }
    func decrement(by amount: Double) { current.add(-amount) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    var value: Double { current.value }
}

/// A double that threads change without a lock.
struct AtomicDouble: ~Copyable, Sendable {
    private let bits: Atomic<UInt64>

    init(_ value: Double) { bits = Atomic(value.bitPattern) }

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (done, seen) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if done { return }
            old = seen
        }
    }
}

/// The number as the exposition writes it.
func metricText(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : value.description
}
