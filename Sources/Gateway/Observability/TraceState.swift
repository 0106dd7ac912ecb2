/// The list in `tracestate` (W3C Trace Context, level 1, section 3.3).
enum TraceState {
    /// Members that a list may have (section 3.3.1.1).
    static let maximumMembers = 32
    /// At least 512 characters must be passed on (section 3.3.1.5); beyond these whole members are left out from the end.
    static let maximumBytes = 1024

    /// The list for the outgoing header; nil where the fields are not well formed.
    static func read(_ fields: [String]) -> String? {
        guard fields.count <= maximumMembers, fields.reduce(0, { $0 + $1.utf8.count }) <= 32_768 else { return nil }
        var members: [Substring] = []
        var keys: Set<Substring> = []
        for member in fields.flatMap({ $0.split(separator: ",") }) {
            let text = trimmed(member)
            if text.isEmpty { continue }
            guard let equals = text.firstIndex(of: "="), isKey(text[..<equals].utf8),
                isValue(text[text.index(after: equals)...].utf8),
                keys.insert(text[..<equals]).inserted, members.count < maximumMembers
            else { return nil }
            members.append(text)
        }
        var length = 0
        let kept = members.prefix { member in
            length += member.utf8.count + 1
            return length <= maximumBytes
        }
        return kept.joined(separator: ",")
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let rest = text.drop { $0 == " " || $0 == "\t" }
        guard let last = rest.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return rest[...last]
    }

    /// `simple-key / multi-tenant-key` of section 3.3.1.3.1.
    private static func isKey(_ key: Substring.UTF8View) -> Bool {
        let parts = key.split(separator: UInt8(ascii: "@"), maxSplits: 2, omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return isKeyPart(parts[0], maximumBytes: 256, mayBeginWithDigit: false)
        case 2:
            return isKeyPart(parts[0], maximumBytes: 241, mayBeginWithDigit: true)
                && isKeyPart(parts[1], maximumBytes: 14, mayBeginWithDigit: false)
        default: return false
        }
    }

    private static func isKeyPart(_ part: Substring.UTF8View, maximumBytes: Int, mayBeginWithDigit: Bool) -> Bool {
        guard let first = part.first, part.count <= maximumBytes else { return false }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard letters ~= first || mayBeginWithDigit && digits ~= first else { return false }
        return part.allSatisfy { letters ~= $0 || digits ~= $0 || "_-*/".utf8.contains($0) }
    }

    /// `0*255(chr) nblk-chr` of section 3.3.1.3.2; the blank at the end was taken off before.
    private static func isValue(_ value: Substring.UTF8View) -> Bool {
        (1...256).contains(value.count)
            && value.allSatisfy { (0x20...0x7e).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=") }
    }
}
