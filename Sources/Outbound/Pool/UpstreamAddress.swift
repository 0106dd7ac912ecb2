/// Where connections of one pool go, and how: those that differ in any of this are never taken for one another.
public struct UpstreamAddress: Sendable, Hashable {
    public var host: String
    public var port: Int
    public var usesTLS: Bool
    /// Whether the server's certificate is checked; only an operator may switch that off, for a channel.
    public var verifiesCertificate: Bool
    /// The address to connect to, where it was chosen and checked beforehand: `host` is then not looked up, and stays the name that the
    /// server is asked for (`Host`, SNI) and that its certificate is checked against.
    public var pinned: IPAddress?
    /// What the connections go through; nil = nothing.
    public var proxy: ProxyAddress?
    /// What they show the server in TLS; nil = nothing.
    public var clientIdentity: ClientIdentity?

    public init(
        host: String, port: Int, usesTLS: Bool, verifiesCertificate: Bool = true, pinned: IPAddress? = nil,
        proxy: ProxyAddress? = nil, clientIdentity: ClientIdentity? = nil
    ) {
        self.host = host
        self.port = port
        self.usesTLS = usesTLS
        self.verifiesCertificate = verifiesCertificate
        self.pinned = pinned
        self.proxy = proxy
        self.clientIdentity = clientIdentity
    }

    /// Every request looks for its pool: the numbers go in as one, and what most addresses lack not at all.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.host)
        hasher.combine(self.port << 2 | (self.usesTLS ? 2 : 0) | (self.verifiesCertificate ? 1 : 0))
        if let pinned = self.pinned { hasher.combine(pinned) }
        if let proxy = self.proxy { hasher.combine(proxy) }
        if let clientIdentity = self.clientIdentity { hasher.combine(clientIdentity) }
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
    public init(
        _ text: String, verifiesCertificate: Bool = true, proxy: ProxyAddress? = nil, clientIdentity: ClientIdentity? = nil
    ) throws(OutboundError) {
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
        let (host, port) = try URLAuthority.split(rest[..<slash], defaultPort: usesTLS ? 443 : 80)
        var path = rest[slash...]
        while path.hasSuffix("/") { path.removeLast() }
        self.address = UpstreamAddress(
            host: host, port: port, usesTLS: usesTLS, verifiesCertificate: verifiesCertificate, proxy: proxy,
            clientIdentity: clientIdentity)
        self.path = String(path)
    }

    /// What parts a URL, or may not stand in one as it is (RFC 3986 §2).
    private static let excluded = Array("?#@\\\"<>^`{|}".utf8)
}
