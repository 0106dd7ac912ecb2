/// A regular expression as it was written.
indirect enum PatternSyntax {
    case scalar(UInt32)
    case set(ScalarSet)
    case assertion(PatternAssertion)
    case sequence([PatternSyntax])
    case choice([PatternSyntax])
    case repetition(PatternSyntax, least: Int, most: Int?)
}

/// What a place in the text must be.
enum PatternAssertion: Sendable {
    case start, end, wordBoundary, noWordBoundary

    func holds(between previous: UInt32?, and next: UInt32?) -> Bool {
        switch self {
        case .start: previous == nil
        case .end: next == nil
        case .wordBoundary: Self.isBoundary(previous, next)
        case .noWordBoundary: !Self.isBoundary(previous, next)
        }
    }

    private static func isBoundary(_ previous: UInt32?, _ next: UInt32?) -> Bool {
        (previous.map(CharacterClass.isWord) ?? false) != (next.map(CharacterClass.isWord) ?? false)
    }
}

/// Why a pattern can't be compiled.
struct PatternFault: Error {
    let message: String
    /// Whether it is a regular expression all the same, with something that is not supported here.
    let isExpression: Bool
    init(_ message: String, isExpression: Bool = false) {
        self.message = message
        self.isExpression = isExpression
    }
}
