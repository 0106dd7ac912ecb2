internal import NIOHTTP1

/// Which header fields go out.
enum WebHeaders {
    /// The headers of a request: its own, checked, and that the answer shall come as it is.
    /// - Throws: `OutboundError.invalidHeader` where a field would say something else on the wire than here, or is the client's to set.
    static func checked(_ fields: [(name: String, value: String)]) throws(OutboundError) -> HTTPHeaders {
        var headers = HTTPHeaders()
        // With room for Host and Content-Length.
        headers.reserveCapacity(fields.count + 3)
        for (name, value) in fields {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else {
                throw OutboundError(.invalidHeader, "the name of a header has a character that it can't have")
            }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw OutboundError(.invalidHeader, "the value of the header \(name) has a control character")
            }
            // Told by the length first, because most names are none of these.
            if Self.lengthsOfOwn.contains(name.utf8.count) {
                let name = name.lowercased()
                if name == "accept-encoding" { continue }
                guard !Self.own.contains(name) else {
                    throw OutboundError(.invalidHeader, "the header \(name) is not the caller's to set")
                }
            }
            headers.add(name: name, value: value)
        }
        headers.add(name: "Accept-Encoding", value: "identity")
        return headers
    }

    /// What is left of `fields` for another origin: only what is known to hold no secret. A list of those that do would not know
    /// the one that a deployment made up.
    static func forAnotherOrigin(_ fields: [(name: String, value: String)]) -> [(name: String, value: String)] {
        fields.filter { Self.harmless.contains($0.name.lowercased()) }
    }

    /// `fields` for a request that has no body any more (RFC 9110 §15.4).
    static func withoutBody(_ fields: [(name: String, value: String)]) -> [(name: String, value: String)] {
        fields.filter { !$0.name.lowercased().hasPrefix("content-") }
    }

    static func isToken(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(Self.isTokenByte) }

    /// RFC 9110 §5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2E, 0x5E, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// Fields that frame the message or speak of the connection (RFC 9110 §7.6.1), and the host that the address was checked for.
    private static let own: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade",
        "expect",
    ]
    private static let lengthsOfOwn = Set(Self.own.map(\.utf8.count) + ["accept-encoding".utf8.count])

    private static let harmless: Set<String> = [
        "accept", "accept-language", "content-type", "content-language", "user-agent", "mcp-protocol-version", "mcp-method",
        "traceparent", "cache-control", "if-none-match", "if-modified-since", "range",
    ]
}
