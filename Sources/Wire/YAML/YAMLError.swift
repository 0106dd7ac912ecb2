/// Why a text is not acceptable YAML, and where.
public struct YAMLError: Error, Sendable, Hashable {
    /// What is wrong. New codes may be added, so a `switch` needs a `default`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: Sendable {
            case syntax, tooLarge, tooDeep, tooManyAliases, unknownAlias, unsupportedTag, invalidScalar
            case unsupportedKey, duplicateKey, invalidMerge, multipleDocuments
        }

        private let kind: Kind

        /// Against the grammar, or not UTF-8.
        public static let syntax = Code(kind: .syntax)
        /// More bytes, or more values with all aliases expanded, than the limits allow.
        public static let tooLarge = Code(kind: .tooLarge)
        /// More collections inside each other than the limits allow.
        public static let tooDeep = Code(kind: .tooDeep)
        /// More aliases than the limits allow.
        public static let tooManyAliases = Code(kind: .tooManyAliases)
        /// An alias without an anchor before it, or inside of its own anchor.
        public static let unknownAlias = Code(kind: .unknownAlias)
        /// A tag that the core schema does not have.
        public static let unsupportedTag = Code(kind: .unsupportedTag)
        /// A scalar that is not what its tag says.
        public static let invalidScalar = Code(kind: .invalidScalar)
        /// A key that is a sequence or a mapping.
        public static let unsupportedKey = Code(kind: .unsupportedKey)
        /// A key that occurs twice in one mapping; `related` is the place of the first.
        public static let duplicateKey = Code(kind: .duplicateKey)
        /// A merge key whose value is neither a mapping nor a sequence of mappings.
        public static let invalidMerge = Code(kind: .invalidMerge)
        /// More than one document in the stream.
        public static let multipleDocuments = Code(kind: .multipleDocuments)

        /// The code's name, such as `duplicateKey`.
        public var description: String { "\(kind)" }
    }

    /// What is wrong.
    public let code: Code
    /// Where.
    public let location: SourceLocation
    /// Another place that has to do with it.
    public let related: SourceLocation?
    /// What is wrong, for a person.
    public let message: String

    init(_ code: Code, at location: SourceLocation, _ message: String, related: SourceLocation? = nil) {
        self.code = code
        self.location = location
        self.related = related
        self.message = message
    }
}

extension YAMLError: CustomStringConvertible {
    /// Place and message in one line.
    public var description: String { "line \(location.line), column \(location.column): \(message)" }
}

/// A place in a text.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
    private let line32: UInt32
    private let column32: UInt32

    /// The line, from 1.
    public var line: Int { Int(line32) }
    /// The character in the line, from 1.
    public var column: Int { Int(column32) }

    /// The place in that line and column, both from 1.
    public init(line: Int, column: Int) {
        line32 = UInt32(clamping: line)
        column32 = UInt32(clamping: column)
    }

    /// Line and column, such as `12:3`.
    public var description: String { "\(line):\(column)" }
}
