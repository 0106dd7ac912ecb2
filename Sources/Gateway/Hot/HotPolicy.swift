internal import Directory
internal import NIOHTTP1
internal import Wire

/// What the operator decides about browsers, proxies and hosts, made ready for the hot path.
struct HotPolicy: Sendable {
    var trustedProxies: [Subnet] = []
    /// In lower case, without ports; nil = every `Host` is fine.
    var allowedHosts: Set<String>?
    /// `*` allows every origin.
    var modelOrigins: Set<String> = ["*"]
    var toolOrigins: Set<String> = []
    /// Those that may call `/api`.
    var adminOrigins: Set<String> = []
    /// The host names that servers have of their own; nil = none has.
    var serverHosts: ServerHosts?
    /// The key of the admin API, as `Credential.strip` leaves it; nil = nobody has it.
    var adminKey: String?
    var isGzipEnabled = false
    /// Every model call is answered 503 (the contract's `DisableServe`).
    var isDisabled = false

    /// Whether a request with this `Host` may be served. A page that makes a browser resolve its own name to this machine (DNS
    /// rebinding) sends that name.
    func allows(host: String?) -> Bool {
        guard let allowed = self.allowedHosts else { return true }
        guard let host else { return true }
        return allowed.contains(Self.name(ofHost: host)) || self.serverHosts?.server(ofHost: host) != nil
    }

    /// Whether that is the key of the admin API. A key of the operator's programs opens as much as a token, but not that.
    func isAdminKey(_ key: Substring) -> Bool {
        guard let adminKey = self.adminKey else { return false }
        return ConstantTime.equal(String(key), adminKey)
    }

    /// The name in a `Host` header, without its port, in lower case.
    static func name(ofHost host: String) -> String {
        let name: Substring
        if host.first == "[" {
            name = host[...(host.firstIndex(of: "]") ?? host.index(before: host.endIndex))]
        } else {
            name = host.prefix { $0 != ":" }
        }
        return name.lowercased()
    }

    /// Where the request comes from: the peer, or behind trusted proxies the last address in `X-Forwarded-For` that is none of them.
    func clientAddress(of peer: String, headers: HTTPHeaders) -> String {
        guard !self.trustedProxies.isEmpty, self.isTrusted(peer) else { return peer }
        let chain = headers[canonicalForm: "x-forwarded-for"]
        for address in chain.reversed() {
            guard IPAddress(String(address)) != nil else { return peer }
            if !self.isTrusted(String(address)) { return String(address) }
        }
        return peer
    }

    private func isTrusted(_ address: String) -> Bool { self.trustedProxies.contains { $0.contains(address: address) } }

    /// The CORS headers of an answer to `origin` (Fetch §3.2), or none where it isn't allowed.
    static func corsHeaders(origin: String?, allowed: Set<String>) -> HTTPHeaders {
        guard let origin else { return [:] }
        if allowed.contains("*") { return ["Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": self.exposed] }
        guard allowed.contains(origin) else { return ["Vary": "Origin"] }
        return ["Access-Control-Allow-Origin": origin, "Vary": "Origin", "Access-Control-Expose-Headers": self.exposed]
    }

    private static let exposed = "X-Request-Id, Mcp-Session-Id, WWW-Authenticate, Retry-After"

    static let preflightHeaders: HTTPHeaders = [
        "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
        "Access-Control-Allow-Headers":
            "Authorization, Content-Type, Accept, X-Api-Key, X-Goog-Api-Key, Mcp-Session-Id, Mcp-Method, Mcp-Name, "
            + "MCP-Protocol-Version, Last-Event-ID, traceparent, tracestate, OpenAI-Organization, OpenAI-Project, "
            + "anthropic-version, anthropic-beta",
        "Access-Control-Max-Age": "86400",
    ]
}
