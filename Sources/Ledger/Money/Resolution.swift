/// Names of picture and video sizes, as conditions compare them.
enum Resolution {
    /// Whether two names mean one size: without regard to case, and to whether `x`, `*` or `:` stands between the numbers.
    static func isSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).allSatisfy { folded($0) == folded($1) }
    }

    /// The class by the shorter side, for prices that are given by class: `4k`, `1080p`, `720p`, `480p`; nil where the name
    /// is no pair of numbers or too small.
    static func fuzzyClass(of name: String) -> String? {
        let sides = name.utf8.split(whereSeparator: { folded($0) == UInt8(ascii: "x") })
        guard sides.count == 2, let width = number(sides[0]), let height = number(sides[1]) else { return nil }
        return switch min(width, height) {
        case 2000...: "4k"
        case 1000...: "1080p"
        case 700...: "720p"
        case 400...: "480p"
        default: nil
        }
    }

    private static func number(_ bytes: Substring.UTF8View) -> Int? {
        guard let first = bytes.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
        return Int(Substring(bytes))
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        byte == UInt8(ascii: "*") || byte == UInt8(ascii: ":") ? UInt8(ascii: "x") : CaseFolding.lower(byte)
    }
}

/// Comparison of identifiers without regard to the case of ASCII letters, and without allocating.
enum CaseFolding {
    static func isSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).allSatisfy { lower($0) == lower($1) }
    }

    static func lower(_ byte: UInt8) -> UInt8 {
        UInt8(ascii: "A") <= byte && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
