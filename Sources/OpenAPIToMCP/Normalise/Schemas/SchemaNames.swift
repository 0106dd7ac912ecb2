import Wire

/// The names of schemas that references lead to, and which of them are still to be normalised.
///
/// The components of the first document have their own names whatever is asked for first; what else is referred to is named for the last
/// token of its place that says something, with a number behind it where that name is taken.
struct SchemaNames {
    /// A schema that waits to be normalised.
    struct Waiting {
        let name: String
        let place: Place
    }

    private struct Reference: Hashable {
        let document: Int
        let text: String
    }

    private var namesByPlace: [Place: String] = [:]
    private var placesByName: [String: Place] = [:]
    /// For each name, the next number to try behind it.
    private var numbers: [String: Int] = [:]
    private var references: [Reference: String] = [:]
    private var wanted: [Waiting] = []
    private var wantedNames: Set<String> = []
    private var next = 0
    private let limit: Int
    private let documents: DocumentSet

    init(_ documents: DocumentSet, _ versions: [SpecificationVersion], limit: Int) {
        self.documents = documents
        self.limit = limit
        let pointer = JSONPointer(tokens: versions[0].schemaPath)
        for (name, _) in documents.documents[0].root[pointer]?.objectValue ?? [:] {
            _ = claim(Self.readable(name), for: Place(document: 0, pointer: pointer.appending(name)))
        }
    }

    /// The name of the schema at a place, which is wanted from now on; nil where there are too many.
    mutating func name(of place: Place) -> String? {
        let name = namesByPlace[place] ?? claim(suggestion(for: place), for: place)
        if wantedNames.contains(name) { return name }
        guard wanted.count < limit else { return nil }
        wantedNames.insert(name)
        wanted.append(Waiting(name: name, place: place))
        return name
    }

    /// The next schema to normalise, each once, in the order in which they were asked for.
    mutating func takeNext() -> Waiting? {
        guard next < wanted.count else { return nil }
        defer { next += 1 }
        return wanted[next]
    }

    /// Where the schema of that name stands.
    func place(of name: String) -> Place? { placesByName[name] }

    /// What the document itself calls the schema of that name.
    func originalName(_ name: String) -> String { placesByName[name]?.pointer.tokens.last ?? name }

    /// What a reference of this text was found to mean in a document.
    subscript(document: Int, text: String) -> String? {
        get { references[Reference(document: document, text: text)] }
        set { references[Reference(document: document, text: text)] = newValue }
    }

    // MARK: - Making names

    private mutating func claim(_ base: String, for place: Place) -> String {
        var name = base
        while placesByName[name] != nil {
            let number = numbers[base, default: 2]
            numbers[base] = number + 1
            name = "\(base)_\(number)"
        }
        placesByName[name] = place
        namesByPlace[place] = name
        return name
    }

    /// Names hold only `A-Z a-z 0-9 . _ -`, as those of components do (OpenAPI 3.1 §4.8.7.1).
    private static func readable(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8.prefix(longestName) {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: bytes.append(byte)
            default: if bytes.last != 0x5F { bytes.append(0x5F) }
            }
        }
        let isTelling = bytes.contains { $0 != 0x5F && $0 != 0x2E && $0 != 0x2D }
        return isTelling ? String(decoding: bytes, as: UTF8.self) : "schema"
    }

    private static let longestName = 200

    /// Tokens that hold members with names: what follows is one.
    private static let holders: Set<String> = [
        "schemas", "definitions", "$defs", "properties", "parameters", "patternProperties",
    ]
    /// Tokens that say only what kind of part follows.
    private static let silent: Set<String> = [
        "schema", "items", "content", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "prefixItems",
        "additionalProperties",
        "responses", "requestBody", "requestBodies", "components", "paths", "headers", "get", "put", "post", "delete", "options",
        "head",
        "patch", "trace", "query", "default", "contains", "propertyNames", "dependentSchemas", "unevaluatedProperties",
        "unevaluatedItems",
    ]

    private func suggestion(for place: Place) -> String {
        let tokens = place.pointer.tokens
        for index in tokens.indices.reversed() {
            let token = tokens[index]
            let isNumber = token.utf8.allSatisfy { 0x30...0x39 ~= $0 }
            let isNamed = index > 0 && Self.holders.contains(tokens[index - 1]) && !isNumber
            let isSilent = isNumber || Self.silent.contains(token) || Self.holders.contains(token)
            let isMediaType = index > 0 && tokens[index - 1] == "content"
            if isNamed || !isSilent && !isMediaType { return Self.readable(trimmed(token)) }
        }
        let file = documents.documents[place.document].uri.split(separator: "/").last ?? ""
        let stem = file.split(separator: ".").first ?? file
        return Self.readable(String(stem))
    }

    /// Without what a path's template has around its words.
    private func trimmed(_ token: String) -> String {
        token.split { "/{}".contains($0) }.joined(separator: "_")
    }
}
