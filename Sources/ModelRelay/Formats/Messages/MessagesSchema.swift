internal import Wire

/// Fits a JSON Schema of another format's client to what structured outputs take here: objects are closed, `oneOf` is `anyOf`, and
/// keywords that can't be enforced are told to the model in the description, as the official client does.
enum MessagesSchema {
    private static let deepest = 64
    private static let kept: Set<String> = [
        "type", "properties", "required", "items", "enum", "const", "anyOf", "allOf", "$ref", "$defs", "definitions",
        "description", "title",
        "default",
    ]
    private static let formats: Set<String> = [
        "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid",
    ]

    static func fitted(_ schema: JSON, description: String?) -> JSON {
        guard case .object(var object) = self.fitted(schema, depth: 0) else { return schema }
        if let description, object["description"] == nil { object["description"] = .string(description) }
        return .object(object)
    }

    private static func fitted(_ schema: JSON, depth: Int) -> JSON {
        guard case .object(let object) = schema, depth < self.deepest else { return schema }
        var result = JSONObject()
        var hints: [String] = []
        for (name, value) in object {
            switch name {
            case "properties", "$defs", "definitions": result[name] = self.each(value, depth: depth)
            case "items": result[name] = self.fitted(value, depth: depth + 1)
            case "anyOf", "allOf": result[name] = self.list(value, depth: depth)
            case "oneOf": result["anyOf"] = self.list(value, depth: depth)
            case "$schema", "$id": break
            case "additionalProperties" where value.objectValue == nil: break
            case "format" where value.stringValue.map(self.formats.contains) == true: result[name] = value
            case "minItems" where value.intValue == 0 || value.intValue == 1: result[name] = value
            case _ where self.kept.contains(name): result[name] = value
            default: hints.append("\(name): \(value.serialized())")
            }
        }
        if self.isObject(object) { result["additionalProperties"] = false }
        if !hints.isEmpty {
            let told = result["description"]?.stringValue.map { $0 + "\n\n" } ?? ""
            result["description"] = .string("\(told){\(hints.joined(separator: ", "))}")
        }
        return .object(result)
    }

    private static func isObject(_ schema: JSONObject) -> Bool {
        switch schema["type"] {
        case .string("object")?: true
        case .array(let types)?: types.contains("object")
        default: schema.contains("properties")
        }
    }

    private static func each(_ schemas: JSON, depth: Int) -> JSON {
        guard case .object(let object) = schemas else { return schemas }
        return .object(JSONObject(object.map { ($0.name, self.fitted($0.value, depth: depth + 1)) }))
    }

    private static func list(_ schemas: JSON, depth: Int) -> JSON {
        guard case .array(let elements) = schemas else { return schemas }
        return .array(elements.map { self.fitted($0, depth: depth + 1) })
    }
}
