import Wire

/// What the writing and reading of values needs to know of a schema; references are followed, and what `allOf`, `anyOf` and `oneOf` say is taken
/// together, because here a value is written or read and not judged.
struct SchemaReader: Sendable {
    let schemas: SchemaTable

    /// How many schemas are looked at for one question.
    private static let maximumSchemas = 200

    /// The schema and all that it is put together from, itself first.
    func parts(of schema: JSON) -> [JSONObject] {
        var parts: [JSONObject] = []
        var pending = [schema]
        var seen: Set<String> = []
        while let next = pending.popLast(), parts.count < Self.maximumSchemas {
            guard let object = next.objectValue else { continue }
            parts.append(object)
            var further: [JSON] = []
            if let reference = object["$ref"]?.stringValue, seen.insert(reference).inserted,
                let target = schemas.target(of: reference)
            {
                further.append(target)
            }
            for keyword in ["allOf", "anyOf", "oneOf"] { further += object[keyword]?.arrayValue ?? [] }
            pending += further.reversed()
        }
        return parts
    }

    /// What `type` says, `null` left out; in the order in which it is said.
    func types(of schema: JSON) -> [String] {
        var types: [String] = []
        for part in parts(of: schema) {
            let named = part["type"]?.arrayValue?.compactMap(\.stringValue) ?? (part["type"]?.stringValue).map { [$0] } ?? []
            for type in named where type != "null" && !types.contains(type) { types.append(type) }
            if named.isEmpty, part.contains("properties"), !types.contains("object") { types.append("object") }
            if named.isEmpty, part.contains("items"), !types.contains("array") { types.append("array") }
        }
        return types
    }

    /// The first that says something under that keyword.
    func value(of keyword: String, in schema: JSON) -> JSON? {
        for part in parts(of: schema) { if let value = part[keyword] { return value } }
        return nil
    }

    /// The members that the schema knows, in its order.
    func properties(of schema: JSON) -> JSONObject {
        var properties = JSONObject()
        for part in parts(of: schema) {
            for (name, property) in part["properties"]?.objectValue ?? JSONObject() { properties.appendIfAbsent(name, property) }
        }
        return properties
    }

    /// Whether a text of that schema stands for bytes that go out as bytes: `format: binary` or `contentMediaType` without `contentEncoding`,
    /// which says that the text itself goes out (OpenAPI 3.1.1 §4.8.14.3).
    func isBinary(_ schema: JSON) -> Bool {
        guard value(of: "contentEncoding", in: schema) == nil else { return false }
        if value(of: "format", in: schema)?.stringValue == "binary" || value(of: "format", in: schema)?.stringValue == "file" {
            return true
        }
        return value(of: "contentMediaType", in: schema)?.stringValue.map { !MediaType($0).isText } ?? false
    }

    /// The media type of a part by default (OpenAPI 3.1.1 §4.8.15.1).
    func defaultMediaType(of schema: JSON) -> String {
        if let named = value(of: "contentMediaType", in: schema)?.stringValue { return named }
        let types = types(of: schema)
        if isBinary(schema) || value(of: "contentEncoding", in: schema) != nil { return "application/octet-stream" }
        if types.contains("object") { return "application/json" }
        if types.contains("array") { return defaultMediaType(ofItems: value(of: "items", in: schema) ?? true) }
        return types.isEmpty && parts(of: schema).allSatisfy { $0["enum"] == nil && $0["const"] == nil }
            ? "application/octet-stream" : "text/plain"
    }

    private func defaultMediaType(ofItems items: JSON) -> String {
        // An array of arrays has no text but JSON.
        types(of: items).contains("array") ? "application/json" : defaultMediaType(of: items)
    }
}
