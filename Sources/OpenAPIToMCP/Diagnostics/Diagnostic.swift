public import Wire

/// Something that the compiler has to say about a document: what could not be expressed, where it stands, and what to do.
public struct Diagnostic: Sendable, Hashable {
    /// How much it matters.
    public enum Severity: String, Sendable, Hashable, Comparable, CaseIterable {
        /// Worth knowing; nothing is lost.
        case note
        /// Something is left out or taken differently; the tool works without it.
        case warning
        /// The operation, or the document, is not compiled.
        case error

        /// From the least to the most.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    /// What is wrong. New codes may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name, such as `unresolved-reference`.
        public let description: String

        /// A code of that name: lower case, words joined by `-`.
        init(_ name: String) { description = name }
    }

    public let severity: Severity
    public let code: Code
    /// The document's name: a file's path as it was given, or a URL without credentials and query.
    public let document: String
    /// Where in the document.
    public let pointer: JSONPointer
    /// The same as line and column, where they are known.
    public let location: SourceLocation?
    /// What is wrong, in one sentence without a full stop.
    public let message: String
    /// What to do about it.
    public let advice: String?

    init(
        _ severity: Severity, _ code: Code, document: String, pointer: JSONPointer, location: SourceLocation?,
        _ message: String, advice: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.document = document
        self.pointer = pointer
        self.location = location
        self.message = message
        self.advice = advice
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `file:line:column: error[code] at /paths/~1users/get: message, and what to do`.
    public var description: String {
        var text = document
        if let location { text += ":\(location.line):\(location.column)" }
        text += ": \(severity.rawValue)[\(code)]"
        if pointer != .root { text += " at \(pointer)" }
        text += ": \(message)"
        if let advice { text += ", \(advice)" }
        return text
    }
}
