import Wire

/// The `Mcp-Param-*` headers that a tool's input schema asks for (2026-07-28, Streamable HTTP, `x-mcp-header`).
struct HeaderRules: Sendable {
    private struct Rule: Sendable {
        let path: [String]
        let name: String
    }

    private static let keyword = "x-mcp-header"
    private static let maximumDepth = 32
    private static let tokenBytes = Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    private var rules: [Rule] = []

    /// No headers.
    static let none = HeaderRules()

    private init() {}

    /// The rules in a schema; nil where one breaks the specification's constraints, and the tool must not be used: the
    /// header's name is a token (RFC 9110) and occurs once in any case, the property is a string, an integer or a Boolean,
    /// and nothing but `properties` leads to it.
    init?(schema: JSONObject) {
        guard collect(schema, path: [], isReachable: true, depth: 0) else { return nil }
        var names: Set<String> = []
        for rule in rules where !names.insert(rule.name.lowercased()).inserted { return nil }
    }

    private mutating func collect(_ schema: JSONObject, path: [String], isReachable: Bool, depth: Int) -> Bool {
        guard depth < Self.maximumDepth else { return false }
        if let value = schema[Self.keyword] {
            guard isReachable, !path.isEmpty, let name = value.stringValue, !name.isEmpty,
                name.utf8.allSatisfy(Self.tokenBytes.contains),
                ["string", "integer", "boolean"].contains(schema["type"]?.stringValue)
            else { return false }
            rules.append(Rule(path: path, name: name))
        }
        for (member, value) in schema where member != Self.keyword {
            if member == "properties", let properties = value.objectValue {
                for (name, property) in properties {
                    guard let property = property.objectValue else { continue }
                    guard collect(property, path: path + [name], isReachable: isReachable, depth: depth + 1) else { return false }
                }
            } else if !Self.data.contains(member), !searchElsewhere(value, depth: depth + 1) {
                return false
            }
        }
        return true
    }

    /// Members of a schema that hold values and no schemas.
    private static let data: Set<String> = ["default", "const", "enum", "examples", "required"]

    /// Looks for the keyword where it may not be.
    private mutating func searchElsewhere(_ value: JSON, depth: Int) -> Bool {
        switch value {
        case .object(let object) where object.contains(Self.keyword): false
        case .object(let object):
            depth < Self.maximumDepth
                && object.allSatisfy { Self.data.contains($0.name) || searchElsewhere($0.value, depth: depth + 1) }
        case .array(let elements): depth < Self.maximumDepth && elements.allSatisfy { searchElsewhere($0, depth: depth + 1) }
        case .null, .bool, .number, .string: true
        }
    }

    /// Whether no call of the tool has any.
    var isEmpty: Bool { rules.isEmpty }

    /// The headers for a call's arguments. An argument that is null or absent has none, nor has one of the wrong type.
    func headers(for arguments: JSONObject) -> [(name: String, value: String)] {
        rules.compactMap { rule in
            var value: JSON? = .object(arguments)
            for step in rule.path { value = value?[step] }
            return value.flatMap(Self.text).map { (name: "Mcp-Param-\(rule.name)", value: SentinelText.encoded($0)) }
        }
    }

    private static func text(of value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .bool(let isTrue): isTrue ? "true" : "false"
        // In the plain form of an integer, whatever its spelling in the body: both sides compare as numbers.
        case .number(let number): number.int64.map { String($0) } ?? number.text
        case .null, .array, .object: nil
        }
    }
}
