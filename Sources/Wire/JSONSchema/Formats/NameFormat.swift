/// Names: of hosts, of mailboxes, and UUIDs.
enum NameFormat {
    /// RFC 1123 section 2.1: labels of letters, digits and inner hyphens, of at most 63 bytes, 253 together.
    ///
    /// Third and fourth bytes `--` are reserved (RFC 5891 section 4.2.3.1) for names in Punycode, which begin with `xn--`.
    static func isHostname(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard 1...253 ~= bytes.count else { return false }
        return bytes.split(separator: Byte.point, omittingEmptySubsequences: false).allSatisfy(isLabel)
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        guard 1...63 ~= label.count, label.first != Byte.minus, label.last != Byte.minus,
            label.allSatisfy({ FormatByte.isLetter($0) || FormatByte.isDigit($0) || $0 == Byte.minus })
        else { return false }
        let bytes = Array(label)
        guard bytes.count >= 4, bytes[2] == Byte.minus, bytes[3] == Byte.minus else { return true }
        return bytes.count > 4 && bytes[0] | 0x20 == UInt8(ascii: "x") && bytes[1] | 0x20 == Byte.lowerN
    }

    /// RFC 5321 section 4.1.2: a dotted or quoted local part, and a host name or an address in brackets.
    static func isEmail(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count <= 320, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
        let local = bytes[..<at]
        let domain = bytes[(at + 1)...]
        guard 1...64 ~= local.count, isDotted(local) || isQuoted(local) else { return false }
        guard domain.first == Byte.leftBracket, domain.last == Byte.rightBracket else { return isHostname(domain) }
        let literal = domain.dropFirst().dropLast()
        let tag = Array("IPv6:".utf8)
        return literal.starts(with: tag) ? AddressFormat.isIPv6(literal.dropFirst(tag.count)) : AddressFormat.isIPv4(literal)
    }

    private static let atomMarks = Set("!#$%&'*+-/=?^_`{|}~".utf8)

    private static func isDotted(_ local: ArraySlice<UInt8>) -> Bool {
        local.split(separator: Byte.point, omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.allSatisfy { FormatByte.isLetter($0) || FormatByte.isDigit($0) || atomMarks.contains($0) }
        }
    }

    private static func isQuoted(_ local: ArraySlice<UInt8>) -> Bool {
        guard local.count >= 2, local.first == Byte.quote, local.last == Byte.quote else { return false }
        var isEscaped = false
        for byte in local.dropFirst().dropLast() {
            guard 0x20...0x7E ~= byte, isEscaped || byte != Byte.quote else { return false }
            isEscaped = !isEscaped && byte == Byte.backslash
        }
        return !isEscaped
    }

    /// Hexadecimal digits in groups of 8, 4, 4, 4 and 12.
    static func isUUID(_ bytes: ArraySlice<UInt8>) -> Bool {
        let groups = bytes.split(separator: Byte.minus, omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(FormatByte.isHexadecimal) }
    }
}
