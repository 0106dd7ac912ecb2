/// Reads a regular expression of ECMA-262 with the `u` flag, as JSON Schema recommends (core, section 6.4), except for
/// look-around and back-references.
///
/// Where that grammar is stricter than what schemas in the field hold (`\-` outside of a class, a lone `]` or `{`,
/// `[\w-.]`), the looser reading of ECMA-262 annex B is taken.
struct PatternParser {
    let scalars: [Unicode.Scalar]
    var position = 0
    private var depth = 0

    /// How many groups may be open at once: groups are read by recursion.
    private static let maximumDepth = 64
    /// The greatest bound of a repetition.
    private static let maximumRepetition = 10_000

    static func parse(_ text: String) throws(PatternFault) -> PatternSyntax {
        var parser = PatternParser(scalars: Array(text.unicodeScalars))
        let syntax = try parser.parseChoice()
        guard parser.position == parser.scalars.count else { throw PatternFault("has a ) without its (") }
        return syntax
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func parseChoice() throws(PatternFault) -> PatternSyntax {
        var alternatives = [try parseSequence()]
        while take("|") { alternatives.append(try parseSequence()) }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    private mutating func parseSequence() throws(PatternFault) -> PatternSyntax {
        var terms: [PatternSyntax] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            position += 1
            let atom = try parseAtom(scalar)
            terms.append(try parseQuantifier(atom))
        }
        return terms.count == 1 ? terms[0] : .sequence(terms)
    }

    private mutating func parseAtom(_ scalar: Unicode.Scalar) throws(PatternFault) -> PatternSyntax {
        switch scalar {
        case "^": return .assertion(.start)
        case "$": return .assertion(.end)
        case ".": return .set(Self.notLineEnds)
        case "(": return try parseGroup()
        case "[": return .set(try parseClass())
        case "\\": return try parseEscape()
        case "*", "+", "?": throw PatternFault("has a \(scalar) with nothing before it")
        case "{" where bounds() != nil: throw PatternFault("has a repetition with nothing before it")
        default: return .scalar(scalar.value)
        }
    }

    private static let notLineEnds: ScalarSet = {
        var set = ScalarSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])
        set.negate()
        set.finish()
        return set
    }()

    private mutating func parseGroup() throws(PatternFault) -> PatternSyntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw PatternFault("has more than \(Self.maximumDepth) groups in each other") }
        if take("?") {
            if take("<") {
                guard next != "=", next != "!" else {
                    throw PatternFault("looks behind, which is not supported", isExpression: true)
                }
                guard let end = scalars[position...].firstIndex(of: ">"), end > position else {
                    throw PatternFault("has a group whose name does not end")
                }
                position = end + 1
            } else if !take(":") {
                let isLookahead = next == "=" || next == "!"
                throw PatternFault(
                    isLookahead ? "looks ahead, which is not supported" : "has a kind of group that is not supported",
                    isExpression: isLookahead)
            }
        }
        let inner = try parseChoice()
        guard take(")") else { throw PatternFault("has a ( without its )") }
        return inner
    }

    // MARK: - Repetition

    private mutating func parseQuantifier(_ atom: PatternSyntax) throws(PatternFault) -> PatternSyntax {
        let bounds: (least: Int, most: Int?)
        if take("*") {
            bounds = (0, nil)
        } else if take("+") {
            bounds = (1, nil)
        } else if take("?") {
            bounds = (0, 1)
        } else if take("{") {
            guard let counted = self.bounds() else {
                position -= 1
                return atom
            }
            position = counted.end
            bounds = (counted.least, counted.most)
        } else {
            return atom
        }
        // Greed decides what is captured, never whether there is a match.
        _ = take("?")
        if case .assertion = atom { throw PatternFault("repeats an assertion") }
        if let most = bounds.most, most < bounds.least { throw PatternFault("has a repetition whose bounds are out of order") }
        guard max(bounds.least, bounds.most ?? 0) <= Self.maximumRepetition else {
            throw PatternFault(
                "repeats something more than \(Self.maximumRepetition) times, which is not supported", isExpression: true)
        }
        return .repetition(atom, least: bounds.least, most: bounds.most)
    }

    /// What follows a `{`, where that is a repetition's bounds: `3}`, `3,}` or `3,5}`. Nothing is consumed.
    private func bounds() -> (least: Int, most: Int?, end: Int)? {
        var cursor = position
        guard let least = number(&cursor) else { return nil }
        var most: Int? = least
        if cursor < scalars.count, scalars[cursor] == "," {
            cursor += 1
            most = number(&cursor)
        }
        guard cursor < scalars.count, scalars[cursor] == "}" else { return nil }
        return (least, most, cursor + 1)
    }

    private func number(_ cursor: inout Int) -> Int? {
        var value: Int?
        while cursor < scalars.count, "0"..."9" ~= scalars[cursor] {
            value = min((value ?? 0) * 10 + Int(scalars[cursor].value - 0x30), Self.maximumRepetition + 1)
            cursor += 1
        }
        return value
    }
}
