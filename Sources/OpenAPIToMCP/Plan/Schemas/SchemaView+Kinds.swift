import Wire

/// `discriminator` is OpenAPI's (3.1 §4.8.25): JSON Schema says the same with `const`, where each alternative has a name.
extension SchemaView {
    /// Alternatives, each with the value of the discriminating member that stands for it, where that is known of all of them.
    func alternatives(_ value: JSON, discriminator: JSON?, depth: Int) -> JSON? {
        guard let branches = value.arrayValue, !branches.isEmpty else { return nil }
        let views = branches.map { schema($0, depth: depth + 1) }
        guard let member = discriminator?["propertyName"]?.stringValue else { return .array(views) }
        let mapped = Self.mapped(discriminator?["mapping"]?.objectValue ?? JSONObject())
        let values = branches.map { Self.values(for: $0, mapped) }
        guard values.allSatisfy({ !$0.isEmpty }) else { return .array(views) }
        return .array(
            zip(zip(branches, views), values).map { pair, values in constant(pair.0, pair.1, member: member, values: values) })
    }

    /// A mapping the other way round: for the name of a schema, the values that mean it.
    private static func mapped(_ mapping: JSONObject) -> [String: [JSON]] {
        var mapped: [String: [JSON]] = [:]
        for (value, target) in mapping {
            guard let target = target.stringValue else { continue }
            guard let name = SchemaTable.name(in: target) ?? target.split(separator: "/").last.map(String.init) else { continue }
            mapped[name, default: []].append(.string(value))
        }
        return mapped
    }

    /// The values that mean the alternative: those that the mapping has for it, or else its name.
    private static func values(for branch: JSON, _ mapped: [String: [JSON]]) -> [JSON] {
        guard let name = branch["$ref"]?.stringValue.flatMap(SchemaTable.name) else { return [] }
        return mapped[name] ?? [.string(name)]
    }

    private func constant(_ branch: JSON, _ view: JSON, member: String, values: [JSON]) -> JSON {
        // A member that says itself which value it must have needs no help, and must not be contradicted.
        if tells(branch, member: member) { return view }
        guard var object = view.objectValue, !object.contains("properties"), !object.contains("required") else { return view }
        let constant: JSON = values.count == 1 ? ["const": values[0]] : ["enum": .array(values)]
        object["properties"] = .object([member: constant])
        object["required"] = [.string(member)]
        return .object(object)
    }

    private func tells(_ schema: JSON, member: String) -> Bool {
        guard let schema = table.followed(schema).objectValue else { return false }
        return table.parts(of: schema).contains { part in
            guard let property = part["properties"]?[member].map(table.followed) else { return false }
            return property["const"] != nil || property["enum"] != nil
        }
    }

    /// For a schema that others extend: a sentence is all there is to say.
    func kindNote(_ source: JSONObject) -> String? {
        guard textLimit >= 100, source["oneOf"] == nil, source["anyOf"] == nil,
            let discriminator = source["discriminator"], let member = discriminator["propertyName"]?.stringValue
        else { return nil }
        let kinds = discriminator["mapping"]?.objectValue?.names ?? []
        let list = kinds.isEmpty ? "" : ": " + kinds.prefix(20).joined(separator: ", ") + (kinds.count > 20 ? ", …" : "")
        return Prose.cut("`\(member)` tells the kind\(list).", to: 300)
    }
}
