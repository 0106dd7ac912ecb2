extension IPAddress {
    /// Reads the one exact spelling of an address: four decimal numbers without leading zeros, or an IPv6 address of RFC 4291 §2.2
    /// without brackets, zone and prefix length. The looser spellings that a URL's host may have are `HostLiteral`'s.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let address = bytes.contains(UInt8(ascii: ":")) ? Self.readV6(bytes[...]) : Self.readV4(bytes[...]) else {
            return nil
        }
        self = address
    }

    /// RFC 3986 §3.2.2, `IPv4address`.
    private static func readV4(_ bytes: ArraySlice<UInt8>) -> IPAddress? {
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value: UInt32 = 0
            for byte in part {
                guard 0x30...0x39 ~= byte else { return nil }
                value = value * 10 + UInt32(byte - 0x30)
            }
            guard value <= 255 else { return nil }
            bits = bits << 8 | value
        }
        return .v4(bits)
    }

    /// RFC 4291 §2.2: groups of one to four digits, `::` at most once and for at least one group, dotted decimal for the last two.
    private static func readV6(_ bytes: ArraySlice<UInt8>) -> IPAddress? {
        guard bytes.count <= 45 else { return nil }
        var rest = bytes
        var groups: [UInt16] = []
        var gap: Int?
        if rest.starts(with: [0x3A, 0x3A]) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x3A) ?? rest.endIndex
            let part = rest[rest.startIndex..<end]
            if part.contains(UInt8(ascii: ".")) {
                guard end == rest.endIndex, case .v4(let bits)? = Self.readV4(part) else { return nil }
                groups += [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
                break
            }
            guard let group = Self.readGroup(part) else { return nil }
            groups.append(group)
            guard groups.count <= 8 else { return nil }
            guard end < rest.endIndex else { break }
            rest = rest[(end + 1)...]
            if rest.first == 0x3A {
                guard gap == nil else { return nil }
                gap = groups.count
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        return .v6(groups.reduce(0) { $0 << 16 | UInt128($1) })
    }

    private static func readGroup(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(digits.count) else { return nil }
        var value: UInt16 = 0
        for digit in digits {
            guard let nibble = HostLiteral.value(ofDigit: digit), nibble < 16 else { return nil }
            value = value << 4 | UInt16(nibble)
        }
        return value
    }
}
