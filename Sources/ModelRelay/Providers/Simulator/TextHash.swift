/// FNV-1a in 64 bits: the same in every process. It tells texts apart and guards nothing.
enum TextHash {
    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// 16 digits, which are Base64 too.
    static func digits(_ text: String) -> String {
        let digits = String(self.hash(text), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
