/// Why a text is not acceptable JSON, and where.
public struct JSONError: Error, Sendable, Hashable {
    /// What is wrong. New codes may be added, so a `switch` needs a `default`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        enum Kind: UInt8, Sendable {
            case unexpectedEnd, unexpectedByte, invalidNumber, invalidEscape, loneSurrogate, controlCharacter
            case invalidUTF8, byteOrderMark, trailingContent, tooDeep, tooLarge, duplicateName
            case notAnObject, duplicateMember, escapedMemberName, ambiguousMemberName
        }

        let kind: Kind

        init(_ kind: Kind) { self.kind = kind }

        /// The text ends in the middle of a value.
        public static let unexpectedEnd = Code(.unexpectedEnd)
        /// A byte that can't stand here.
        public static let unexpectedByte = Code(.unexpectedByte)
        /// A number against the grammar, such as `01` or `1.`.
        public static let invalidNumber = Code(.invalidNumber)
        /// A backslash that is not followed by an escape.
        public static let invalidEscape = Code(.invalidEscape)
        /// Half of a surrogate pair: it stands for no character.
        public static let loneSurrogate = Code(.loneSurrogate)
        /// A control character that is not escaped inside a string.
        public static let controlCharacter = Code(.controlCharacter)
        /// Bytes that are not UTF-8.
        public static let invalidUTF8 = Code(.invalidUTF8)
        /// A byte order mark at the start, which RFC 8259 section 8.1 forbids to send.
        public static let byteOrderMark = Code(.byteOrderMark)
        /// Something after the value.
        public static let trailingContent = Code(.trailingContent)
        /// More arrays and objects inside each other than the limits allow.
        public static let tooDeep = Code(.tooDeep)
        /// More bytes than the limits allow.
        public static let tooLarge = Code(.tooLarge)
        /// A name twice in one object.
        public static let duplicateName = Code(.duplicateName)
        /// The scanner was given a value that is no object.
        public static let notAnObject = Code(.notAnObject)
        /// A member that the scanner looks for occurs twice.
        public static let duplicateMember = Code(.duplicateMember)
        /// The name of a member that the scanner looks for is written with escapes.
        public static let escapedMemberName = Code(.escapedMemberName)
        /// A name that a reader which ignores case takes for one that the scanner looks for.
        public static let ambiguousMemberName = Code(.ambiguousMemberName)

        /// The code's name, such as `unexpectedEnd`.
        public var description: String { "\(kind)" }
    }

    /// What is wrong.
    public let code: Code
    /// Where: bytes from the start of the text that was given.
    public let offset: Int
    /// The innermost value that was being read.
    public let path: JSONPointer
    /// What is wrong, for a person. It never repeats input beyond one byte.
    public let message: String

    /// An error with all its parts.
    public init(code: Code, offset: Int, path: JSONPointer, message: String) {
        self.code = code
        self.offset = offset
        self.path = path
        self.message = message
    }

    init(_ fault: JSONFault, path: JSONPointer, in bytes: UnsafeRawBufferPointer) {
        let byte = bytes.indices.contains(fault.offset) ? bytes[fault.offset] : nil
        self.init(
            code: Code(fault.kind), offset: fault.offset, path: path,
            message: Self.message(for: fault.kind, byte: byte))
    }

    private static func message(for kind: Code.Kind, byte: UInt8?) -> String {
        switch kind {
        case .unexpectedEnd: "the text ends before the value does"
        case .unexpectedByte: "unexpected \(byte.map(Byte.name) ?? "end")"
        case .invalidNumber: "not a number by the grammar of JSON"
        case .invalidEscape: "a backslash must be followed by one of \" \\ / b f n r t, or u and four hexadecimal digits"
        case .loneSurrogate: "an escaped surrogate without its other half"
        case .controlCharacter: "\(byte.map(Byte.name) ?? "a control character") must be escaped in a string"
        case .invalidUTF8: "not valid UTF-8"
        case .byteOrderMark: "the text must not begin with a byte order mark"
        case .trailingContent: "\(byte.map(Byte.name) ?? "content") after the end of the value"
        case .tooDeep: "arrays and objects are nested too deeply"
        case .tooLarge: "the text is too large"
        case .duplicateName: "the name occurs twice in this object"
        case .notAnObject: "an object was expected"
        case .duplicateMember: "this member occurs twice"
        case .escapedMemberName: "the name of this member must be written without escapes"
        case .ambiguousMemberName: "a name that differs from this member's only in case"
        }
    }
}

extension JSONError: CustomStringConvertible {
    /// Message, offset and path in one line.
    public var description: String {
        let place = "\(message) at offset \(offset)"
        return path.tokens.isEmpty ? place : "\(place), in \(path.description.prefix(200))"
    }
}

/// What the grammar functions throw: small and without references, so that the hot path carries no cost for it.
struct JSONFault: Error {
    let kind: JSONError.Code.Kind
    let offset: Int

    init(_ kind: JSONError.Code.Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}
