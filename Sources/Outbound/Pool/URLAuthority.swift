/// Host and port of a URL that an operator wrote (RFC 3986 §3.2), without a user.
enum URLAuthority {
    /// In lower case and without brackets; the port that isn't written is `defaultPort`.
    /// - Throws: `OutboundError.invalidURL` with what was expected.
    static func split(_ text: Substring, defaultPort: Int) throws(OutboundError) -> (String, Int) {
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
        guard !host.isEmpty else { throw OutboundError(.invalidURL, "a URL names a host") }
        guard let portText else { return (host.lowercased(), defaultPort) }
        guard portText.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let port = Int(portText), (1...65535).contains(port) else {
            throw OutboundError(.invalidURL, "a port is a number from 1 to 65535")
        }
        return (host.lowercased(), port)
    }
}
