/// The URL of a server elsewhere: absolute, `http` or `https`, with a host, without user, password or fragment (RFC 3986 §3).
public struct ServerURL: Sendable, Hashable {
    /// As it was given.
    public let text: String
    /// Scheme, host in lower case, and port: what credentials are bound to (RFC 6454 §4).
    public let origin: String

    /// The most bytes.
    static let greatest = 8192
    /// What is expected of one, as the end of a sentence.
    public static let form = "an http:// or https:// URL of ASCII characters with a host, without user, password or fragment"

    /// Reads a URL; nil where it is none of that form.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.greatest, let schemeEnd = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = text[schemeEnd.upperBound...]
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Self.excluded.contains($0) }), Self.hasWholeEscapes(rest) else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let (host, port) = Self.split(authority, defaultPort: scheme == "https" ? 443 : 80) else { return nil }
        self.text = text
        origin = "\(scheme)://\(host):\(port)"
    }

    /// The URL with more query parameters, in place of those of the same names that it has.
    public func text(adding queries: [(name: String, value: String)]) -> String {
        guard !queries.isEmpty else { return text }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let names = Set(queries.map(\.name))
        var pairs = (parts.count == 2 ? parts[1] : "").split(separator: "&").filter { pair in
            !names.contains(QueryText.decoded(pair.prefix { $0 != "=" }))
        }.map(String.init)
        pairs += queries.map { "\(QueryText.encoded($0.name))=\(QueryText.encoded($0.value))" }
        return parts[0] + "?" + pairs.joined(separator: "&")
    }

    /// What may not stand in a URL as it is, and what would begin a fragment or end a user (RFC 3986 §2, §3.2.1).
    private static let excluded = Array("#@\\\"<>^`{|}".utf8)

    private static func hasWholeEscapes(_ text: Substring) -> Bool {
        text.split(separator: "%", omittingEmptySubsequences: false).dropFirst().allSatisfy { part in
            let digits = part.utf8.prefix(2)
            return digits.count == 2 && digits.allSatisfy { QueryText.value(ofHexadecimal: $0) != nil }
        }
    }

    private static func split(_ authority: Substring, defaultPort: Int) -> (host: String, port: Int)? {
        var host = authority
        var portText: Substring?
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[...end]
            let tail = authority[authority.index(after: end)...]
            guard tail.isEmpty || tail.first == ":" else { return nil }
            portText = tail.isEmpty ? nil : tail.dropFirst()
            let address = host.dropFirst().dropLast()
            guard IPAddress(String(address)) != nil, address.contains(":") else { return nil }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                portText = authority[authority.index(after: colon)...]
            }
            guard (1...253).contains(host.utf8.count), host.utf8.allSatisfy(isNameByte) else { return nil }
        }
        guard let portText else { return (host.lowercased(), defaultPort) }
        guard (1...5).contains(portText.utf8.count), portText.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let port = Int(portText),
            (1...65535).contains(port)
        else { return nil }
        return (host.lowercased(), port)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// Names and values in a query (RFC 3986 §2.1, §3.4).
enum QueryText {
    /// Everything escaped that isn't unreserved (RFC 3986 §2.3).
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text without escapes, `+` read as a blank, the way servers read names.
    static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(value(ofHexadecimal:)),
                let low = rest.dropFirst().first.flatMap(value(ofHexadecimal:))
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func value(ofHexadecimal digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
