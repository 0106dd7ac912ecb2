/// Values by the names of models, of which one `*` in a name stands for any text, also for none.
///
/// The exact name counts before every pattern; among patterns the one with the most other characters, then the one with the most of
/// them before its `*`, then the one that comes first by its bytes. A second `*` is a character like others.
public struct ModelNameTable<Value: Sendable>: Sendable {
    private struct Pattern: Sendable {
        let prefix: [UInt8]
        let suffix: [UInt8]
        let value: Value

        var length: Int { self.prefix.count + self.suffix.count }
    }

    private var exact: [String: Value] = [:]
    /// The best first.
    private var patterns: [Pattern] = []

    /// A table of names and patterns. Where one occurs twice the last counts.
    public init(_ entries: some Sequence<(String, Value)>) {
        var patterns: [String: Value] = [:]
        for (name, value) in entries {
            if name.utf8.contains(UInt8(ascii: "*")) { patterns[name] = value } else { exact[name] = value }
        }
        self.patterns = patterns.map { name, value in
            let parts = name.utf8.split(separator: UInt8(ascii: "*"), maxSplits: 1, omittingEmptySubsequences: false)
            return Pattern(prefix: Array(parts[0]), suffix: Array(parts[1]), value: value)
        }
        self.patterns.sort { left, right in
            if left.length != right.length { return left.length > right.length }
            if left.prefix.count != right.prefix.count { return left.prefix.count > right.prefix.count }
            return (left.prefix + left.suffix).lexicographicallyPrecedes(right.prefix + right.suffix)
        }
    }

    /// Whether there is nothing in it.
    public var isEmpty: Bool { exact.isEmpty && patterns.isEmpty }

    /// The value of a name, and the text that its pattern's `*` stands for (nil where the name itself is there).
    public subscript(name: String) -> (value: Value, matched: String?)? {
        if let value = exact[name] { return (value, nil) }
        guard !patterns.isEmpty else { return nil }
        let bytes = Array(name.utf8)
        for pattern in patterns where bytes.count >= pattern.length {
            guard bytes.starts(with: pattern.prefix), bytes.suffix(pattern.suffix.count).elementsEqual(pattern.suffix) else {
                continue
            }
            let matched = bytes[pattern.prefix.count..<bytes.count - pattern.suffix.count]
            return (pattern.value, String(decoding: matched, as: UTF8.self))
        }
        return nil
    }
}
