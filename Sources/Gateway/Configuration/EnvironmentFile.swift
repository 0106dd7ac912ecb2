/// Reads files of `NAME=value` lines, as `.env` files are written.
///
/// `#` begins a comment at the start of a line or after a space; `export` before a name is allowed; 'single quotes' keep everything as it
/// stands, "double quotes" know `\n`, `\r`, `\t`, `\"`, `\\` and `\$`. Variables inside values are not expanded, and a value does not go over lines.
enum EnvironmentFile {
    struct Line: Equatable {
        let number: Int
        let name: String
        let value: String
    }

    static func variables(_ bytes: [UInt8], name file: String) throws(ConfigurationError) -> [Line] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(place: file, value: nil, expectation: "the file is not UTF-8")
        }
        var lines: [Line] = []
        for (index, raw) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var line = String(raw).trimmingSpaces()
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("export ") { line = line.dropFirst("export ".count).trimmingSpaces() }
            let place = "\(file):\(index + 1)"
            guard let equals = line.firstIndex(of: "=") else {
                throw ConfigurationError(place: place, value: nil, expectation: "a line must be NAME=value")
            }
            let name = line[..<equals].trimmingSpaces()
            guard isName(name) else {
                throw ConfigurationError(place: place, value: name, expectation: "the name of a variable (letters, digits, _)")
            }
            guard let value = value(line[line.index(after: equals)...].trimmingSpaces()) else {
                throw ConfigurationError(
                    place: "\(place): \(name)", value: nil, expectation: "the quotes are not closed, or something follows them")
            }
            lines.append(Line(number: index + 1, name: name, value: value))
        }
        return lines
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
        return text.utf8.allSatisfy { $0.isHostCharacter && $0 != UInt8(ascii: "-") }
    }

    /// nil where quotes are not closed.
    private static func value(_ text: String) -> String? {
        switch text.first {
        case "'":
            let inner = text.dropFirst()
            guard let end = inner.firstIndex(of: "'"), isComment(inner[inner.index(after: end)...]) else { return nil }
            return String(inner[..<end])
        case "\"":
            return quotedValue(text.dropFirst())
        default:
            let plain = text.hasPrefix("#") ? "" : text[..<(commentStart(text) ?? text.endIndex)]
            return plain.trimmingSpaces()
        }
    }

    private static func quotedValue(_ text: Substring) -> String? {
        var value = ""
        var rest = text
        while let character = rest.popFirst() {
            switch character {
            case "\"": return isComment(rest) ? value : nil
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                switch escaped {
                case "n": value += "\n"
                case "r": value += "\r"
                case "t": value += "\t"
                case "\"", "\\", "$": value.append(escaped)
                default: value += "\\" + String(escaped)
                }
            default: value.append(character)
            }
        }
        return nil
    }

    private static func commentStart(_ text: String) -> String.Index? {
        text.indices.first {
            text[$0] == "#" && $0 > text.startIndex
                && (text[text.index(before: $0)] == " " || text[text.index(before: $0)] == "\t")
        }
    }

    private static func isComment(_ rest: Substring) -> Bool {
        let text = rest.trimmingSpaces()
        return text.isEmpty || text.hasPrefix("#")
    }
}
