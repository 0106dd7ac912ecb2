/// The spellings of an IPv4 address that programs accept in the place of a host: 127.1, 0x7f.1, 017700000001, 2130706433.
///
/// A system's resolver takes them for addresses without asking anyone, so that a check of the text alone would be led round. Here
/// whatever *ends in a number* is an address or nothing (WHATWG URL, "ends in a number checker" and "IPv4 parser"), and never a name.
enum HostLiteral {
    /// Whether `host`, without a dot at its end, may be an IPv4 address only.
    static func endsInNumber(_ host: ArraySlice<UInt8>) -> Bool {
        let label = host[(host.lastIndex(of: UInt8(ascii: ".")).map { $0 + 1 } ?? host.startIndex)...]
        return !label.isEmpty && (label.allSatisfy { 0x30...0x39 ~= $0 } || Self.number(label) != nil)
    }

    /// The address that one to four numbers make; the last of them fills all the bytes that are left.
    static func ipv4(_ host: ArraySlice<UInt8>) -> IPAddress? {
        let parts = host.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count <= 4 else { return nil }
        var bits: UInt64 = 0
        for (index, part) in parts.enumerated() {
            guard let value = Self.number(part) else { return nil }
            let width = index == parts.count - 1 ? 8 * UInt64(4 - index) : 8
            guard value < 1 << width else { return nil }
            bits = bits << width | value
        }
        return .v4(UInt32(bits))
    }

    /// Hexadecimal after 0x, octal after 0, else decimal; nil where it is none of these or longer than any address.
    private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        var digits = text
        var radix: UInt64 = 10
        guard let first = digits.first else { return nil }
        if first == UInt8(ascii: "0"), digits.count > 1 {
            digits = digits.dropFirst()
            radix = 8
            if digits.first.map({ $0 | 0x20 }) == UInt8(ascii: "x") {
                digits = digits.dropFirst()
                radix = 16
            }
        }
        var value: UInt64 = 0
        for byte in digits {
            guard let digit = Self.value(ofDigit: byte), digit < radix, value < 1 << 40 else { return nil }
            value = value * radix + digit
        }
        return value
    }

    /// What a digit of a number to the base 16 stands for.
    static func value(ofDigit byte: UInt8) -> UInt64? {
        switch byte {
        case 0x30...0x39: UInt64(byte - 0x30)
        case 0x61...0x66: UInt64(byte - 0x61 + 10)
        case 0x41...0x46: UInt64(byte - 0x41 + 10)
        default: nil
        }
    }
}
