/// A short hash that is the same in every process: FNV-1a in 64 bits. It tells names apart; it guards nothing.
enum StableHash {
    /// Eight hexadecimal digits for the text's UTF-8.
    static func digits(of text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let folded = UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
        let digits = String(folded, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
