extension ExactDecimal {
    /// The most digits of a divisor: ten times and nine times a number below it still fit 128 bits together.
    static let greatestDivisorDigits = 36

    /// Whether this is a multiple of the divisor, by exact decimal arithmetic (doubles would deny that 0.3 is one of 0.1).
    ///
    /// The divisor has 1 to `greatestDivisorDigits` digits. Time is linear in the digits of this value.
    func isMultiple(of divisor: ExactDecimal) -> Bool {
        if isZero { return true }
        let scale = exponent - divisor.exponent
        // Neither has a zero at its end, so a value that reaches further down than its divisor is no multiple: it would have
        // to divide by ten.
        guard scale >= 0 else { return false }
        let modulus = divisor.digits.reduce(0 as UInt128) { $0 * 10 + UInt128($1) }
        guard modulus > 1 else { return true }
        let remainder = Self.remainder(digits, modulus)
        return Self.product(remainder, Self.powerOfTen(scale, modulus), modulus) == 0
    }

    private static func remainder(_ digits: [UInt8], _ modulus: UInt128) -> UInt128 {
        digits.reduce(0) { ($0 * 10 + UInt128($1)) % modulus }
    }

    /// The product of two numbers below the modulus, digit by digit so that nothing overflows.
    private static func product(_ left: UInt128, _ right: UInt128, _ modulus: UInt128) -> UInt128 {
        var digits: [UInt8] = []
        var rest = right
        while rest > 0 {
            digits.append(UInt8(rest % 10))
            rest /= 10
        }
        return digits.reversed().reduce(0) { ($0 * 10 + left * UInt128($1)) % modulus }
    }

    /// 10^`exponent` by repeated squaring.
    private static func powerOfTen(_ exponent: Int, _ modulus: UInt128) -> UInt128 {
        var result: UInt128 = 1 % modulus
        var square: UInt128 = 10 % modulus
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = product(result, square, modulus) }
            square = product(square, square, modulus)
            rest >>= 1
        }
        return result
    }
}
