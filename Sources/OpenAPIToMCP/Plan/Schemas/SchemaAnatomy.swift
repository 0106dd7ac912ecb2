import Wire

/// What a keyword of JSON Schema 2020-12 holds.
enum SchemaAnatomy {
    enum Shape { case schema, schemaList, schemaMap, value }

    /// `$defs` is a value here: it is at the root alone, and no one goes into it by the way.
    static func shape(of keyword: String) -> Shape { shapes[keyword] ?? .value }

    private static let shapes: [String: Shape] = [
        "items": .schema, "additionalProperties": .schema, "contains": .schema, "not": .schema, "if": .schema, "then": .schema,
        "else": .schema,
        "propertyNames": .schema, "unevaluatedItems": .schema, "unevaluatedProperties": .schema, "contentSchema": .schema,
        "allOf": .schemaList, "anyOf": .schemaList, "oneOf": .schemaList, "prefixItems": .schemaList,
        "properties": .schemaMap, "patternProperties": .schemaMap, "dependentSchemas": .schemaMap,
    ]

    /// Those that judge nothing: of two schemas that become one, the nearer may have its own.
    static let annotations: Set<String> = [
        "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "externalDocs", "xml",
        "$comment",
    ]

    static func isAnnotation(_ keyword: String) -> Bool { annotations.contains(keyword) || keyword.hasPrefix("x-") }

    /// The names that a schema's `$ref`s lead to, each once, in the order in which they stand there.
    static func references(in schema: JSON) -> [String] {
        var found: [String] = []
        var seen: Set<String> = []
        // A stack in place of recursion: no depth of the document is one of ours.
        var open = [schema]
        while let next = open.popLast() {
            guard let object = next.objectValue else { continue }
            var inner: [JSON] = []
            for (keyword, value) in object {
                switch shape(of: keyword) {
                case .schema: inner.append(value)
                case .schemaList: inner += value.arrayValue ?? []
                case .schemaMap: inner += value.objectValue?.map(\.value) ?? []
                case .value:
                    guard keyword == "$ref", let name = value.stringValue.flatMap(SchemaTable.name), seen.insert(name).inserted
                    else { continue }
                    found.append(name)
                }
            }
            open += inner.reversed()
        }
        return found
    }
}
