extension PatternParser {
    /// What a `\` outside of a class begins.
    mutating func parseEscape() throws(PatternFault) -> PatternSyntax {
        switch next {
        case "b"?, "B"?:
            let isBoundary = next == "b"
            position += 1
            return .assertion(isBoundary ? .wordBoundary : .noWordBoundary)
        case let digit? where "1"..."9" ~= digit: throw PatternFault("refers back, which is not supported", isExpression: true)
        case "k"?: throw PatternFault("refers back, which is not supported", isExpression: true)
        default: break
        }
        if let escaped = try parseClassEscape() {
            var set = ScalarSet()
            set.insert(escaped)
            set.finish()
            return .set(set)
        }
        return .scalar(try parseScalarEscape())
    }

    /// A class, after its `[`.
    mutating func parseClass() throws(PatternFault) -> ScalarSet {
        var set = ScalarSet()
        if take("^") { set.negate() }
        while !take("]") {
            guard let first = try parseMember(&set) else { continue }
            // A minus before the end, or beside a class escape, stands for itself.
            guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                set.insert(first...first)
                continue
            }
            position += 1
            guard let last = try parseMember(&set) else {
                set.insert(first...first)
                set.insert(0x2D...0x2D)
                continue
            }
            guard first <= last else { throw PatternFault("has a range whose ends are out of order") }
            set.insert(first...last)
        }
        set.finish()
        return set
    }

    /// One scalar of a class; nil where it was an escape for many, which are in the set then.
    private mutating func parseMember(_ set: inout ScalarSet) throws(PatternFault) -> UInt32? {
        guard let scalar = next else { throw PatternFault("has a [ without its ]") }
        position += 1
        guard scalar == "\\" else { return scalar.value }
        if take("b") { return 0x08 }
        if let escaped = try parseClassEscape() {
            set.insert(escaped)
            return nil
        }
        return try parseScalarEscape()
    }

    private mutating func parseClassEscape() throws(PatternFault) -> CharacterClass? {
        guard let letter = next else { throw PatternFault("ends with a backslash") }
        if letter == "p" || letter == "P" {
            position += 1
            guard take("{"), let end = scalars[position...].firstIndex(of: "}") else {
                throw PatternFault("has a \\\(letter) without a property in braces")
            }
            var name = ""
            name.unicodeScalars.append(contentsOf: scalars[position..<end])
            guard let escaped = CharacterClass(property: name, isNegated: letter == "P") else {
                throw PatternFault(
                    "names a Unicode property that is not supported: \(name.prefix(40))", isExpression: true)
            }
            position = end + 1
            return escaped
        }
        guard let escaped = CharacterClass(escape: letter) else { return nil }
        position += 1
        return escaped
    }

    private mutating func parseScalarEscape() throws(PatternFault) -> UInt32 {
        guard let letter = next else { throw PatternFault("ends with a backslash") }
        position += 1
        switch letter {
        case "t": return 0x09
        case "n": return 0x0A
        case "v": return 0x0B
        case "f": return 0x0C
        case "r": return 0x0D
        case "0" where !(next.map { "0"..."9" ~= $0 } ?? false): return 0
        case "c":
            guard let control = next, "a"..."z" ~= control || "A"..."Z" ~= control else {
                throw PatternFault("has a \\c without a letter")
            }
            position += 1
            return control.value % 32
        case "x": return try parseHexadecimal(2)
        case "u": return try parseUnicodeEscape()
        case "0"..."9", "a"..."z", "A"..."Z": throw PatternFault("has an escape that means nothing: \\\(letter)")
        default: return letter.value
        }
    }

    private mutating func parseUnicodeEscape() throws(PatternFault) -> UInt32 {
        if take("{") {
            var value: UInt32?
            while let digit = next.flatMap(Self.hexadecimal) {
                value = min((value ?? 0) * 16 + digit, ScalarSet.greatestScalar + 1)
                position += 1
            }
            guard let value, value <= ScalarSet.greatestScalar, take("}") else {
                throw PatternFault("has a \\u{} without a code point")
            }
            return value
        }
        let first = try parseHexadecimal(4)
        // Two escapes of a surrogate pair stand for one scalar.
        guard 0xD800...0xDBFF ~= first, next == "\\", position + 1 < scalars.count, scalars[position + 1] == "u" else {
            return first
        }
        let start = position
        position += 2
        let second = try parseHexadecimal(4)
        guard 0xDC00...0xDFFF ~= second else {
            position = start
            return first
        }
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
    }

    private mutating func parseHexadecimal(_ count: Int) throws(PatternFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = next.flatMap(Self.hexadecimal) else {
                throw PatternFault("has an escape that lacks hexadecimal digits")
            }
            value = value * 16 + digit
            position += 1
        }
        return value
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "a"..."f": scalar.value - 0x61 + 10
        case "A"..."F": scalar.value - 0x41 + 10
        default: nil
        }
    }
}
