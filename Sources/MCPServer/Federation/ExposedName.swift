/// The names that a virtual server gives to the tools, prompts and tasks of its members.
///
/// A name is `<member>__<name>`, whoever else is a member or is up, so that it never changes. A member's part is its id; a
/// name is the member's own. Either is shortened where it has other characters than `A-Za-z0-9_.-` or where the whole
/// would be longer than 64 bytes, which is what models' tool interfaces take. What is shortened ends in `_h` and twelve
/// hexadecimal digits of a hash of the original, and whatever looks like that is itself hashed: no two names become one,
/// save by a collision of 48 bits, and that only within one member.
enum ExposedName {
    static let separator = "__"
    static let maximumBytes = 64
    static let maximumPrefixBytes = 24
    private static let digestBytes = 14

    /// The part of names that stands for a member. It holds no separator and does not end in an underscore, so that the
    /// first separator in a name is always the one that ends it.
    static func prefix(ofMember id: String) -> String {
        let isPlain =
            !id.isEmpty && id.utf8.count <= maximumPrefixBytes && id.utf8.allSatisfy(isAllowed)
            && !id.contains(separator) && !id.hasSuffix("_") && !isShortened(id)
        if isPlain { return id }
        var cut: [UInt8] = []
        for byte in id.utf8.prefix(maximumPrefixBytes - digestBytes) {
            let byte = isAllowed(byte) ? byte : underscore
            if byte != underscore || cut.last != underscore { cut.append(byte) }
        }
        if cut.last == underscore { cut.removeLast() }
        return String(decoding: cut, as: UTF8.self) + digest(id)
    }

    /// The exposed name for a member's own.
    static func name(_ name: String, prefix: String) -> String {
        let room = maximumBytes - prefix.utf8.count - separator.utf8.count
        let isPlain = !name.isEmpty && name.utf8.count <= room && name.utf8.allSatisfy(isAllowed) && !isShortened(name)
        guard !isPlain else { return prefix + separator + name }
        let cut = name.utf8.prefix(room - digestBytes).map { isAllowed($0) ? $0 : underscore }
        return prefix + separator + String(decoding: cut, as: UTF8.self) + digest(name)
    }

    /// What an exposed name says.
    struct Parsed: Sendable, Hashable {
        /// The member's part.
        let prefix: String
        /// The member's own name; where `isShortened` only its list tells the original.
        let rest: String
        let isShortened: Bool
    }

    /// nil where the text has not the form of an exposed name.
    static func parse(_ exposed: String) -> Parsed? {
        let bytes = Array(exposed.utf8)
        guard let start = bytes.indices.dropLast().first(where: { bytes[$0] == underscore && bytes[$0 + 1] == underscore })
        else { return nil }
        let rest = bytes[(start + 2)...]
        guard start > 0, !rest.isEmpty else { return nil }
        let text = String(decoding: rest, as: UTF8.self)
        return Parsed(
            prefix: String(decoding: bytes[..<start], as: UTF8.self), rest: text, isShortened: isShortened(text))
    }

    private static let underscore: UInt8 = 0x5F

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, underscore: true
        default: false
        }
    }

    private static func isShortened(_ text: String) -> Bool {
        let end = Array(text.utf8.suffix(digestBytes))
        return end.count == digestBytes && end[0] == underscore && end[1] == 0x68
            && end[2...].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// FNV-1a, mixed once more: the same on every machine and in every version. Nothing secret depends on it.
    private static func digest(_ text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash ^= hash >> 33
        let digits = String(hash & 0xFFFF_FFFF_FFFF, radix: 16)
        return "_h" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}
