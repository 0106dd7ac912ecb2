internal import Wire

/// A proxy that connections to an upstream go through, as its URL says: `http://`, `https://`, `socks5://` or `socks5h://`, with user and
/// password where it asks for them.
///
/// Describing one shows neither.
public struct ProxyAddress: Sendable, Hashable {
    public enum Scheme: String, Sendable, Hashable {
        /// An HTTP proxy (RFC 9110 §3.7): a tunnel by CONNECT to what speaks TLS, forwarding of requests to what doesn't.
        case http
        /// The same, TLS on the way to the proxy itself.
        case https
        /// SOCKS 5 (RFC 1928) that is given an address: names are looked up here.
        case socks5
        /// SOCKS 5 that is given the name, and looks it up itself.
        case socks5h

        var isSOCKS: Bool { self == .socks5 || self == .socks5h }
        var defaultPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            case .socks5, .socks5h: 1080
            }
        }
    }

    struct Credentials: Sendable, Hashable {
        var user: String
        var password: String
    }

    /// One word, so that addresses without a proxy are copied as fast as if there were none.
    private final class Parts: Sendable {
        let scheme: Scheme
        let host: String
        let port: Int
        let credentials: Credentials?

        init(_ scheme: Scheme, _ host: String, _ port: Int, _ credentials: Credentials?) {
            self.scheme = scheme
            self.host = host
            self.port = port
            self.credentials = credentials
        }
    }

    private let parts: Parts

    public var scheme: Scheme { self.parts.scheme }
    /// In lower case; an IPv6 address without brackets.
    public var host: String { self.parts.host }
    public var port: Int { self.parts.port }
    public var hasCredentials: Bool { self.parts.credentials != nil }
    var credentials: Credentials? { self.parts.credentials }

    private static let maximumBytes = 2048

    /// Reads a proxy's URL. User and password are percent-decoded; the port is the scheme's (80, 443, 1080) where there is none.
    /// - Throws: `OutboundError.invalidURL` with what was expected, and nothing of the URL.
    public init(_ url: String) throws(OutboundError) {
        guard url.utf8.count <= Self.maximumBytes else {
            throw OutboundError(.invalidURL, "a proxy's URL has at most \(Self.maximumBytes) bytes")
        }
        guard let schemeEnd = url.firstRange(of: "://"), let scheme = Scheme(rawValue: url[..<schemeEnd.lowerBound].lowercased())
        else { throw OutboundError(.invalidURL, "a proxy's URL begins with http://, https://, socks5:// or socks5h://") }
        var authority = url[schemeEnd.upperBound...]
        guard authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Self.excluded.contains($0) }) else {
            throw OutboundError(
                .invalidURL, "a proxy's URL has no query, fragment, blank, control or non-ASCII character but in percent-encoding"
            )
        }
        if authority.hasSuffix("/") { authority.removeLast() }
        guard !authority.contains("/") else { throw OutboundError(.invalidURL, "a proxy's URL has no path") }
        var credentials: Credentials?
        if let at = authority.firstIndex(of: "@") {
            credentials = try Self.credentials(in: authority[..<at], for: scheme)
            authority = authority[authority.index(after: at)...]
            guard !authority.contains("@") else {
                throw OutboundError(.invalidURL, "an @ in a proxy's user or password is written as %40")
            }
        }
        let (host, port) = try URLAuthority.split(authority, defaultPort: scheme.defaultPort)
        guard host.utf8.count <= 253 else { throw OutboundError(.invalidURL, "a host's name has at most 253 characters") }
        self.parts = Parts(scheme, host, port, credentials)
    }

    /// What ends the authority of a URL, or may not stand in one as it is (RFC 3986 §2), but for the slash.
    private static let excluded = Array("?#\\\"<>^`{|}".utf8)

    private static func credentials(in text: Substring, for scheme: Scheme) throws(OutboundError) -> Credentials {
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        guard let user = Self.percentDecoded(text[..<colon]), let password = Self.percentDecoded(text[colon...].dropFirst())
        else {
            throw OutboundError(
                .invalidURL,
                "user and password of a proxy are UTF-8 without control characters, and after each % stand two digits")
        }
        if scheme.isSOCKS {
            guard 1...255 ~= user.utf8.count, 1...255 ~= password.utf8.count else {
                throw OutboundError(.invalidURL, "user and password of a SOCKS proxy have 1 to 255 bytes each")
            }
        } else if user.contains(":") {
            throw OutboundError(.invalidURL, "the user of an HTTP proxy has no colon")
        }
        return Credentials(user: user, password: password)
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(HostLiteral.value(ofDigit:)), high < 16,
                let low = rest.popFirst().flatMap(HostLiteral.value(ofDigit:)), low < 16
            else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.parts === right.parts
            || left.scheme == right.scheme && left.host == right.host && left.port == right.port
                && left.credentials == right.credentials
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.scheme)
        hasher.combine(self.host)
        hasher.combine(self.port)
        hasher.combine(self.credentials)
    }
}

extension ProxyAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Scheme, host and port; never the credentials.
    public var description: String {
        "\(self.scheme.rawValue)://\(self.host.contains(":") ? "[\(self.host)]" : self.host):\(self.port)"
    }

    /// As `description`.
    public var debugDescription: String { self.description }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension ProxyAddress {
    /// The value of `Proxy-Authorization` (RFC 7617 §2); nil without credentials, and for SOCKS.
    var basicAuthorization: String? {
        guard let credentials = self.credentials, !self.scheme.isSOCKS else { return nil }
        // The same digits as in a URL but for two (RFC 4648 §4), and with padding.
        let digits = Base64URL.encode(Array("\(credentials.user):\(credentials.password)".utf8))
            .map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return "Basic " + String(digits) + String(repeating: "=", count: (4 - digits.count % 4) % 4)
    }
}
