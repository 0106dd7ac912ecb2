extension JSON {
    /// Appends text as a JSON string with its quotes, in UTF-8. Only what must be escaped is: quotes, backslashes and
    /// control characters (RFC 8259 section 7).
    public static func writeString(_ text: String, to output: inout [UInt8]) {
        output.append(Byte.quote)
        let written: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in writeEscaped(bytes, to: &output) }
        if written == nil { Array(text.utf8).withUnsafeBufferPointer { bytes in writeEscaped(bytes, to: &output) } }
        output.append(Byte.quote)
    }

    private static func writeEscaped(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        var start = 0
        while start < bytes.count {
            let index = plainEnd(UnsafeRawBufferPointer(bytes), from: start)
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
            guard index < bytes.count else { return }
            writeEscape(bytes[index], to: &output)
            start = index + 1
        }
    }

    /// The place of the next byte that must be escaped, or the end; eight bytes a step.
    private static func plainEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        let ones: UInt64 = 0x0101_0101_0101_0101
        while bytes.count - position >= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quotes = (word ^ (ones &* UInt64(Byte.quote))) &- ones
            let backslashes = (word ^ (ones &* UInt64(Byte.backslash))) &- ones
            let controls = word &- (ones &* UInt64(Byte.space))
            // A borrow can set bits above the first byte found, never below it.
            let mask = (quotes | backslashes | controls) & ~word & (ones &* 0x80)
            if mask != 0 { return position + mask.trailingZeroBitCount >> 3 }
            position += 8
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte < Byte.space || byte == Byte.quote || byte == Byte.backslash { return position }
            position += 1
        }
        return position
    }

    private static func writeEscape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(Byte.backslash)
        switch byte {
        case Byte.quote, Byte.backslash: output.append(byte)
        case Byte.lineFeed: output.append(Byte.lowerN)
        case Byte.carriageReturn: output.append(0x72)
        case Byte.tab: output.append(Byte.lowerT)
        case 0x08: output.append(0x62)
        case 0x0C: output.append(Byte.lowerF)
        default:
            output.append(contentsOf: "u00".utf8)
            output.append(Byte.lowerHexadecimal[Int(byte >> 4)])
            output.append(Byte.lowerHexadecimal[Int(byte & 15)])
        }
    }
}
