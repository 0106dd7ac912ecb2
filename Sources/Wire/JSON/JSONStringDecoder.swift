/// Turns the inside of a JSON string into text.
enum JSONStringDecoder {
    /// The text of a string whose grammar has been checked; `content` lies between its quotes.
    static func decode(_ content: UnsafeRawBufferPointer, hasEscapes: Bool) -> String {
        guard hasEscapes else { return String(decoding: content, as: UTF8.self) }
        // An escape is never shorter than what it stands for, so the content's length is enough room.
        return String(unsafeUninitializedCapacity: content.count) { decode(content, into: $0) }
    }

    private static func decode(_ content: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var read = 0
        var written = 0
        while read < content.count {
            let byte = content[read]
            guard byte == Byte.backslash else {
                output[written] = byte
                written += 1
                read += 1
                continue
            }
            let escape = content[read + 1]
            read += 2
            guard escape == Byte.lowerU else {
                output[written] = unescaped(escape)
                written += 1
                continue
            }
            var scalar = UInt32(unit(in: content, at: read))
            read += 4
            if 0xD800...0xDBFF ~= scalar {
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (UInt32(unit(in: content, at: read + 2)) - 0xDC00)
                read += 6
            }
            for unit in UTF8.encode(UnicodeScalar(scalar) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter {
                output[written] = unit
                written += 1
            }
        }
        return written
    }

    private static func unescaped(_ escape: UInt8) -> UInt8 {
        switch escape {
        case 0x62: 0x08
        case Byte.lowerF: 0x0C
        case Byte.lowerN: Byte.lineFeed
        case 0x72: Byte.carriageReturn
        case Byte.lowerT: Byte.tab
        default: escape
        }
    }

    private static func unit(in content: UnsafeRawBufferPointer, at offset: Int) -> UInt16 {
        (0..<4).reduce(0) { $0 << 4 | UInt16(Byte.hexadecimalValue(content[offset + $1]) ?? 0) }
    }
}
