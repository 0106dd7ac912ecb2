/// Header values that carry what a header can't: `=?base64?<base64 of UTF-8>?=` (2026-07-28, Streamable HTTP).
///
/// The wrapper is case-sensitive and must be complete; anything else is the literal value. A literal value that looks
/// like a wrapper is therefore sent wrapped.
package enum SentinelText {
    private static let prefix = Array("=?base64?".utf8)
    private static let suffix = Array("?=".utf8)

    /// The value that a header stands for; nil where a complete wrapper holds no strict base64 of UTF-8.
    package static func decoded(_ header: String) -> String? {
        let bytes = Array(header.utf8)
        guard bytes.count >= prefix.count + suffix.count, bytes.starts(with: prefix),
            bytes.suffix(suffix.count).elementsEqual(suffix)
        else { return header }
        guard let content = Base64.decoded(bytes[prefix.count..<(bytes.count - suffix.count)]) else { return nil }
        return String(validating: content, as: UTF8.self)
    }

    /// The value as a header, wrapped only where it has to be: bytes beyond visible ASCII and inner blanks, outer blanks
    /// (which a receiver trims), or the look of a wrapper.
    package static func encoded(_ value: String) -> String {
        let bytes = Array(value.utf8)
        let isPlain = bytes.allSatisfy { (0x20...0x7E).contains($0) }
        let hasOuterBlank = bytes.first == 0x20 || bytes.last == 0x20
        guard !isPlain || hasOuterBlank || bytes.starts(with: prefix) else { return value }
        return String(decoding: prefix + Base64.encoded(bytes) + suffix, as: UTF8.self)
    }
}
