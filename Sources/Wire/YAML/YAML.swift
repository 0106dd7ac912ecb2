/// Reads YAML into JSON values.
///
/// Scalars follow the core schema of YAML 1.2 (section 10.3): `no`, `on`, `1.10.0` and dates are strings, `1e3`, `0o17` and
/// `0x1F` numbers. Choices where YAML holds more than JSON: `.inf` and `.nan` stay strings, as do octal and hexadecimal
/// numbers beyond 64 bits; a key that is no string is its text (`200:` is `"200"`); merge keys (`<<`) are applied; keys that
/// are collections, tags outside of the core schema, keys that occur twice, and more than one document are errors.
/// A text that is known to be JSON is better read by `JSON.parse`: libyaml refuses escaped surrogate pairs, which JSON has.
public enum YAML {
    /// Reads a stream of one document in UTF-8; an empty one is `null`.
    public static func parse(_ bytes: [UInt8], limits: YAMLLimits = .standard) throws(YAMLError) -> YAMLDocument {
        try bytes.withUnsafeBytes { bytes in Result { () throws(YAMLError) in try parse(bytes, limits: limits) } }.get()
    }

    /// Reads a stream of one document; an empty one is `null`.
    public static func parse(_ text: String, limits: YAMLLimits = .standard) throws(YAMLError) -> YAMLDocument {
        var text = text
        return try text.withUTF8 { bytes in
            Result { () throws(YAMLError) in try parse(UnsafeRawBufferPointer(bytes), limits: limits) }
        }.get()
    }

    /// Reads a stream of one document in UTF-8; an empty one is `null`.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: YAMLLimits = .standard
    ) throws(YAMLError) -> YAMLDocument {
        guard bytes.count <= limits.maximumBytes else {
            throw YAMLError(.tooLarge, at: SourceLocation(line: 1, column: 1), "the text is too large")
        }
        guard tagDirectiveCount(in: bytes) <= greatestTagDirectiveCount else {
            throw YAMLError(
                .tooLarge, at: SourceLocation(line: 1, column: 1), "more than \(greatestTagDirectiveCount) %TAG directives")
        }
        var composer = YAMLComposer(YAMLEventReader(bytes), limits: limits)
        return try composer.composeStream()
    }

    /// libyaml compares each `%TAG` directive with all before it, and each tag with all of them.
    private static let greatestTagDirectiveCount = 64

    /// How many lines begin with `%TAG`, which means a directive except in very odd scalars.
    private static func tagDirectiveCount(in bytes: UnsafeRawBufferPointer) -> Int {
        var count = 0
        for index in bytes.indices where bytes[index] == 0x25 {
            // YAML 1.1, and so libyaml, ends lines also at characters beyond ASCII; their last byte stands for them here.
            let beginsLine = index == 0 || bytes[index - 1] < Byte.space || bytes[index - 1] >= 0x80
            if beginsLine, bytes[index...].starts(with: "%TAG".utf8) { count += 1 }
        }
        return count
    }
}

/// How large, how deep and how repetitive a YAML text may be.
public struct YAMLLimits: Sendable, Hashable {
    /// The longest text, in bytes.
    public var maximumBytes: Int
    /// How many collections may be open at once, aliases expanded; at most `JSONLimits.greatestDepth`.
    public var maximumDepth: Int { didSet { maximumDepth = min(maximumDepth, JSONLimits.greatestDepth) } }
    /// How many values the document may have when all aliases and merges are expanded.
    public var maximumValues: Int
    /// How many aliases there may be.
    public var maximumAliases: Int

    /// 64 MiB, depth 128, four million values, ten thousand aliases.
    public static let standard = YAMLLimits()

    /// Limits; `maximumDepth` above `JSONLimits.greatestDepth` is taken as that.
    public init(
        maximumBytes: Int = 64 << 20, maximumDepth: Int = 128, maximumValues: Int = 4_000_000, maximumAliases: Int = 10_000
    ) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = min(maximumDepth, JSONLimits.greatestDepth)
        self.maximumValues = maximumValues
        self.maximumAliases = maximumAliases
    }
}
