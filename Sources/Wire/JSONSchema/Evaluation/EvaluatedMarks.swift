/// Which members or elements of one value keywords have evaluated, for `unevaluatedProperties` and `unevaluatedItems`
/// (core, section 11). Members are told by their place in the object.
struct EvaluatedMarks {
    /// Whether anybody will ask. Where nobody does, nothing is noted.
    let isTracking: Bool
    private var hasAll = false
    private var bits: [UInt64] = []

    init(isTracking: Bool) { self.isTracking = isTracking }

    /// For a value about whose parts nobody asks.
    static var none: EvaluatedMarks { EvaluatedMarks(isTracking: false) }

    /// Marks for a part of the schema that may yet fail; merged where it does not.
    var branch: EvaluatedMarks { EvaluatedMarks(isTracking: isTracking) }

    func contains(_ index: Int) -> Bool {
        hasAll || index / 64 < bits.count && bits[index / 64] >> UInt64(index % 64) & 1 == 1
    }

    mutating func mark(_ index: Int) {
        guard isTracking, !hasAll else { return }
        while bits.count <= index / 64 { bits.append(0) }
        bits[index / 64] |= 1 << UInt64(index % 64)
    }

    mutating func markAll() { if isTracking { hasAll = true } }

    mutating func merge(_ other: EvaluatedMarks) {
        guard isTracking else { return }
        if other.hasAll { hasAll = true }
        while bits.count < other.bits.count { bits.append(0) }
        for (index, word) in other.bits.enumerated() { bits[index] |= word }
    }
}
