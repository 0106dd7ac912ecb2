/// A media type (RFC 9110 §8.3.1), in lower case, with its parameters.
struct MediaType: Hashable, Sendable {
    let type: String
    let subtype: String
    /// By their names in lower case.
    let parameters: [String: String]

    /// Reads a value of `Content-Type`. What is none has an empty type.
    init(_ text: String) {
        var rest = Self.parts(of: text)
        let name = rest.isEmpty ? "" : rest.removeFirst().lowercased()
        let halves = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if halves.count == 2, halves.allSatisfy({ HeaderName.isToken(String($0)) }) {
            (type, subtype) = (String(halves[0]), String(halves[1]))
        } else {
            (type, subtype) = ("", "")
        }
        var parameters: [String: String] = [:]
        for part in rest {
            guard let mark = part.firstIndex(of: "=") else { continue }
            let name = Self.trimmed(part[..<mark]).lowercased()
            if parameters[name] == nil { parameters[name] = Self.unquoted(Self.trimmed(part[part.index(after: mark)...])) }
        }
        self.parameters = parameters
    }

    /// Without parameters.
    var essence: String { type.isEmpty ? "" : "\(type)/\(subtype)" }
    var isEmpty: Bool { type.isEmpty }
    /// Whether it stands for several, such as `image/*`.
    var isRange: Bool { type == "*" || subtype == "*" }
    var isJSON: Bool { subtype == "json" || subtype.hasSuffix("+json") }
    /// An SVG picture is XML too, but nothing that has names in a schema.
    var isXML: Bool { subtype == "xml" || (subtype.hasSuffix("+xml") && type != "image") }
    /// Whether the bytes are text for people or programs that has no other kind here.
    var isText: Bool {
        type == "text" || isXML || isJSON || Self.textual.contains(subtype) || subtype.hasSuffix("+yaml")
            || essence == "image/svg+xml"
    }

    /// Whether the other is meant by this one, which may be a range.
    func includes(_ other: MediaType) -> Bool {
        (type == "*" || type == other.type) && (subtype == "*" || subtype == other.subtype)
    }

    private static let textual: Set<String> = [
        "x-ndjson", "ndjson", "jsonl", "x-jsonl", "jsonlines", "x-jsonlines", "json-seq", "yaml", "x-yaml", "toml", "javascript",
        "ecmascript", "sql", "graphql", "x-www-form-urlencoded", "sdp", "x-sh", "rtf", "x-pem-file", "jwt",
    ]

    /// What stands between semicolons outside of quotes, trimmed.
    static func parts(of text: String) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            let character = text[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == ";", !isQuoted {
                parts.append(trimmed(text[start..<index]))
                start = text.index(after: index)
            }
        }
        parts.append(trimmed(text[start...]))
        return parts
    }

    static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return String(text) }
        var output = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if !isEscaped, character == "\\" {
                isEscaped = true
            } else {
                output.append(character)
                isEscaped = false
            }
        }
        return output
    }

    static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}
