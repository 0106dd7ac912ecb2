import Wire

/// What a schema's `xml` says (OpenAPI 3.1.1 §4.8.26).
struct XMLHints: Sendable, Hashable {
    var name: String?
    var namespace: String?
    var prefix: String?
    var isAttribute = false
    var isWrapped = false

    init(_ schema: JSON, reader: SchemaReader) {
        guard let hints = reader.value(of: "xml", in: schema)?.objectValue else { return }
        name = hints["name"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        namespace = hints["namespace"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        prefix = hints["prefix"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        isAttribute = hints["attribute"]?.boolValue ?? false
        isWrapped = hints["wrapped"]?.boolValue ?? false
    }

    /// What the elements of an array are called. The array's own name is that of the wrapper, and without one counts for nothing; in a wrapper
    /// whose elements have no name of their own, it is theirs too.
    static func itemName(_ items: JSON, of array: XMLHints, property: String, reader: SchemaReader) -> String {
        XMLHints(items, reader: reader).name ?? (array.isWrapped ? array.name ?? property : property)
    }
}
