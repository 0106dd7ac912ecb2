import Wire

/// The named schemas of a document as one view shows them: each is made once, when a tool first needs it, and shared by all.
///
/// A class, because all that plan a compilation's tools fill the one cache; it does not leave the compilation.
final class Definitions {
    struct Entry {
        let schema: JSON
        let byteCount: Int
        /// The names that its `$ref`s lead to.
        let references: [String]
    }

    let view: SchemaView
    private var entries: [String: Entry] = [:]
    /// How many names all tools together may need: a few thousand operations that each need some ten thousand schemas are a gigabyte.
    private var namesLeft = 2_000_000

    init(_ view: SchemaView) { self.view = view }

    /// That of a name in the table; an empty schema where there is none.
    func entry(_ name: String) -> Entry {
        if let entry = entries[name] { return entry }
        let schema = view.schema(view.table[name] ?? [:], name: name, acceptsNull: true)
        let entry = Entry(schema: schema, byteCount: schema.byteCount, references: SchemaAnatomy.references(in: schema))
        entries[name] = entry
        return entry
    }

    /// All names that a schema needs, in the order of a search by breadth; nil where all tools together need too many.
    func closure(of schema: JSON) -> [String]? {
        var names = SchemaAnatomy.references(in: schema)
        var seen = Set(names)
        var index = 0
        while index < names.count {
            guard namesLeft > 0 else { return nil }
            namesLeft -= 1
            for name in entry(names[index]).references where seen.insert(name).inserted { names.append(name) }
            index += 1
        }
        return names
    }

    /// A schema with all that it needs, under `$defs`, and how many bytes that has; nil where all tools together need too much.
    func selfContained(_ root: JSONObject) -> (schema: JSONObject, byteCount: Int)? {
        guard let names = closure(of: .object(root)) else { return nil }
        var byteCount = root.byteCount
        guard !names.isEmpty else { return (root, byteCount) }
        var definitions = JSONObject()
        byteCount += 10 + names.count
        for name in names {
            let entry = entry(name)
            definitions[name] = entry.schema
            byteCount += JSON.byteCount(of: name) + 1 + entry.byteCount
        }
        var schema = root
        schema["$defs"] = .object(definitions)
        return (schema, byteCount)
    }
}
