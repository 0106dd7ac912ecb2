import Wire

/// Puts definitions in the place of the reference to them where that makes a schema smaller: those that are used once, and those that are no
/// longer than a reference.
struct SchemaInliner {
    /// How deep definitions are put into each other; what is deeper stays a reference.
    private static let depthLimit = 40

    private let definitions: JSONObject
    private var uses: [String: Int] = [:]
    /// The names that something still refers to, in the order in which that was seen.
    private var needed: [String] = []
    private var isNeeded: Set<String> = []

    /// The same schema in less, where its root has `$defs`.
    static func inlined(_ schema: JSONObject) -> JSONObject {
        guard let definitions = schema["$defs"]?.objectValue else { return schema }
        var root = schema
        root["$defs"] = nil
        var inliner = SchemaInliner(root, definitions)
        return inliner.rewritten(root)
    }

    private init(_ root: JSONObject, _ definitions: JSONObject) {
        self.definitions = definitions
        count(.object(root))
        for (_, definition) in definitions { count(definition) }
    }

    private mutating func count(_ schema: JSON) {
        guard let object = schema.objectValue else { return }
        for (keyword, value) in object {
            switch SchemaAnatomy.shape(of: keyword) {
            case .schema: count(value)
            case .schemaList: for schema in value.arrayValue ?? [] { count(schema) }
            case .schemaMap: for (_, schema) in value.objectValue ?? JSONObject() { count(schema) }
            case .value:
                if keyword == "$ref", let name = value.stringValue.flatMap(SchemaTable.name) { uses[name, default: 0] += 1 }
            }
        }
    }

    private mutating func rewritten(_ root: JSONObject) -> JSONObject {
        var result = rewritten(.object(root), depth: 0).objectValue ?? root
        var kept = JSONObject()
        var index = 0
        while index < needed.count {
            let name = needed[index]
            kept[name] = rewritten(definitions[name] ?? [:], depth: 0)
            index += 1
        }
        if !kept.isEmpty { result["$defs"] = .object(kept) }
        return result
    }

    private mutating func rewritten(_ schema: JSON, depth: Int) -> JSON {
        guard var object = schema.objectValue else { return schema }
        // What takes the reference's place may be a reference itself.
        for _ in 0..<8 {
            guard let name = object["$ref"]?.stringValue.flatMap(SchemaTable.name) else { break }
            guard depth < Self.depthLimit, let merged = replacement(for: name, in: object) else {
                if isNeeded.insert(name).inserted { needed.append(name) }
                break
            }
            object = merged
        }
        var result = JSONObject()
        for (keyword, value) in object {
            switch SchemaAnatomy.shape(of: keyword) {
            case .schema: result[keyword] = rewritten(value, depth: depth + 1)
            case .schemaList:
                result[keyword] = value.arrayValue.map { .array($0.map { rewritten($0, depth: depth + 1) }) } ?? value
            case .schemaMap:
                result[keyword] =
                    value.objectValue.map { .object(JSONObject($0.map { ($0.name, rewritten($0.value, depth: depth + 1)) })) }
                    ?? value
            case .value: result[keyword] = value
            }
        }
        return .object(result)
    }

    private func replacement(for name: String, in object: JSONObject) -> JSONObject? {
        guard let target = definitions[name]?.objectValue else { return nil }
        // One that is used once can't be within itself: something outside must lead to it.
        let isSmall =
            !target.contains("$ref") && target.byteCount <= name.utf8.count + 24
            && SchemaAnatomy.references(in: .object(target)).isEmpty
        guard uses[name] == 1 || isSmall else { return nil }
        return SchemaForm.merged(object, without: "$ref", target)
    }
}
