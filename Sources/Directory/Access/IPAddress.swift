/// An Internet address as its sixteen bytes; one of version 4 is held as its mapped form in version 6 (`::ffff:a.b.c.d`,
/// RFC 4291 section 2.5.5.2), so that both spellings of one address are equal.
public struct IPAddress: Sendable, Hashable {
    let bits: UInt128

    /// Reads `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1`; brackets and a zone (`%eth0`) are left aside. Nil for anything else.
    public init?(_ text: String) {
        var text = Substring(text)
        if text.first == "[", text.last == "]" { text = text.dropFirst().dropLast() }
        if let zone = text.firstIndex(of: "%") { text = text[..<zone] }
        guard let bits = text.utf8.contains(UInt8(ascii: ":")) ? Self.version6(text) : Self.version4(text).map(Self.mapped)
        else { return nil }
        self.bits = bits
    }

    /// The address of those 4 or 16 bytes in network order; nil for another number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: bits = Self.mapped(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: bits = bytes.reduce(0) { $0 << 8 | UInt128($1) }
        default: return nil
        }
    }

    /// Whether it is one of version 4, however written.
    public var isVersion4: Bool { bits >> 32 == 0xFFFF }

    private static func mapped(_ version4: UInt32) -> UInt128 { 0xFFFF << 32 | UInt128(version4) }

    /// Four numbers of at most three digits without leading zeros: some readers take those for octal.
    private static func version4(_ text: Substring) -> UInt32? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
                part.count == 1 || part.first != UInt8(ascii: "0"), let byte = UInt8(Substring(part))
            else { return nil }
            value = value << 8 | UInt32(byte)
        }
        return value
    }

    /// RFC 4291 section 2.2: eight groups of up to four hexadecimal digits, one run of zeros left out as `::`, the last two
    /// groups perhaps written as version 4.
    private static func version6(_ text: Substring) -> UInt128? {
        guard let gap = gap(in: text) else { return groups(text).flatMap { $0.count == 8 ? value($0) : nil } }
        guard let before = groups(text[..<gap.lowerBound], endsInVersion4: false), let after = groups(text[gap.upperBound...])
        else { return nil }
        guard before.count + after.count <= 7 else { return nil }
        return value(before + Array(repeating: 0, count: 8 - before.count - after.count) + after)
    }

    private static func gap(in text: Substring) -> Range<Substring.Index>? {
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            if text[index] == ":", next < text.endIndex, text[next] == ":" { return index..<text.index(after: next) }
            index = next
        }
        return nil
    }

    private static func groups(_ text: Substring, endsInVersion4: Bool = true) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if endsInVersion4, index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                guard let tail = version4(part) else { return nil }
                groups += [UInt16(tail >> 16), UInt16(truncatingIfNeeded: tail)]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
                    part.utf8.first != UInt8(ascii: "-"), let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func value(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }
}
