/// What the names and values of query parameters and settings may be.
enum FieldRules {
    /// The most fields of one kind that a server's configuration has.
    static let greatestCount = 100
    static let greatestName = 256
    static let greatestValue = 8192
    static let nameForm = "a name of 1 to \(greatestName) bytes without control characters"
    static let valueForm = "a text of at most \(greatestValue) bytes without control characters"

    static func isName(_ text: String) -> Bool { (1...greatestName).contains(text.utf8.count) && hasNoControls(text) }

    static func isValue(_ text: String) -> Bool { text.utf8.count <= greatestValue && hasNoControls(text) }

    private static func hasNoControls(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
}

/// What the headers of a server's configuration may be (RFC 9110 §5).
enum HeaderRules {
    static let nameForm = "a header's name that is neither the connection's nor the protocol's own"
    static let valueForm = "a header's value of at most \(FieldRules.greatestValue) bytes without control characters"

    static func isName(_ text: String) -> Bool {
        guard FieldRules.isName(text), text.utf8.allSatisfy(isTokenByte) else { return false }
        let name = text.lowercased()
        return !reserved.contains(name) && !reservedPrefixes.contains { name.hasPrefix($0) }
    }

    /// Blanks at its ends would be lost on the way (RFC 9110 §5.5), and the credential with them wrong.
    static func isValue(_ text: String) -> Bool { FieldRules.isValue(text) && text.first != " " && text.last != " " }

    /// Written by the connection (RFC 9110 §7.6.1, RFC 9112 §6) or by the protocol, from the message that is sent; one from elsewhere
    /// would contradict it or smuggle.
    private static let reserved: Set<String> = [
        "accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host",
        "keep-alive", "last-event-id", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]
    private static let reservedPrefixes = ["mcp-"]

    /// RFC 9110 §5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
