/// An absolute URL taken apart for a request (RFC 3986, RFC 9110 §4.2), strictly: where two programs could read a URL differently,
/// it is refused.
struct WebTarget: Sendable, Equatable {
    enum Host: Sendable, Equatable {
        case address(IPAddress)
        /// In lower case, without a dot at its end.
        case name(String)
    }

    static let maximumBytes = 8192

    var usesTLS: Bool
    var host: Host
    /// The host as connections are told apart by it.
    private var poolName: String
    /// The host as it was written, for a person.
    var givenHost: String
    var port: Int
    /// What the request line says: from the path's slash on, without the fragment.
    var pathAndQuery: String

    /// - Throws: `OutboundError.invalidURL`; what it says holds nothing of the URL but the host, because the rest may be secret.
    init(_ url: String) throws(OutboundError) {
        let bytes = Array(url.utf8)
        guard bytes.count <= Self.maximumBytes else {
            throw OutboundError(.invalidURL, "a URL has at most \(Self.maximumBytes) bytes")
        }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw OutboundError(
                .invalidURL,
                "a URL has no blank, control character or backslash, and says in percent-encoding (a host: in punycode) what is not ASCII"
            )
        }
        let (usesTLS, afterScheme) = try Self.scheme(of: bytes)
        let end = bytes[afterScheme...].firstIndex { Self.endsAuthority.contains($0) } ?? bytes.endIndex
        let fragment = bytes[end...].firstIndex(of: UInt8(ascii: "#")) ?? bytes.endIndex
        let path = bytes[end..<fragment]
        self.usesTLS = usesTLS
        (self.host, self.givenHost, self.port) = try Self.readAuthority(bytes[afterScheme..<end], defaultPort: usesTLS ? 443 : 80)
        self.poolName =
            switch self.host {
            case .address(let address): address.description
            case .name(let name): name
            }
        self.pathAndQuery = (path.first == UInt8(ascii: "/") ? "" : "/") + String(decoding: path, as: UTF8.self)
    }

    private static let endsAuthority = Array("/?#".utf8)

    private static func scheme(of bytes: [UInt8]) throws(OutboundError) -> (usesTLS: Bool, end: Int) {
        if Self.begins(bytes, with: "http://") { return (false, 7) }
        if Self.begins(bytes, with: "https://") { return (true, 8) }
        throw OutboundError(.invalidURL, "a URL begins with http:// or https://")
    }

    private static func begins(_ bytes: [UInt8], with prefix: StaticString) -> Bool {
        prefix.withUTF8Buffer { prefix in
            bytes.count > prefix.count
                && zip(bytes, prefix).allSatisfy { byte, expected in
                    byte == expected || (0x41...0x5A ~= byte && byte | 0x20 == expected)
                }
        }
    }

    // MARK: Authority

    private static func readAuthority(
        _ authority: ArraySlice<UInt8>, defaultPort: Int
    ) throws(OutboundError) -> (host: Host, given: String, port: Int) {
        guard !authority.contains(UInt8(ascii: "@")) else { throw OutboundError(.invalidURL, "a URL has no user and password") }
        var hostBytes = authority
        var portBytes: ArraySlice<UInt8>?
        let host: Host
        if authority.first == UInt8(ascii: "[") {
            guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else {
                throw OutboundError(.invalidURL, "an IPv6 address ends with ]")
            }
            hostBytes = authority[(authority.startIndex + 1)..<end]
            let tail = authority[(end + 1)...]
            guard tail.isEmpty || tail.first == UInt8(ascii: ":") else {
                throw OutboundError(.invalidURL, "a port follows a colon")
            }
            portBytes = tail.isEmpty ? nil : tail.dropFirst()
            // A zone (RFC 6874) names an interface of this machine: nobody from outside has one to give.
            guard case .v6? = IPAddress(Substring(decoding: hostBytes, as: UTF8.self)),
                let address = IPAddress(Substring(decoding: hostBytes, as: UTF8.self))
            else { throw OutboundError(.invalidURL, "what stands between brackets is an IPv6 address without a zone") }
            host = .address(address.unmapped)
        } else {
            if let colon = authority.firstIndex(of: UInt8(ascii: ":")) {
                hostBytes = authority[..<colon]
                portBytes = authority[(colon + 1)...]
            }
            host = try Self.readHost(hostBytes)
        }
        return (host, String(decoding: hostBytes, as: UTF8.self), try Self.readPort(portBytes, defaultPort: defaultPort))
    }

    private static func readHost(_ given: ArraySlice<UInt8>) throws(OutboundError) -> Host {
        // One dot at the end says that the name is complete, and means the same host.
        let bytes = given.last == UInt8(ascii: ".") ? given.dropLast() : given
        guard !bytes.isEmpty, bytes.count <= 253, bytes.allSatisfy(Self.isNameByte) else {
            throw OutboundError(.invalidURL, "a host is an address, or a name of letters, digits, hyphens and dots")
        }
        if HostLiteral.endsInNumber(bytes) {
            guard let address = HostLiteral.ipv4(bytes) else {
                throw OutboundError(.invalidURL, "a host that ends in a number is an IPv4 address")
            }
            return .address(address)
        }
        guard bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy({ 1...63 ~= $0.count })
        else {
            throw OutboundError(.invalidURL, "each part of a host's name has 1 to 63 characters")
        }
        return .name(String(decoding: bytes.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func readPort(_ digits: ArraySlice<UInt8>?, defaultPort: Int) throws(OutboundError) -> Int {
        // A colon with nothing after it is the scheme's own port (RFC 3986 §3.2.3).
        guard let digits, !digits.isEmpty else { return defaultPort }
        var port = 0
        for digit in digits {
            guard 0x30...0x39 ~= digit, port <= 65535 else {
                port = 0
                break
            }
            port = port * 10 + Int(digit - 0x30)
        }
        guard 1...65535 ~= port else { throw OutboundError(.invalidURL, "a port is a number from 1 to 65535") }
        return port
    }
}

extension WebTarget {
    /// Where connections for it go, at the address that was chosen.
    func upstream(at address: IPAddress, as identity: ClientIdentity? = nil) -> UpstreamAddress {
        UpstreamAddress(
            host: self.poolName, port: self.port, usesTLS: self.usesTLS, pinned: address,
            clientIdentity: self.usesTLS ? identity : nil)
    }

    /// Whether `other` is at the same scheme, host and port (RFC 6454 §5).
    func hasSameOrigin(as other: WebTarget) -> Bool {
        self.usesTLS == other.usesTLS && self.host == other.host && self.port == other.port
    }
}
