internal import NIOSSL

/// The names that a certificate is for (RFC 9525 §6.3).
enum CertificateNames {
    /// Whether `certificate` names the host `host`. One without any alternative names was judged by its common name already.
    static func isFor(_ host: String, _ certificate: NIOSSLCertificate) -> Bool {
        let alternatives = certificate._subjectAlternativeNames()
        if alternatives.isEmpty { return true }
        return alternatives.contains { name in
            name.nameType == .dnsName && Self.matches(String(decoding: name.contents, as: UTF8.self), host)
        }
    }

    /// Whether `certificate` is for an address (RFC 9525 §6.4): names don't count, the common name included.
    static func isFor(_ address: IPAddress, _ certificate: NIOSSLCertificate) -> Bool {
        certificate._subjectAlternativeNames().contains { name in
            name.nameType == .ipAddress && name.contents.elementsEqual(address.bytes)
        }
    }

    /// Compares without regard to case; an asterisk stands for the whole first label, and for no dot.
    static func matches(_ pattern: String, _ host: String) -> Bool {
        let pattern = pattern.lowercased().split(separator: ".")
        let host = host.lowercased().split(separator: ".")
        guard pattern.count == host.count, !host.isEmpty else { return false }
        if pattern.first == "*", pattern.count > 2 { return pattern.dropFirst().elementsEqual(host.dropFirst()) }
        return pattern.elementsEqual(host)
    }
}
