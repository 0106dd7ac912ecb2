/// Addresses of the Internet Protocol.
enum AddressFormat {
    /// Four decimal numbers, without leading zeros, which some readers take for octal.
    static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: Byte.point, omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard 1...3 ~= part.count, part.allSatisfy(FormatByte.isDigit), part.count == 1 || part.first != Byte.zero else {
                    return false
                }
                return part.reduce(0) { $0 * 10 + Int($1 - Byte.zero) } <= 255
            }
    }

    /// RFC 4291 section 2.2: eight groups, one run of which may be `::`, the last two of which may be an IPv4 address.
    static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count <= 45 else { return false }
        let text = Array(bytes)
        var halves = [text[...]]
        if let gap = text.indices.dropLast().first(where: { text[$0] == Byte.colon && text[$0 + 1] == Byte.colon }) {
            halves = [text[..<gap], text[(gap + 2)...]]
        }
        var count = 0
        for (index, half) in halves.enumerated() where !(half.isEmpty && halves.count == 2) {
            guard let groups = groups(half, mayEndInIPv4: index == halves.count - 1) else { return false }
            count += groups
        }
        return halves.count == 2 ? count <= 7 : count == 8
    }

    private static func groups(_ bytes: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> Int? {
        let parts = bytes.split(separator: Byte.colon, omittingEmptySubsequences: false)
        var count = 0
        for (index, part) in parts.enumerated() {
            if 1...4 ~= part.count, part.allSatisfy(FormatByte.isHexadecimal) {
                count += 1
            } else if mayEndInIPv4, index == parts.count - 1, isIPv4(part) {
                count += 2
            } else {
                return nil
            }
        }
        return count
    }
}
