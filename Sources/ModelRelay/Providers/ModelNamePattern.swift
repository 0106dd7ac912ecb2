/// A pattern for names of models: `*` stands for any text, everything else for itself without regard to case (of ASCII letters).
public struct ModelNamePattern: Sendable, Hashable {
    public let text: String
    private let bytes: [UInt8]

    public init(_ text: String) {
        self.text = text
        self.bytes = text.utf8.map(Self.lowercased)
    }

    /// Takes time proportional to the name's length times the pattern's at most.
    public func matches(_ name: String) -> Bool { self.matches(Name(name)) }

    /// A name that is held against several patterns.
    struct Name {
        fileprivate let bytes: [UInt8]
        init(_ text: String) { self.bytes = text.utf8.map(ModelNamePattern.lowercased) }
    }

    func matches(_ name: Name) -> Bool {
        let name = name.bytes
        var (at, pattern) = (0, 0)
        // Where the last star stands, and up to where it has eaten.
        var retry: (pattern: Int, at: Int)?
        while at < name.count {
            if pattern < self.bytes.count, self.bytes[pattern] == Self.star {
                retry = (pattern, at)
                pattern += 1
            } else if pattern < self.bytes.count, self.bytes[pattern] == name[at] {
                (at, pattern) = (at + 1, pattern + 1)
            } else if let last = retry {
                retry = (last.pattern, last.at + 1)
                (at, pattern) = (last.at + 1, last.pattern + 1)
            } else {
                return false
            }
        }
        return self.bytes[pattern...].allSatisfy { $0 == Self.star }
    }

    private static let star = UInt8(ascii: "*")

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
