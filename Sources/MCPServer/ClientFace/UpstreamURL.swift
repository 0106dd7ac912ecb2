/// What the client face does with URLs: adding configured query items, and following a reference on one origin.
enum UpstreamURL {
    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    private static let hex = Array("0123456789ABCDEF".utf8)

    /// The URL with the items at the end of its query.
    static func adding(_ items: [(name: String, value: String)], to url: String) -> String {
        guard !items.isEmpty else { return url }
        let whole = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? url
        let query = items.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
        let separator = !whole.contains("?") ? "?" : whole.hasSuffix("?") || whole.hasSuffix("&") ? "" : "&"
        return whole + separator + query
    }

    private static func encoded(_ text: String) -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            if unreserved.contains(byte) {
                output.append(byte)
            } else {
                output += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Where a reference leads from a URL (RFC 3986 section 5.2); nil unless that is on the same origin.
    ///
    /// What an upstream names as its message endpoint gets the credential of the configured URL, so it must not lead
    /// anywhere else.
    static func resolve(_ reference: String, against base: String) -> String? {
        guard let origin = Origin(base), !reference.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return nil }
        if reference.hasPrefix("//") {
            return resolve("\(origin.scheme):\(reference)", against: base)
        }
        if let other = Origin(reference) {
            guard other == origin else { return nil }
            return reference
        }
        // A scheme of another kind is no path.
        if let colon = reference.firstIndex(of: ":"), !reference[..<colon].contains(where: { "/?#".contains($0) }) { return nil }
        let end = base.utf8.index(base.startIndex, offsetBy: origin.length)
        let root = String(base[..<end])
        let rest = base[end...].prefix { $0 != "?" && $0 != "#" }
        let path = rest.isEmpty ? "/" : String(rest)
        if reference.hasPrefix("/") { return root + withoutDots(reference) }
        if reference.hasPrefix("?") { return root + path + reference }
        if reference.isEmpty { return root + path }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "/"
        return root + withoutDots(folder + reference)
    }

    /// The path without its `.` and `..` segments; the query stays.
    private static func withoutDots(_ reference: String) -> String {
        let end = reference.firstIndex { $0 == "?" || $0 == "#" } ?? reference.endIndex
        var segments: [Substring] = []
        let parts = reference[..<end].split(separator: "/", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            switch part {
            case ".": if isLast { segments.append("") }
            case "..":
                if segments.count > 1 { segments.removeLast() }
                if isLast { segments.append("") }
            default: segments.append(part)
            }
        }
        return segments.joined(separator: "/") + reference[end...]
    }

    /// Scheme, host and port of an absolute HTTP URL (RFC 6454); user information makes it none.
    ///
    /// Bytes are compared, not characters: Unicode has letters whose small form is an ASCII one, and texts that it takes for
    /// equal, and a resolver may find other hosts under them.
    private struct Origin: Equatable {
        let scheme: String
        let authority: [UInt8]
        /// How many bytes of the URL it takes.
        let length: Int

        init?(_ url: String) {
            let lowered = url.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
            guard let prefix = ["http://", "https://"].first(where: { lowered.starts(with: $0.utf8) }) else { return nil }
            scheme = String(prefix.dropLast(3))
            let raw = lowered.dropFirst(prefix.utf8.count).prefix { !"/?#".utf8.contains($0) }
            guard !raw.isEmpty, !raw.contains(where: "@\\".utf8.contains) else { return nil }
            length = prefix.utf8.count + raw.count
            let standard = scheme == "http" ? ":80".utf8 : ":443".utf8
            authority = Array(raw.suffix(standard.count).elementsEqual(standard) ? raw.dropLast(standard.count) : raw)
        }

        static func == (left: Origin, right: Origin) -> Bool {
            left.scheme == right.scheme && left.authority == right.authority
        }
    }
}
