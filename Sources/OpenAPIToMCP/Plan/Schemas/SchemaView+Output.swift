import Wire

extension SchemaView {
    /// The schema of what comes out: the shape alone. Formats are left out as well, because some clients assert them.
    func output(_ source: JSONObject, name: String?, acceptsNull: Bool, depth: Int) -> JSONObject {
        var result = JSONObject()
        for (keyword, value) in source {
            switch keyword {
            case "title": if let title = title(value, besides: name, source["type"]?.stringValue) { result["title"] = title }
            case "description": if let text = text(value) { result["description"] = text }
            case "$ref": if table.target(of: value.stringValue ?? "") != nil { result["$ref"] = value }
            case "type":
                var types = Self.types(value)
                if acceptsNull, !types.isEmpty, !types.contains("null") { types.append("null") }
                if let type = Self.type(types) { result["type"] = type }
            case "properties":
                if let members = members(value, depth: depth), !members.isEmpty { result["properties"] = .object(members) }
            case "items", "additionalProperties":
                guard value.objectValue?.isEmpty == false else { continue }
                let inner = schema(value, acceptsNull: true, depth: depth + 1)
                if inner.objectValue?.isEmpty == false { result[keyword] = inner }
            case "allOf", "prefixItems": if let list = list(value, acceptsNull: true, depth: depth) { result[keyword] = list }
            case "anyOf", "oneOf":
                // An answer may fit two alternatives once nothing is required: exactly one is no more than one of them.
                let free = source["anyOf"] == nil || source["oneOf"] == nil
                if free, let list = list(value, acceptsNull: true, depth: depth) { result["anyOf"] = list }
            default: break
            }
        }
        if let note = valuesNote(source) {
            result["description"] = .string([result["description"]?.stringValue, note].compactMap { $0 }.joined(separator: " "))
        }
        return result
    }

    /// The values that a member is known to have, in words: one more than the document knows must not break the result.
    private func valuesNote(_ source: JSONObject) -> String? {
        let values = source["const"].map { [$0] } ?? source["enum"]?.arrayValue ?? []
        guard textLimit >= 60, !values.isEmpty else { return nil }
        let texts = values.filter { !$0.isNull }.map { $0.stringValue ?? $0.serialized() }
        return texts.isEmpty ? nil : Prose.cut("One of: " + texts.prefix(40).joined(separator: ", "), to: min(200, textLimit))
    }
}
