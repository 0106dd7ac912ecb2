/// An amount of money: a whole number of billionths (10^-9) of the currency unit.
///
/// Never a floating-point number except where JSON is read or written.
public struct Money: Sendable, Hashable, Comparable {
    /// Billionths of the currency unit.
    public var nanos: Int64

    public init(nanos: Int64) { self.nanos = nanos }

    public static let zero = Money(nanos: 0)

    public static func < (left: Money, right: Money) -> Bool { left.nanos < right.nanos }

    /// The sum; saturates at the largest amount that can be told rather than trapping.
    public static func + (left: Money, right: Money) -> Money {
        let (sum, overflow) = left.nanos.addingReportingOverflow(right.nanos)
        return Money(nanos: overflow ? (left.nanos < 0 ? .min : .max) : sum)
    }

    /// The difference; saturates like `+`.
    public static func - (left: Money, right: Money) -> Money {
        let (difference, overflow) = left.nanos.subtractingReportingOverflow(right.nanos)
        return Money(nanos: overflow ? (left.nanos < 0 ? .min : .max) : difference)
    }

    public static func += (left: inout Money, right: Money) { left = left + right }
    public static func -= (left: inout Money, right: Money) { left = left - right }
}
