public import Wire

/// What one token (or call, character, second, picture) costs: a whole number of 10^-12 of the currency unit.
public struct Rate: Sendable, Hashable, Comparable {
    /// 10^-12 of the currency unit, for one.
    public var picos: Int64

    /// The rate of that many 10^-12 of the currency unit for one.
    public init(picos: Int64) { self.picos = picos }

    /// Free.
    public static let zero = Rate(picos: 0)

    public static func < (left: Rate, right: Rate) -> Bool { left.picos < right.picos }

    /// What `count` cost: the exact product in 128 bits, rounded half up to a billionth once.
    ///
    /// Nothing for a count or a rate of zero or less; the largest amount there is where the product exceeds it.
    public func amount(for count: Int64) -> Money {
        guard count > 0, picos > 0 else { return .zero }
        let product = picos.multipliedFullWidth(by: count)
        if product.high == 0, product.low <= UInt64(Int64.max) {
            let nanos = (product.low + 500) / 1000
            return Money(nanos: Int64(nanos))
        }
        // 1000 × Int64.max needs ten bits above 63, so the quotient fits exactly where the high word is below 500.
        guard product.high < 500 else { return Money(nanos: .max) }
        let (low, carry) = product.low.addingReportingOverflow(500)
        let high = UInt64(product.high) + (carry ? 1 : 0)
        let nanos = UInt64(1000).dividingFullWidth((high, low)).quotient
        return Money(nanos: Int64(exactly: nanos) ?? .max)
    }
}

/// A price as the operator gave it, so much for so many, with the rate for one that follows from it.
public struct UnitPrice: Sendable, Hashable {
    /// The price of `unit`, in the digits that it was given in.
    public let price: JSONNumber
    /// How many the price is for, as given; nil = `defaultUnit`.
    public let unit: Int64?
    /// The rate for one, rounded half up to 10^-12 of the currency unit.
    public let rate: Rate

    /// How many a price is for where nothing is said: a thousand tokens, or a thousand searches.
    public static let defaultUnit: Int64 = 1000
    /// The largest unit: a million millions.
    public static let maximumUnit: Int64 = 1_000_000_000_000
    /// The dearest that one token, call, second or picture may be, in whole currency units.
    public static let maximumForOne: Int64 = 1_000_000

    /// The price for so many.
    ///
    /// - Throws: where the price is negative or beyond `maximumForOne` for one, is positive but too small to be counted
    ///   (its rate would be zero: the call would silently be free), or the unit isn't in 1...`maximumUnit`. The error's
    ///   member is `member`, with `_unit` appended where the unit is at fault.
    public init(price: JSONNumber, unit: Int64? = nil, member: String = "price") throws(PriceError) {
        let divisor = unit ?? Self.defaultUnit
        guard (1...Self.maximumUnit).contains(divisor) else {
            throw PriceError(
                member: member + "_unit",
                expected: "a whole number from 1 to \(Self.maximumUnit), or none for \(Self.defaultUnit)")
        }
        guard let decimal = Decimal(price), !decimal.isNegative,
            let picos = decimal.magnitude(timesTenToThe: 12, dividedBy: divisor),
            picos <= Self.maximumForOne * 1_000_000_000_000
        else {
            throw PriceError(member: member, expected: "a number from 0 to \(Self.maximumForOne) for one")
        }
        guard picos > 0 || decimal.isZero else {
            throw PriceError(member: member, expected: "zero, or at least 0.000000000001 for one")
        }
        self.price = price
        self.unit = unit
        self.rate = Rate(picos: picos)
    }
}
