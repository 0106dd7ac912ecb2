/// One character in UTF-8.
enum UTF8Sequence {
    /// The length of the well-formed sequence that begins with `lead` (a byte beyond ASCII); 0 where there is none.
    /// The ranges are those of RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF.
    @inline(__always)
    static func length(lead: UInt8, available: Int, byte: (Int) -> UInt8) -> Int {
        switch lead {
        case 0xC2...0xDF:
            return available >= 2 && isContinuation(byte(1)) ? 2 : 0
        case 0xE0...0xEF:
            guard available >= 3 else { return 0 }
            let second = byte(1)
            guard isContinuation(second), isContinuation(byte(2)) else { return 0 }
            return (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ? 0 : 3
        case 0xF0...0xF4:
            guard available >= 4 else { return 0 }
            let second = byte(1)
            guard isContinuation(second), isContinuation(byte(2)), isContinuation(byte(3)) else { return 0 }
            return (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F) ? 0 : 4
        default:
            return 0
        }
    }

    @inline(__always)
    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
