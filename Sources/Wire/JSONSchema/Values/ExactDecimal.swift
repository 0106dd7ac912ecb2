/// The value of a JSON number, exact, whatever its size.
///
/// The value is `digits` × 10^`exponent`, with no zero at either end of the digits; zero has no digits, exponent 0 and is
/// not negative. So equal values have equal members.
struct ExactDecimal: Hashable, Sendable {
    let isNegative: Bool
    /// The decimal digits as numbers 0 to 9, the greatest place first.
    let digits: [UInt8]
    let exponent: Int

    /// Exponents are cut here: no number that anybody means comes near, and sums of two still fit.
    private static let greatestExponent = 1 << 60

    init(_ number: JSONNumber) {
        if let small = Int64(number.text) {
            self.init(small)
            return
        }
        var digits: [UInt8] = []
        var fractionDigits = 0
        var written = 0
        var exponentIsNegative = false
        var part = Part.integer
        for byte in number.text.utf8 {
            switch byte {
            case Byte.point: part = .fraction
            case Byte.lowerE, Byte.upperE: part = .exponent
            case Byte.minus where part == .exponent: exponentIsNegative = true
            case Byte.zero...Byte.nine where part == .exponent:
                written = min(written * 10 + Int(byte - Byte.zero), Self.greatestExponent / 16)
            case Byte.zero...Byte.nine:
                if part == .fraction { fractionDigits += 1 }
                if byte != Byte.zero || !digits.isEmpty { digits.append(byte - Byte.zero) }
            default: break
            }
        }
        self.init(
            isNegative: number.text.utf8.first == Byte.minus, digits: digits,
            exponent: (exponentIsNegative ? -written : written) - fractionDigits)
    }

    init(_ value: Int64) {
        var digits: [UInt8] = []
        var rest = value.magnitude
        while rest > 0 {
            digits.append(UInt8(rest % 10))
            rest /= 10
        }
        digits.reverse()
        self.init(isNegative: value < 0, digits: digits, exponent: 0)
    }

    private init(isNegative: Bool, digits: [UInt8], exponent: Int) {
        var digits = digits
        var exponent = exponent
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        self.isNegative = isNegative && !digits.isEmpty
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : exponent
    }

    private enum Part { case integer, fraction, exponent }

    var isZero: Bool { digits.isEmpty }

    /// Whether it has no fraction; `1.0` and `1e3` have none.
    var isInteger: Bool { exponent >= 0 }

    /// The power of ten above the greatest digit.
    private var magnitude: Int { digits.count + exponent }
}

extension ExactDecimal: Comparable {
    static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? isLessIgnoringSign(right, left) : isLessIgnoringSign(left, right)
    }

    private static func isLessIgnoringSign(_ left: ExactDecimal, _ right: ExactDecimal) -> Bool {
        if left.isZero || right.isZero { return left.isZero && !right.isZero }
        if left.magnitude != right.magnitude { return left.magnitude < right.magnitude }
        return left.digits.lexicographicallyPrecedes(right.digits)
    }
}
