import Wire

/// Where an API's calls go (OpenAPI 3.1 §4.8.5).
enum ServerAddress {
    /// The base URL without a slash at its end; nil where there is none that is absolute, `http` or `https`, and without user, query and
    /// fragment.
    ///
    /// - Parameters:
    ///   - override: the operator's, in place of all that the document says.
    ///   - base: where the document came from: relative URLs start there.
    static func resolve(_ servers: [APIServer], override: String?, base: String) -> String? {
        if let override { return checked(URIReference(override)) }
        for server in servers {
            let reference = URIReference(substituted(server))
            if let address = checked(URIReference(base).resolving(reference)) { return address }
        }
        return nil
    }

    /// The URL with each variable's standard value.
    private static func substituted(_ server: APIServer) -> String {
        ServerTemplate.filled(server.url) { server.variables[$0]?.standard }
    }

    private static func checked(_ uri: URIReference) -> String? {
        guard uri.scheme == "http" || uri.scheme == "https", let authority = uri.authority, !authority.isEmpty,
            !authority.utf8.contains(UInt8(ascii: "@")), uri.query == nil, uri.fragment == nil,
            uri.description.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "\\") })
        else { return nil }
        var text = uri.description
        while text.utf8.last == UInt8(ascii: "/") { text.removeLast() }
        return text
    }
}
