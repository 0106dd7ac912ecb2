/// A JSON number, kept as the text it was written in.
///
/// Equality is that of the text: `1.0` and `1` are different numbers here. Compare `int64` or `double` for the value.
public struct JSONNumber: Sendable, Hashable {
    /// The number as it stands in the document.
    public let text: String

    /// The number with that text; nil where the text is no number by RFC 8259 section 6.
    public init?(_ text: String) {
        var copy = text
        let isNumber = copy.withUTF8 { bytes in
            var cursor = JSONCursor(UnsafeRawBufferPointer(bytes))
            guard (try? cursor.skipNumber()) != nil else { return false }
            return cursor.isAtEnd
        }
        guard isNumber else { return nil }
        self.text = text
    }

    /// The number of that value.
    public init(_ value: Int64) { text = String(value) }

    /// The number of that value.
    public init(_ value: Int) { text = String(value) }

    /// The shortest number that reads back as that double; nil for infinities and not-a-number, which JSON has not.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = value.description
    }

    /// For text that a parser has already checked.
    init(checked text: String) { self.text = text }

    /// The nearest double; infinite where the number is beyond the range of doubles.
    public var double: Double { Double(text) ?? .nan }

    /// The value, where it is an integer that fits, however written: `1.0` and `1e3` are integers, `1.5` is none.
    public var int64: Int64? {
        if let value = Int64(text) { return value }
        return text.utf8.contains { $0 == Byte.point || $0 == Byte.lowerE || $0 == Byte.upperE } ? integralValue : nil
    }

    /// The value of a text with a fraction or an exponent, by decimal arithmetic: doubles lose digits beyond 2^53.
    private var integralValue: Int64? {
        var digits: [UInt8] = []
        var fractionDigits = 0
        var exponent = 0
        var exponentIsNegative = false
        var part = Part.integer
        for byte in text.utf8 {
            switch byte {
            case Byte.point: part = .fraction
            case Byte.lowerE, Byte.upperE: part = .exponent
            case Byte.minus where part == .exponent: exponentIsNegative = true
            case Byte.zero...Byte.nine where part == .exponent:
                // No text within any size limit reaches this many digits, so a larger exponent decides alone.
                exponent = min(exponent * 10 + Int(byte - Byte.zero), 1_000_000_000)
            case Byte.zero...Byte.nine:
                if part == .fraction { fractionDigits += 1 }
                if byte != Byte.zero || !digits.isEmpty { digits.append(byte - Byte.zero) }
            default: break
            }
        }
        var scale = (exponentIsNegative ? -exponent : exponent) - fractionDigits
        while let last = digits.last, last == 0 {
            digits.removeLast()
            scale += 1
        }
        guard !digits.isEmpty else { return 0 }
        guard scale >= 0, digits.count + scale <= 19 else { return nil }
        let isNegative = text.utf8.first == Byte.minus
        var value: Int64 = 0
        for digit in digits + [UInt8](repeating: 0, count: scale) {
            let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) =
                isNegative
                ? product.subtractingReportingOverflow(Int64(digit)) : product.addingReportingOverflow(Int64(digit))
            if productOverflow || sumOverflow { return nil }
            value = sum
        }
        return value
    }

    private enum Part { case integer, fraction, exponent }
}

extension JSONNumber: CustomStringConvertible {
    /// The number as it stands in the document.
    public var description: String { text }
}
