import Wire

/// The schemas that have a name. In them, and in every schema of an `APIDescription`, a `$ref` is `#/$defs/NAME` and leads here; `$id`,
/// `$anchor`, `$dynamicRef` and the keywords of earlier versions are gone. What JSON Schema 2020-12 has no word for (`xml`,
/// `discriminator`, `readOnly` ...) stays for the stages that need it.
struct SchemaTable: Sendable {
    /// What a `$ref` begins with.
    static let prefix = "#/$defs/"

    private var schemas: [String: JSON] = [:]
    /// In the order in which they came.
    private(set) var names: [String] = []

    init() {}

    /// The schema of that name. Setting it the first time gives it its place in the order.
    subscript(name: String) -> JSON? {
        get { schemas[name] }
        set {
            guard let newValue else { return }
            if schemas.updateValue(newValue, forKey: name) == nil { names.append(name) }
        }
    }

    /// What a `$ref` leads to.
    func target(of reference: String) -> JSON? {
        Self.name(in: reference).flatMap { schemas[$0] }
    }

    /// The name in a `$ref`.
    static func name(in reference: String) -> String? {
        reference.hasPrefix(prefix) ? String(reference.dropFirst(prefix.count)) : nil
    }

    /// The schema itself, or what its `$ref` leads to where it has nothing beside it; follows at most 32 steps.
    func followed(_ schema: JSON) -> JSON {
        var schema = schema
        for _ in 0..<32 {
            guard let object = schema.objectValue, object.count == 1, let reference = object["$ref"]?.stringValue,
                let target = target(of: reference)
            else { return schema }
            schema = target
        }
        return schema
    }

    /// The schema, and what its `allOf` asks of the same values, at any depth: each named schema once, and at most 256 in all.
    func parts(of schema: JSONObject) -> [JSONObject] {
        guard schema.contains("allOf") else { return [schema] }
        var parts = [schema]
        var seen: Set<String> = []
        var index = 0
        while index < parts.count {
            for part in parts[index]["allOf"]?.arrayValue ?? [] where parts.count < Self.mostParts {
                if let name = part["$ref"]?.stringValue.flatMap(Self.name), !seen.insert(name).inserted { continue }
                if let part = followed(part).objectValue { parts.append(part) }
            }
            index += 1
        }
        return parts
    }

    private static let mostParts = 256
}
