import Wire

extension SchemaView {
    /// The schema of what goes in: exact, but for what a model can't use.
    func input(_ source: JSONObject, name: String?, depth: Int) -> JSONObject {
        var result = JSONObject()
        for (keyword, value) in source {
            let kept: JSON? =
                switch keyword {
                case "title": title(value, besides: name, source["type"]?.stringValue)
                case "description": text(value)
                case "$ref": table.target(of: value.stringValue ?? "") == nil ? .none : value
                case "type": Self.type(Self.types(value))
                case "properties": members(value, depth: depth).flatMap { $0.isEmpty ? .none : .object($0) }
                case "required": Self.names(value, without: hiddenNames(in: value, of: source))
                case "allOf", "prefixItems": list(value, depth: depth)
                case "anyOf", "oneOf": alternatives(value, discriminator: source["discriminator"], depth: depth)
                case "patternProperties", "dependentSchemas": map(value, depth: depth)
                case "dependentRequired": Self.dependencies(value)
                default: SchemaAnatomy.shape(of: keyword) == .schema ? inner(value, depth: depth) : plainValue(keyword, value)
                }
            if let kept { result[keyword] = kept }
        }
        if let note = kindNote(source) {
            let text = [result["description"]?.stringValue, note].compactMap { $0 }.joined(separator: " ")
            result["description"] = .string(text)
        }
        return result
    }

    /// A schema that may be `true` or `false`.
    private func inner(_ value: JSON, depth: Int) -> JSON? {
        switch value {
        case .bool: value
        case .object: schema(value, depth: depth + 1)
        default: nil
        }
    }

    private func map(_ value: JSON, depth: Int) -> JSON? {
        guard let object = value.objectValue, !object.isEmpty else { return nil }
        return .object(JSONObject(object.map { ($0.name, schema($0.value, depth: depth + 1)) }))
    }

    /// Which of the required names are of members that are not for this direction, those of `allOf`'s parts too: a part may require what
    /// another has.
    private func hiddenNames(in required: JSON, of object: JSONObject) -> Set<String> {
        let parts = table.parts(of: object).compactMap { $0["properties"]?.objectValue }
        let names = (required.arrayValue ?? []).compactMap(\.stringValue)
        return Set(names.filter { name in parts.contains { $0[name].map(isHidden) == true } })
    }

    private static func names(_ value: JSON, without hidden: Set<String>) -> JSON? {
        var names: [JSON] = []
        var seen = hidden
        for name in value.arrayValue ?? [] {
            if let text = name.stringValue, seen.insert(text).inserted { names.append(name) }
        }
        return names.isEmpty ? .none : .array(names)
    }

    private static func dependencies(_ value: JSON) -> JSON? {
        guard let object = value.objectValue else { return nil }
        let members = object.compactMap { name, value in names(value, without: []).map { (name, $0) } }
        return members.isEmpty ? .none : .object(JSONObject(members))
    }

    /// Keywords that hold no schemas, where their value is one that they may have. (Beside a `JSON`, `nil` would be the value `null`.)
    private func plainValue(_ keyword: String, _ value: JSON) -> JSON? {
        switch keyword {
        case "default": value.byteCount <= 200 ? value : .none
        case "examples": textLimit < 100 ? .none : examples(value)
        case "example": textLimit < 100 ? .none : examples([value])
        case "deprecated", "uniqueItems": value.boolValue == true ? value : .none
        case "format": Self.format(value)
        case "contentEncoding", "contentMediaType": value.stringValue == nil ? .none : value
        case "pattern": (value.stringValue?.utf8.count ?? .max) <= 500 ? value : .none
        case "enum": value.arrayValue?.isEmpty == false ? value : .none
        case "const": value
        case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum": value.kind == .number ? value : .none
        case "multipleOf": (value.doubleValue ?? 0) > 0 ? value : .none
        case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains":
            (value.int64Value ?? -1) >= 0 ? value : .none
        default: nil
        }
    }

    /// At most two, and short ones: the shape is the schema's to tell.
    private func examples(_ value: JSON) -> JSON? {
        let short = (value.arrayValue ?? []).filter { $0.byteCount <= 80 && !$0.isNull && $0 != "" }.prefix(2)
        return short.isEmpty ? .none : .array(Array(short))
    }

    /// Widths of numbers mean nothing to a model.
    private static func format(_ value: JSON) -> JSON? {
        guard let format = value.stringValue, !["int32", "int64", "float", "double", "string", ""].contains(format) else {
            return nil
        }
        return value
    }
}
