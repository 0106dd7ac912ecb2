public import Wire

extension Money {
    /// The amount that a JSON number says, read digit by digit, never by way of a double.
    ///
    /// What lies below a billionth is rounded half away from zero. Nil where the amount is beyond what can be held (about
    /// nine thousand million units) or the text is longer than 100 bytes.
    public init?(decimal number: JSONNumber) {
        guard let decimal = Decimal(number) else { return nil }
        self.init(decimal)
    }

    /// The amount that a decimal text says (by the grammar of JSON numbers), with the same rounding.
    public init?(decimal text: String) {
        guard let decimal = Decimal(text) else { return nil }
        self.init(decimal)
    }

    private init?(_ decimal: Decimal) {
        guard let nanos = decimal.magnitude(timesTenToThe: 9) else { return nil }
        self.init(nanos: decimal.isNegative ? -nanos : nanos)
    }

    /// The amount as decimal text without an exponent and without needless zeros, such as `0.0042` or `-3`.
    public var decimalText: String {
        let magnitude = nanos.magnitude
        let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        let sign = nanos < 0 ? "-" : ""
        guard fraction > 0 else { return "\(sign)\(whole)" }
        var digits = String(fraction)
        digits = String(repeating: "0", count: 9 - digits.utf8.count) + digits
        while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }

    /// The amount as a JSON number whose text is `decimalText`: exact, and never with an exponent.
    public var jsonNumber: JSONNumber { JSONNumber(decimalText) ?? JSONNumber(0) }

    /// The amount as a JSON value.
    public var json: JSON { .number(jsonNumber) }
}

extension Money: CustomStringConvertible {
    /// The amount as decimal text.
    public var description: String { decimalText }
}
