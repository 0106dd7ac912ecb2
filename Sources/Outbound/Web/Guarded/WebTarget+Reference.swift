extension WebTarget {
    /// The absolute URL that `reference`, a `Location`, means here (RFC 3986 §5.2).
    func url(of reference: String) -> String {
        let reference = reference.prefix { $0 != "#" }
        if Self.hasScheme(reference) { return String(reference) }
        if reference.hasPrefix("//") { return (self.usesTLS ? "https:" : "http:") + reference }
        if reference.hasPrefix("/") { return self.origin + Self.withoutDots(reference) }
        let path = self.pathAndQuery.prefix { $0 != "?" }
        if reference.isEmpty { return self.origin + self.pathAndQuery }
        if reference.hasPrefix("?") { return self.origin + path + reference }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return self.origin + Self.withoutDots(folder + reference)
    }

    private var origin: String {
        let host =
            switch self.host {
            case .address(.v6(let bits)): "[\(IPAddress.v6(bits))]"
            case .address(let address): address.description
            case .name(let name): name
            }
        return (self.usesTLS ? "https://" : "http://") + host + ":\(self.port)"
    }

    private static func hasScheme(_ reference: Substring) -> Bool {
        guard let colon = reference.utf8.firstIndex(of: UInt8(ascii: ":")), let first = reference.utf8.first,
            0x61...0x7A ~= first | 0x20
        else { return false }
        return reference.utf8[..<colon].allSatisfy {
            0x61...0x7A ~= $0 | 0x20 || 0x30...0x39 ~= $0
                || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains($0)
        }
    }

    /// RFC 3986 §5.2.4, for a path that begins with a slash, and may be followed by a query.
    private static func withoutDots(_ reference: some StringProtocol) -> String {
        let pathEnd = reference.firstIndex(of: "?") ?? reference.endIndex
        let segments = reference[..<pathEnd].split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var kept: [Substring] = []
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment {
            case ".": if isLast { kept.append("") }
            case "..":
                if !kept.isEmpty { kept.removeLast() }
                if isLast { kept.append("") }
            default: kept.append(Substring(segment))
            }
        }
        return "/" + kept.joined(separator: "/") + reference[pathEnd...]
    }
}
