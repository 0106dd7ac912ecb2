internal import Outbound

/// Where a format's requests go, from a base URL in whatever way a person gives it.
///
/// `https://h`, `https://h/`, `https://h/v1` and a whole endpoint that was pasted (`https://h/v1/chat/completions`) are one for a
/// provider whose version path is `/v1`. Whatever stands before the version path stays before it, for a format with a base of its own
/// too. Any other path is the operator's own and stays as it is.
extension Provider {
    /// - Parameters:
    ///   - text: the channel's base URL; "" = the provider's.
    ///   - parts: the key's parts, which take the place of names in braces.
    func base(
        _ text: String, format: WireFormat, parts: [String: String], verifiesCertificate: Bool = true,
        proxy: ProxyAddress? = nil
    ) throws(ChannelFault) -> UpstreamBase {
        let text = text.isEmpty ? self.baseURL : text
        guard !text.isEmpty else { throw ChannelFault("base_url", "expected a URL: \(self.displayName) has no default") }
        var base: UpstreamBase
        do { base = try UpstreamBase(text, verifiesCertificate: verifiesCertificate, proxy: proxy) } catch {
            throw ChannelFault("base_url", "\(error.message)")
        }
        var (segments, found) = self.segments(from: base.path.split(separator: "/"), format: format)
        for (name, value) in parts where found[name] == nil { found[name] = value[...] }
        for (index, segment) in segments.enumerated() {
            guard let name = Self.placeholder(segment) else { continue }
            guard let value = found[name] else {
                throw ChannelFault("key", "expected \(self.key.expectation); \(name) may stand in the base URL instead")
            }
            // What stood in the URL is encoded already.
            segments[index] = parts[name] == String(value) ? PercentEncoding.segment(String(value))[...] : value
        }
        base.path = segments.map { "/" + $0 }.joined()
        return base
    }

    private func segments(from given: [Substring], format: WireFormat) -> ([Substring], [String: Substring]) {
        let own = self.versionSegments(of: format)
        var path = given
        // Of `/chat/completions` and `/completions` the longer one was pasted.
        let endpoints = self.paths.values.map { $0.split(separator: "/") }.sorted { $0.count > $1.count }
        if let endpoint = endpoints.first(where: { Self.ends(path, with: $0) != nil }) { path.removeLast(endpoint.count) }
        guard !path.isEmpty else { return (own, [:]) }
        var versions = Set(([nil] + self.formats.map(Optional.some)).map(self.versionSegments(of:)))
        if let path = try? UpstreamBase(self.baseURL).path { versions.insert(path.split(separator: "/")) }
        // Of `/v1` and `/anthropic/v1` the longer one is meant where both stand there.
        for version in versions.sorted(by: { $0.count > $1.count }) {
            for part in [version, Self.withoutNumber(version)] where !part.isEmpty {
                if let found = Self.ends(path, with: part) { return (path.dropLast(part.count) + own, found) }
            }
        }
        for (end, addition) in self.extendedPaths.sorted(by: { $0.key.count > $1.key.count })
        where Self.ends(path, with: end.split(separator: "/")) != nil {
            return (path + addition.split(separator: "/"), [:])
        }
        guard own != self.versionSegments(of: nil) else { return (path, [:]) }
        return (path.last.map(Self.isNumber) == true ? own : path + own, [:])
    }

    private func versionSegments(of format: WireFormat?) -> [Substring] {
        (format.flatMap { self.formatRules[$0]?.versionPath } ?? self.versionPath).split(separator: "/")
    }

    /// The values of the names in braces where `path` ends so.
    private static func ends(_ path: [Substring], with pattern: [Substring]) -> [String: Substring]? {
        guard !pattern.isEmpty, path.count >= pattern.count else { return nil }
        var found: [String: Substring] = [:]
        for (segment, expected) in zip(path.suffix(pattern.count), pattern) {
            if let name = self.placeholder(expected) { found[name] = segment } else if segment != expected { return nil }
        }
        return found
    }

    private static func placeholder(_ segment: Substring) -> String? {
        segment.hasPrefix("{") && segment.hasSuffix("}") ? String(segment.dropFirst().dropLast()) : nil
    }

    /// `/anthropic` of `/anthropic/v1`: the base URL that other clients are given.
    private static func withoutNumber(_ version: [Substring]) -> [Substring] {
        version.last.map(self.isNumber) == true ? version.dropLast() : []
    }

    /// Whether a segment is a version: `v1`, `v1beta`, `v2alpha1`.
    private static func isNumber(_ segment: Substring) -> Bool {
        segment.wholeMatch(of: /v[0-9]+((alpha|beta)[0-9]*)?/) != nil
    }
}

/// Percent-encoding (RFC 3986 §2.1) of one segment of a path or one value of a query.
enum PercentEncoding {
    static func segment(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
