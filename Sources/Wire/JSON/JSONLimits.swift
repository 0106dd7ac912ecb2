/// How large and how deep a JSON text may be, and what happens to names that occur twice.
public struct JSONLimits: Sendable, Hashable {
    /// What a parser does with a name that occurs twice in one object.
    public enum DuplicateNames: Sendable, Hashable {
        /// The document is refused: readers disagree about which value counts.
        case reject
        /// The last value counts, at the place of the first.
        case lastWins
    }

    /// The deepest nesting that any limits allow: values are read, written and compared by recursion.
    public static let greatestDepth = 1024

    /// How many arrays and objects may be open at once; at most `greatestDepth`.
    public var maximumDepth: Int { didSet { maximumDepth = min(maximumDepth, Self.greatestDepth) } }

    /// The longest text, in bytes.
    public var maximumBytes: Int

    /// What happens to a name that occurs twice.
    public var duplicateNames: DuplicateNames

    /// Depth 128, 64 MiB, names that occur twice are refused.
    public static let standard = JSONLimits()

    /// Limits; `maximumDepth` above `greatestDepth` is taken as that.
    public init(maximumDepth: Int = 128, maximumBytes: Int = 64 << 20, duplicateNames: DuplicateNames = .reject) {
        self.maximumDepth = min(maximumDepth, Self.greatestDepth)
        self.maximumBytes = maximumBytes
        self.duplicateNames = duplicateNames
    }
}
