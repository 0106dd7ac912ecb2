/// The literal text before the URIs of a member whose own would be taken for another member's.
///
/// `portico:<member>/` and the URI or template as it was: still a URI (RFC 3986, a path without an authority). It is given
/// only where two members really clash, and to everything of the later one. URIs that begin with `portico:` already, as
/// those of another Portico do, always get it: so whatever begins with it was issued here. `https:` never gets it, because
/// clients fetch such URIs themselves.
enum IssuedPrefix {
    private static let scheme = "portico:"

    /// The prefix of a member.
    static func text(ofMember prefix: String) -> String { scheme + prefix + "/" }

    /// Whether this URI of a member always gets the prefix.
    static func mustPrecede(_ uri: String) -> Bool { uri.utf8.starts(with: scheme.utf8) }

    /// Whether this URI never gets it.
    static func mayNotPrecede(_ uri: String) -> Bool { URIScheme.of(uri) == "https" }

    /// The member's part and the member's own URI, where the text begins with an issued prefix.
    static func parse(_ uri: String) -> (prefix: String, uri: String)? {
        guard mustPrecede(uri) else { return nil }
        let rest = uri.utf8.dropFirst(scheme.utf8.count)
        guard let end = rest.firstIndex(of: 0x2F) else { return nil }
        return (
            String(decoding: rest[..<end], as: UTF8.self),
            String(decoding: rest[rest.index(after: end)...], as: UTF8.self)
        )
    }
}

/// The scheme of a URI or of a template.
enum URIScheme {
    /// In lower case; nil where the text does not begin with one (RFC 3986 §3.1).
    static func of(_ uri: String) -> String? {
        guard let colon = uri.utf8.prefix(64).firstIndex(of: 0x3A) else { return nil }
        let scheme = uri.utf8[..<colon]
        let isScheme =
            scheme.first.map(isLetter) == true
            && scheme.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E }
        return isScheme ? String(decoding: scheme, as: UTF8.self).lowercased() : nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
}
