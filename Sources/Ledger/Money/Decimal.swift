internal import Wire

/// A decimal number as JSON writes it, held exactly: `significand × 10^exponent`.
///
/// Prices arrive as decimal text and become integers without a double in between. The first 30 significant digits count,
/// which is ten more than any amount or rate has.
struct Decimal {
    let isNegative: Bool
    private let significand: UInt128
    private let exponent: Int

    /// The longest text that is read: more is no price that a person wrote.
    static let maximumTextLength = 100

    private static let significantDigits = 30

    /// Reads a number by the grammar of JSON; nil where the text is none or is too long.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumTextLength, let number = JSONNumber(text) else { return nil }
        self.init(number)
    }

    /// The value of a number; nil where its text is too long.
    init?(_ number: JSONNumber) {
        guard number.text.utf8.count <= Self.maximumTextLength else { return nil }
        var reader = Reader()
        for byte in number.text.utf8 { reader.read(byte) }
        isNegative = reader.isNegative && reader.significand > 0
        significand = reader.significand
        exponent = reader.scale + (reader.exponentIsNegative ? -reader.exponent : reader.exponent)
    }

    var isZero: Bool { significand == 0 }

    /// The magnitude × 10^power ÷ divisor, as a whole number rounded half up; nil where it exceeds `Int64`.
    ///
    /// `divisor` is at most 10^12, so that no intermediate value exceeds 128 bits.
    func magnitude(timesTenToThe power: Int, dividedBy divisor: Int64 = 1) -> Int64? {
        let shift = exponent + power
        var numerator = significand
        var denominator = UInt128(divisor)
        if shift >= 0 {
            for _ in 0..<shift where numerator > 0 {
                let (product, overflow) = numerator.multipliedReportingOverflow(by: 10)
                if overflow { return nil }
                numerator = product
            }
        } else {
            // Beyond 26 places the divisor would leave 128 bits; the digits dropped from the other side instead lie far
            // below the half that decides the rounding.
            for _ in 0..<max(-shift - 26, 0) where numerator > 0 { numerator /= 10 }
            for _ in 0..<min(-shift, 26) { denominator *= 10 }
        }
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        return Int64(exactly: remainder >= denominator - remainder ? quotient + 1 : quotient)
    }

    /// Collects digits, point and exponent of a text that is known to be a number.
    private struct Reader {
        var isNegative = false
        var significand: UInt128 = 0
        /// Power of ten of the last digit that was kept.
        var scale = 0
        var exponent = 0
        var exponentIsNegative = false
        private var digits = 0
        private var isFraction = false
        private var isExponent = false

        mutating func read(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "-") where isExponent: exponentIsNegative = true
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): isExponent = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): readDigit(byte - UInt8(ascii: "0"))
            default: break
            }
        }

        private mutating func readDigit(_ digit: UInt8) {
            if isExponent {
                exponent = min(exponent * 10 + Int(digit), 100_000)
                return
            }
            guard digits < Decimal.significantDigits else {
                if !isFraction { scale += 1 }
                return
            }
            if isFraction { scale -= 1 }
            significand = significand * 10 + UInt128(digit)
            if significand > 0 { digits += 1 }
        }
    }
}
