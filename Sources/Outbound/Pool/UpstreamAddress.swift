/// Where connections of one pool go.
public struct UpstreamAddress: Sendable, Hashable {
    public var host: String
    public var port: Int
    public var usesTLS: Bool
    /// Whether the server's certificate is checked; only an operator may switch that off, for a channel.
    public var verifiesCertificate: Bool
    /// The address to connect to, where it was chosen and checked beforehand: `host` is then not looked up, and stays the name that the
    /// server is asked for (`Host`, SNI) and that its certificate is checked against.
    public var pinned: IPAddress?

    public init(host: String, port: Int, usesTLS: Bool, verifiesCertificate: Bool = true, pinned: IPAddress? = nil) {
        self.host = host
        self.port = port
        self.usesTLS = usesTLS
        self.verifiesCertificate = verifiesCertificate
        self.pinned = pinned
    }

    /// The `Host` header (RFC 9110 §7.2): the port only where it isn't the scheme's own.
    public var hostHeader: String {
        let name = self.host.contains(":") ? "[\(self.host)]" : self.host
        return self.port == (self.usesTLS ? 443 : 80) ? name : "\(name):\(self.port)"
    }
}

/// A base URL such as `https://api.example.com/v1`, taken apart once.
public struct UpstreamBase: Sendable, Hashable {
    public var address: UpstreamAddress
    /// The path without a slash at its end: "" or "/v1".
    public var path: String

    /// - Throws: `OutboundError.invalidURL` with what was expected.
    public init(_ text: String, verifiesCertificate: Bool = true) throws(OutboundError) {
        guard let schemeEnd = text.firstRange(of: "://") else {
            throw OutboundError(.invalidURL, "a base URL begins with http:// or https://")
        }
        let usesTLS: Bool
        switch text[..<schemeEnd.lowerBound].lowercased() {
        case "http": usesTLS = false
        case "https": usesTLS = true
        default: throw OutboundError(.invalidURL, "a base URL begins with http:// or https://")
        }
        let rest = text[schemeEnd.upperBound...]
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Self.excluded.contains($0) }) else {
            throw OutboundError(.invalidURL, "a base URL has no user, query, fragment, blank, control or non-ASCII character")
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let (host, port) = try Self.splitAuthority(rest[..<slash], defaultPort: usesTLS ? 443 : 80)
        var path = rest[slash...]
        while path.hasSuffix("/") { path.removeLast() }
        self.address = UpstreamAddress(host: host, port: port, usesTLS: usesTLS, verifiesCertificate: verifiesCertificate)
        self.path = String(path)
    }

    /// What parts a URL, or may not stand in one as it is (RFC 3986 §2).
    private static let excluded = Array("?#@\\\"<>^`{|}".utf8)

    private static func splitAuthority(_ text: Substring, defaultPort: Int) throws(OutboundError) -> (String, Int) {
        var host = text
        var portText: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw OutboundError(.invalidURL, "an IPv6 host ends with ]") }
            host = text[text.index(after: text.startIndex)..<end]
            let tail = text[text.index(after: end)...]
            if tail.first == ":" { portText = tail.dropFirst() } else if !tail.isEmpty { host = "" }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            portText = text[text.index(after: colon)...]
        }
        guard !host.isEmpty else { throw OutboundError(.invalidURL, "a base URL names a host") }
        guard let portText else { return (host.lowercased(), defaultPort) }
        guard portText.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let port = Int(portText), (1...65535).contains(port) else {
            throw OutboundError(.invalidURL, "a port is a number from 1 to 65535")
        }
        return (host.lowercased(), port)
    }
}
