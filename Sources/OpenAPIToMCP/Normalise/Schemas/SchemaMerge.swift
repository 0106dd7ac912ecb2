import Wire

/// Makes one schema of an `allOf` where the two say exactly the same.
struct SchemaMerge {
    /// The schema of a name, where it is known.
    let target: (String) -> JSON?
    /// Whether the schema of a name may be written out where it is referred to.
    let mayWriteOut: (String) -> Bool

    /// How deep members that several parts describe are merged in turn.
    private static let greatestDepth = 4
    /// No merged schema has more members: each level of inheritance repeats those of the levels below it.
    private static let mostProperties = 500

    /// What objects that are described plainly may have: all of it can be put together member by member.
    private static let plain: Set<String> = ["type", "properties", "required", "additionalProperties", "discriminator"]

    /// The schema without its `allOf`; nil where none says the same.
    func merged(_ object: JSONObject, depth: Int = 0) -> JSONObject? {
        guard let parts = object["allOf"]?.arrayValue else { return nil }
        var outer = object
        outer["allOf"] = nil
        var notes = JSONObject()
        var demands: [JSONObject] = []
        for part in parts {
            switch part {
            case .bool(true): break
            case .object(let part):
                if Self.demandsNothing(part) {
                    for (name, value) in part { notes[name] = value }
                } else {
                    demands.append(part)
                }
            case .bool, .null, .number, .string, .array: return nil
            }
        }
        guard let first = demands.first else { return Self.joined(outer, notes) }
        if demands.count == 1, let single = single(outer, notes, first) { return single }
        return plainlyMerged(outer, notes, demands, depth)
    }

    /// Whether a schema has only annotations.
    private static func demandsNothing(_ schema: JSONObject) -> Bool {
        schema.allSatisfy { SchemaKeyword.annotations.contains($0.name) }
    }

    /// The object, and of the annotations those that it has not.
    private static func joined(_ object: JSONObject, _ notes: JSONObject) -> JSONObject {
        var object = object
        for (name, value) in notes { object.appendIfAbsent(name, value) }
        return object
    }

    // MARK: - One part

    /// Where there is one part that demands something, it is the schema, with what is said around it said of it.
    private func single(_ outer: JSONObject, _ notes: JSONObject, _ part: JSONObject) -> JSONObject? {
        var outer = outer
        // A type beside a reference to a schema of that type is often there.
        if outer["type"] != nil, let name = part["$ref"]?.stringValue.flatMap(SchemaTable.name),
            outer["type"] == target(name)?["type"]
        {
            outer["type"] = nil
        } else if outer["type"] != nil, outer["type"] == part["type"] {
            outer["type"] = nil
        }
        guard Self.demandsNothing(outer) else { return nil }
        var result = part
        for (name, value) in Self.joined(outer, notes) { result[name] = value }
        return result
    }

    // MARK: - Plain objects

    /// A part of the whole.
    private struct Part {
        let object: JSONObject
        /// Whether it stands there itself, and not by a reference.
        let isOwn: Bool
    }

    private func plainlyMerged(
        _ outer: JSONObject, _ notes: JSONObject, _ demands: [JSONObject], _ depth: Int
    ) -> JSONObject? {
        var parts: [Part] = []
        for demand in demands {
            guard let reference = demand["$ref"]?.stringValue else {
                parts.append(Part(object: demand, isOwn: true))
                continue
            }
            // Below the members of the whole nothing is written out: it could refer back to the whole, again and again.
            guard let name = SchemaTable.name(in: reference),
                demand.allSatisfy({ $0.name == "$ref" || SchemaKeyword.annotations.contains($0.name) }),
                depth == 0, mayWriteOut(name), let schema = target(name)?.objectValue
            else { return nil }
            parts.append(Part(object: schema, isOwn: false))
        }
        parts.append(Part(object: outer, isOwn: true))
        guard parts.allSatisfy({ Self.isPlain($0.object) }) else { return nil }
        return put(parts, notes, depth)
    }

    /// Whether a schema is about the members of an object, and those only that it names.
    private static func isPlain(_ schema: JSONObject) -> Bool {
        schema.allSatisfy { name, value in
            switch name {
            case "type": value.stringValue == "object"
            // A part that closes itself closes out the members of the others.
            case "additionalProperties": value == true || value == .object([:])
            default: plain.contains(name) || SchemaKeyword.annotations.contains(name)
            }
        }
    }

    private func put(_ parts: [Part], _ notes: JSONObject, _ depth: Int) -> JSONObject? {
        var properties = JSONObject()
        var required: [JSON] = []
        var known: Set<JSON> = []
        for part in parts {
            for (name, value) in part.object["properties"]?.objectValue ?? [:] {
                if let other = properties[name] {
                    if other != value {
                        guard let both = both(other, value, depth) else { return nil }
                        properties[name] = both
                    }
                } else {
                    guard properties.count < Self.mostProperties else { return nil }
                    properties.append(name, value)
                }
            }
            for name in part.object["required"]?.arrayValue ?? [] where known.insert(name).inserted { required.append(name) }
        }
        var result = JSONObject()
        if parts.contains(where: { $0.object["type"] != nil }) { result["type"] = "object" }
        // What is nearest to the whole is said of it; what is said of an ancestor is mostly not true of the heir.
        for (name, value) in parts[parts.count - 1].object
        where SchemaKeyword.annotations.contains(name) || name == "discriminator" {
            result[name] = value
        }
        for (name, value) in notes { result.appendIfAbsent(name, value) }
        for part in parts.dropLast().reversed() where part.isOwn {
            for (name, value) in part.object where SchemaKeyword.annotations.contains(name) { result.appendIfAbsent(name, value) }
        }
        if result["description"] == nil, let text = parts.lazy.compactMap({ $0.object["description"] }).first {
            result["description"] = text
        }
        if !properties.isEmpty { result["properties"] = .object(properties) }
        if !required.isEmpty { result["required"] = .array(required) }
        return result
    }

    /// The most parts that a member is described by: each heir may add one.
    private static let mostDescriptions = 16

    /// What a member must be that two parts describe; nil where it is described too often.
    private func both(_ first: JSON, _ second: JSON, _ depth: Int) -> JSON? {
        // What heirs add stands side by side, and never one in the other.
        var parts = [first]
        if let object = first.objectValue, object.count == 1, let all = object["allOf"]?.arrayValue { parts = all }
        if !parts.contains(second) { parts.append(second) }
        guard parts.count <= Self.mostDescriptions else { return nil }
        let schema: JSONObject = ["allOf": .array(parts)]
        return .object(depth < Self.greatestDepth ? merged(schema, depth: depth + 1) ?? schema : schema)
    }
}
