/// Text written by others, made fit to be read by a model.
enum Prose {
    /// The text without HTML's tags and commonest entities; Markdown stays. Blank lines come singly, and none at the ends.
    static func plain(_ text: String) -> String {
        var text = text
        if text.utf8.contains(UInt8(ascii: "<")) { text = withoutTags(text) }
        if text.utf8.contains(UInt8(ascii: "&")) {
            for (entity, character) in entities { text = text.replacing(entity, with: character) }
        }
        return tidy(text)
    }

    /// The text, or where it has more than so many characters its beginning, cut at a word, and `…`.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let scalars = text.unicodeScalars
        guard limit > 0 else { return "" }
        guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex), end < scalars.endIndex
        else {
            return text
        }
        var head = scalars[..<scalars.index(before: end)]
        // A word of more than half the text is no word: then it is cut where it is.
        if let space = head.lastIndex(where: { $0.properties.isWhitespace }),
            scalars.distance(from: scalars.startIndex, to: space) * 2 > limit
        {
            head = head[..<space]
        }
        while let last = head.last, last.properties.isWhitespace { head.removeLast() }
        return String(head) + "…"
    }

    /// `List all pets` of `listAllPets` or `list_all-pets`.
    static func humanised(_ name: String) -> String {
        var words: [String] = []
        var word = ""
        var previous: Character = " "
        for character in name {
            let isGap = !character.isLetter && !character.isNumber
            if isGap || (character.isUppercase && !previous.isUppercase) {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if !isGap { word.append(character) }
            previous = character
        }
        if !word.isEmpty { words.append(word) }
        let joined = words.enumerated().map { index, word in
            index == 0 || word.count > 1 && word.allSatisfy { !$0.isLowercase } ? word : word.lowercased()
        }.joined(separator: " ")
        return joined.prefix(1).uppercased() + joined.dropFirst()
    }

    /// Whether two texts say the same but for case, spaces and signs.
    static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.lazy.compactMap(letter).elementsEqual(right.utf8.lazy.compactMap(letter))
    }

    private static func letter(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: byte
        default: nil
        }
    }

    /// In this order: an escaped ampersand must not make a new entity.
    private static let entities = [
        ("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ]

    /// The tags that descriptions are written with; anything else in angle brackets may be meant as it stands, such as `<token>`.
    private static let tags: Set<String> = [
        "a", "abbr", "b", "blockquote", "br", "center", "code", "dd", "details", "div", "dl", "dt", "em", "font", "h1", "h2",
        "h3", "h4", "h5",
        "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s", "section", "small", "span", "strong", "sub", "summary", "sup",
        "table",
        "tbody", "td", "th", "thead", "tr", "tt", "u", "ul", "var",
    ]
    /// Those that end a line.
    private static let breaks: Set<String> = [
        "br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table",
    ]

    private static func withoutTags(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        // Where the search for a closing bracket may end: what has none is not searched for twice.
        var position = 0
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<"), let tag = tag(in: bytes, at: position) else {
                output.append(bytes[position])
                position += 1
                continue
            }
            if breaks.contains(tag.name), output.last != UInt8(ascii: "\n") { output.append(UInt8(ascii: "\n")) }
            if tag.name == "li", !tag.closes { output += Array("- ".utf8) }
            position = tag.end
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func tag(in bytes: [UInt8], at start: Int) -> (name: String, closes: Bool, end: Int)? {
        var position = start + 1
        let closes = position < bytes.count && bytes[position] == UInt8(ascii: "/")
        if closes { position += 1 }
        let first = position
        while position < bytes.count, position - first < 12, letter(bytes[position]) != nil { position += 1 }
        let name = String(decoding: bytes[first..<position], as: UTF8.self).lowercased()
        guard tags.contains(name), position < bytes.count else { return nil }
        let next = bytes[position]
        guard next == UInt8(ascii: ">") || next == UInt8(ascii: "/") || next == UInt8(ascii: " ") || next == UInt8(ascii: "\n")
        else {
            return nil
        }
        let limit = min(bytes.count, position + 1_000)
        guard let end = bytes[position..<limit].firstIndex(of: UInt8(ascii: ">")) else { return nil }
        return (name, closes, end + 1)
    }

    /// Without spaces at the ends of lines, and without more than one blank line after another.
    private static func tidy(_ text: String) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        var newlines = 0
        var spaces: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"):
                newlines += 1
                spaces.removeAll(keepingCapacity: true)
            case UInt8(ascii: " "), UInt8(ascii: "\t"): spaces.append(byte)
            case UInt8(ascii: "\r"): break
            default:
                if newlines > 0, !output.isEmpty { output += Array(repeating: UInt8(ascii: "\n"), count: min(newlines, 2)) }
                if !output.isEmpty { output += spaces }
                newlines = 0
                spaces.removeAll(keepingCapacity: true)
                output.append(byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
