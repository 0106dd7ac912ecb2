/// Strict base64 (RFC 4648 section 4): padding required, no other characters, no stray bits.
///
/// Foundation's decoder is not used: it is a large import for a hot path, and this one refuses what the header rules refuse.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()
    private static let padding = UInt8(ascii: "=")

    /// The bytes as base64 text.
    package static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let taken = min(3, bytes.count - index)
            var group = 0
            for offset in 0..<3 { group = group << 8 | (offset < taken ? Int(bytes[index + offset]) : 0) }
            for position in 0..<4 {
                output.append(position <= taken ? alphabet[group >> (18 - 6 * position) & 0x3F] : padding)
            }
            index += 3
        }
        return output
    }

    /// The bytes that the text stands for; nil where it is not strict base64.
    package static func decoded(_ text: some RandomAccessCollection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let paddings = text.reversed().prefix { $0 == padding }.count
        guard paddings <= 2 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3)
        var bits = 0
        var bitCount = 0
        for character in text.dropLast(paddings) {
            let value = values[Int(character)]
            guard value != 0xFF else { return nil }
            bits = (bits << 6 | Int(value)) & 0xFFFF
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                output.append(UInt8(bits >> bitCount & 0xFF))
            }
        }
        // Bits behind the last byte must be zero, else two texts would stand for one value.
        return bits & ((1 << bitCount) - 1) == 0 ? output : nil
    }
}
