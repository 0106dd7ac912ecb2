/// A path of a document, such as `/pets/{id}`.
///
/// It has neither query nor fragment by the specification, but real documents tell operations with the same path apart by these. A
/// fragment never goes out; a query is what the operation sends always.
struct PathTemplate {
    /// Begins with `/`.
    let path: String
    /// The names in it, in order, each once.
    let names: [String]
    /// What its query says.
    let query: [(name: String, value: String)]

    /// The path as it is written; nil where braces don't match, or the query has any.
    init?(_ text: String) {
        var rest = text[...]
        if let mark = rest.firstIndex(of: "#") { rest = rest[..<mark] }
        var query: Substring = ""
        if let mark = rest.firstIndex(of: "?") {
            query = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        path = rest.hasPrefix("/") ? String(rest) : "/" + rest
        guard let names = Self.names(in: path), !query.contains("{"), !query.contains("}") else { return nil }
        self.names = names
        self.query = query.split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(halves[0]), halves.count > 1 ? String(halves[1]) : "")
        }
    }

    /// The names, in order, each once; nil where braces don't match, or there is nothing between them.
    static func names(in template: String) -> [String]? {
        var names: [String] = []
        var known: Set<String> = []
        var name: String?
        for character in template.unicodeScalars {
            switch (character, name) {
            case ("{", nil): name = ""
            case ("}", let complete?):
                guard !complete.isEmpty else { return nil }
                if known.insert(complete).inserted { names.append(complete) }
                name = nil
            case ("{", _), ("}", _): return nil
            case (_, nil): break
            default: name?.unicodeScalars.append(character)
            }
        }
        return name == nil ? names : nil
    }
}
