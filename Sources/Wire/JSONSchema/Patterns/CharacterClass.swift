/// What an escape such as `\d` or `\p{L}` stands for (ECMA-262, CharacterClassEscape, with the `u` flag).
enum CharacterClass: Sendable {
    case ranges([ClosedRange<UInt32>])
    /// A bit for each general category.
    case categories(UInt32)

    /// `\d \D \w \W \s \S`; nil for other letters.
    init?(escape letter: Unicode.Scalar) {
        switch letter {
        case "d": self = .ranges(Self.digits)
        case "D": self = .ranges(Self.complement(Self.digits))
        case "w": self = .ranges(Self.word)
        case "W": self = .ranges(Self.complement(Self.word))
        case "s": self = .ranges(Self.space)
        case "S": self = .ranges(Self.complement(Self.space))
        default: return nil
        }
    }

    /// What is between the braces of `\p{...}` or, negated, `\P{...}`: a general category by its short or long name, with
    /// or without `General_Category=`, or `Any`, `ASCII`. Scripts and other properties are not known.
    init?(property name: String, isNegated: Bool) {
        switch name {
        case "Any": self = .ranges(isNegated ? [] : [0...ScalarSet.greatestScalar])
        case "ASCII": self = .ranges(isNegated ? [0x80...ScalarSet.greatestScalar] : [0...0x7F])
        default:
            var value = name[...]
            for prefix in ["General_Category=", "gc="] where name.hasPrefix(prefix) { value = name.dropFirst(prefix.count) }
            guard let mask = Self.masks[String(value)] else { return nil }
            self = .categories(isNegated ? ~mask : mask)
        }
    }

    private static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    private static let word: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
    /// White space and line ends of ECMA-262, the byte order mark included.
    private static let space: [ClosedRange<UInt32>] = [
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ]

    /// Whether a scalar counts for `\b`.
    static func isWord(_ scalar: UInt32) -> Bool { word.contains { $0.contains(scalar) } }

    private static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var complement: [ClosedRange<UInt32>] = []
        var start: UInt32 = 0
        for range in ranges {
            if range.lowerBound > start { complement.append(start...range.lowerBound - 1) }
            start = range.upperBound + 1
        }
        return complement + [start...ScalarSet.greatestScalar]
    }
}

// MARK: - General categories

extension CharacterClass {
    /// Short and long names of the general categories (Unicode Standard Annex 44, table 12).
    private static let names: [(category: Unicode.GeneralCategory, short: String, long: String)] = [
        (.uppercaseLetter, "Lu", "Uppercase_Letter"), (.lowercaseLetter, "Ll", "Lowercase_Letter"),
        (.titlecaseLetter, "Lt", "Titlecase_Letter"), (.modifierLetter, "Lm", "Modifier_Letter"),
        (.otherLetter, "Lo", "Other_Letter"), (.nonspacingMark, "Mn", "Nonspacing_Mark"),
        (.spacingMark, "Mc", "Spacing_Mark"), (.enclosingMark, "Me", "Enclosing_Mark"),
        (.decimalNumber, "Nd", "Decimal_Number"), (.letterNumber, "Nl", "Letter_Number"),
        (.otherNumber, "No", "Other_Number"), (.connectorPunctuation, "Pc", "Connector_Punctuation"),
        (.dashPunctuation, "Pd", "Dash_Punctuation"), (.openPunctuation, "Ps", "Open_Punctuation"),
        (.closePunctuation, "Pe", "Close_Punctuation"), (.initialPunctuation, "Pi", "Initial_Punctuation"),
        (.finalPunctuation, "Pf", "Final_Punctuation"), (.otherPunctuation, "Po", "Other_Punctuation"),
        (.mathSymbol, "Sm", "Math_Symbol"), (.currencySymbol, "Sc", "Currency_Symbol"),
        (.modifierSymbol, "Sk", "Modifier_Symbol"), (.otherSymbol, "So", "Other_Symbol"),
        (.spaceSeparator, "Zs", "Space_Separator"), (.lineSeparator, "Zl", "Line_Separator"),
        (.paragraphSeparator, "Zp", "Paragraph_Separator"), (.control, "Cc", "Control"), (.format, "Cf", "Format"),
        (.surrogate, "Cs", "Surrogate"), (.privateUse, "Co", "Private_Use"), (.unassigned, "Cn", "Unassigned"),
    ]

    /// Groups of categories, by the letter that their short names share.
    private static let groups: [(letter: Character, long: [String])] = [
        ("L", ["Letter"]), ("M", ["Mark", "Combining_Mark"]), ("N", ["Number"]), ("P", ["Punctuation", "punct"]),
        ("S", ["Symbol"]), ("Z", ["Separator"]), ("C", ["Other"]),
    ]

    private static let bits: [Unicode.GeneralCategory: UInt32] = Dictionary(
        uniqueKeysWithValues: names.enumerated().map { ($1.category, 1 << UInt32($0)) })

    private static let masks: [String: UInt32] = {
        var masks: [String: UInt32] = [:]
        for name in names {
            masks[name.short] = mask(of: name.category)
            masks[name.long] = mask(of: name.category)
        }
        masks["LC"] = (masks["Lu"] ?? 0) | (masks["Ll"] ?? 0) | (masks["Lt"] ?? 0)
        masks["Cased_Letter"] = masks["LC"]
        masks["digit"] = masks["Nd"]
        masks["cntrl"] = masks["Cc"]
        for group in groups {
            let union = names.filter { $0.short.first == group.letter }.reduce(0) { $0 | mask(of: $1.category) }
            for name in [String(group.letter)] + group.long { masks[name] = union }
        }
        return masks
    }()

    static func mask(of category: Unicode.GeneralCategory) -> UInt32 { bits[category] ?? 0 }
}
