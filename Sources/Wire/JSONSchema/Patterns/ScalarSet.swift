/// A set of Unicode scalars: ranges and general categories, or what is in neither.
struct ScalarSet: Sendable {
    private var ranges: [ClosedRange<UInt32>] = []
    /// A bit for each general category whose scalars are all in the set.
    private var categories: UInt32 = 0
    private var isNegated = false
    /// Whether each of the first 128 scalars is in the set, so that most text needs no search.
    private var ascii: UInt128 = 0

    static let greatestScalar: UInt32 = 0x10FFFF

    init() {}

    /// The set of those ranges.
    init(_ ranges: [ClosedRange<UInt32>]) {
        self.ranges = ranges
        finish()
    }

    mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }

    mutating func insert(_ other: CharacterClass) {
        switch other {
        case .ranges(let others): ranges += others
        case .categories(let mask): categories |= mask
        }
    }

    /// Makes it the set of all other scalars.
    mutating func negate() { isNegated.toggle() }

    /// Sorts and joins the ranges; needed before `contains`.
    mutating func finish() {
        ranges = Self.joined(ranges)
        ascii = 0
        for scalar in 0..<128 as Range<UInt32> where search(scalar) { ascii |= 1 << UInt128(scalar) }
    }

    func contains(_ scalar: UInt32) -> Bool {
        scalar < 128 ? ascii >> UInt128(scalar) & 1 == 1 : search(scalar)
    }

    private func search(_ scalar: UInt32) -> Bool { (isInRanges(scalar) || isInCategories(scalar)) != isNegated }

    private func isInRanges(_ scalar: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(scalar)
    }

    private func isInCategories(_ scalar: UInt32) -> Bool {
        guard categories != 0, let scalar = Unicode.Scalar(scalar) else { return false }
        return categories & CharacterClass.mask(of: scalar.properties.generalCategory) != 0
    }

    /// The same scalars in ranges that are sorted and do not touch.
    static func joined(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var joined: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound || range.lowerBound == last.upperBound + 1 {
                joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return joined
    }
}
