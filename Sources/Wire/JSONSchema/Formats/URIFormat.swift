/// URIs of RFC 3986.
enum URIFormat {
    private static let unreserved = Set("-._~".utf8)
    private static let subDelimiters = Set("!$&'()*+,;=".utf8)

    /// With a scheme; relative references are none.
    static func isURI(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let colon = bytes.firstIndex(of: Byte.colon), isScheme(bytes[..<colon]) else { return false }
        var rest = bytes[(colon + 1)...]
        if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
            guard areAllowed(rest[(mark + 1)...], "/?:@") else { return false }
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            guard areAllowed(rest[(mark + 1)...], "/?:@") else { return false }
            rest = rest[..<mark]
        }
        guard rest.starts(with: [Byte.slash, Byte.slash]) else { return areAllowed(rest, "/:@") }
        rest = rest.dropFirst(2)
        let end = rest.firstIndex(of: Byte.slash) ?? rest.endIndex
        return isAuthority(rest[..<end]) && areAllowed(rest[end...], "/:@")
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, FormatByte.isLetter(first) else { return false }
        return bytes.allSatisfy {
            FormatByte.isLetter($0) || FormatByte.isDigit($0) || $0 == Byte.plus || $0 == Byte.minus || $0 == Byte.point
        }
    }

    private static func isAuthority(_ bytes: ArraySlice<UInt8>) -> Bool {
        var host = bytes
        if let at = host.firstIndex(of: UInt8(ascii: "@")) {
            guard areAllowed(host[..<at], ":") else { return false }
            host = host[(at + 1)...]
        }
        if host.first == Byte.leftBracket {
            guard let end = host.firstIndex(of: Byte.rightBracket) else { return false }
            let literal = host[(host.startIndex + 1)..<end]
            let rest = host[(end + 1)...]
            return (AddressFormat.isIPv6(literal) || isFutureAddress(literal)) && (rest.isEmpty || isPort(rest))
        }
        guard let colon = host.firstIndex(of: Byte.colon) else { return areAllowed(host, "") }
        return areAllowed(host[..<colon], "") && isPort(host[colon...])
    }

    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first == Byte.colon && bytes.dropFirst().allSatisfy(FormatByte.isDigit)
    }

    private static func isFutureAddress(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, first | 0x20 == UInt8(ascii: "v"), let point = bytes.firstIndex(of: Byte.point) else {
            return false
        }
        let version = bytes[(bytes.startIndex + 1)..<point]
        let address = bytes[(point + 1)...]
        return !version.isEmpty && version.allSatisfy(FormatByte.isHexadecimal) && !address.isEmpty && areAllowed(address, ":")
            && !address.contains(UInt8(ascii: "%"))
    }

    /// Whether all are unreserved, sub-delimiters, percent escapes, or among those named.
    private static func areAllowed(_ bytes: ArraySlice<UInt8>, _ more: StaticString) -> Bool {
        let more = Array(more.description.utf8)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                guard index + 1 < bytes.endIndex, FormatByte.isHexadecimal(bytes[index]),
                    FormatByte.isHexadecimal(bytes[index + 1])
                else { return false }
                index += 2
            } else if !(FormatByte.isLetter(byte) || FormatByte.isDigit(byte) || unreserved.contains(byte)
                || subDelimiters.contains(byte) || more.contains(byte))
            {
                return false
            }
        }
        return true
    }
}
