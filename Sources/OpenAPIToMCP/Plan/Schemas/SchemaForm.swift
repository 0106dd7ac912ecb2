import Wire

/// Ways of writing a schema that say the same in less.
enum SchemaForm {
    /// The schema with wrappers of one alternative taken off, and with `null` beside a type in the place of an alternative.
    ///
    /// - Parameter acceptsNull: whether null is accepted anyway, so that an alternative for it is not needed.
    static func simplified(_ object: JSONObject, acceptsNull: Bool) -> JSONObject {
        var object = object
        // Each step takes one wrapper off; more than a few on each other are no one's intention.
        for _ in 0..<8 {
            guard let next = unwrapped(object, acceptsNull: acceptsNull) else { return object }
            object = next
        }
        return object
    }

    private static func unwrapped(_ object: JSONObject, acceptsNull: Bool) -> JSONObject? {
        for keyword in ["allOf", "anyOf", "oneOf"] {
            guard let branches = object[keyword]?.arrayValue else { continue }
            if branches.count == 1, let inner = branches[0].objectValue { return merged(object, without: keyword, inner) }
            if keyword != "allOf", branches.count == 2, let nothing = branches.firstIndex(where: isNull),
                let inner = branches[1 - nothing].objectValue
            {
                if acceptsNull { return merged(object, without: keyword, inner) }
                if let nullable = nullable(inner) { return merged(object, without: keyword, nullable) }
            }
        }
        return nil
    }

    private static func isNull(_ schema: JSON) -> Bool {
        guard let object = schema.objectValue, object["type"]?.stringValue == "null" else { return false }
        return object.allSatisfy { $0.name == "type" || SchemaAnatomy.isAnnotation($0.name) }
    }

    /// The schema with null among its types, where that is all that is needed for it.
    private static func nullable(_ object: JSONObject) -> JSONObject? {
        guard let type = object["type"] else { return nil }
        for keyword in ["$ref", "enum", "const", "allOf", "anyOf", "oneOf", "not", "if"] where object.contains(keyword) {
            return nil
        }
        let types = SchemaView.types(type)
        guard !types.isEmpty else { return nil }
        var object = object
        object["type"] = SchemaView.type(types.contains("null") ? types : types + ["null"])
        return object
    }

    /// Both in one, where neither says what the other says too; of annotations the outer's count.
    static func merged(_ outer: JSONObject, without keyword: String, _ inner: JSONObject) -> JSONObject? {
        var result = JSONObject()
        for (name, value) in outer where name != keyword && name != "discriminator" {
            guard !inner.contains(name) || SchemaAnatomy.isAnnotation(name) else { return nil }
            result[name] = value
        }
        // These look at their neighbours: in another place they would mean something else.
        for name in ["additionalProperties", "unevaluatedProperties", "unevaluatedItems", "items", "if"] {
            if inner.contains(name), !result.isEmpty, result.contains(where: { !SchemaAnatomy.isAnnotation($0.name) }) {
                return nil
            }
            if result.contains(name), !inner.isEmpty, inner.contains(where: { !SchemaAnatomy.isAnnotation($0.name) }) {
                return nil
            }
        }
        for (name, value) in inner { result.appendIfAbsent(name, value) }
        return result
    }
}
