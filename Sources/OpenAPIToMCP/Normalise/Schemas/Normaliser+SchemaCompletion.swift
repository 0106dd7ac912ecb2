import Wire

/// What depends on several keywords, done once all are read.
extension Normaliser {
    /// The schema of all that was read.
    mutating func complete(_ draft: inout SchemaDraft) -> JSON {
        if draft.source["$ref"]?.stringValue == nil || !versions[document].referencesStandAlone {
            readDiscriminator(&draft)
            addRequiredMembers(&draft)
            addItems(&draft)
            convertValues(&draft)
            checkDefault(&draft)
            if draft.object["examples"] == nil, let example = draft.source["example"] { draft.object["examples"] = [example] }
        }
        if draft.isNullable { return nullable(draft.object) }
        return .object(draft.object)
    }

    private func addRequiredMembers(_ draft: inout SchemaDraft) {
        guard !draft.requiredMembers.isEmpty else { return }
        let listed = draft.object["required"]?.arrayValue ?? []
        draft.object["required"] = .array(Self.unique(listed + draft.requiredMembers.map(JSON.string)))
    }

    /// Up to 3.0 an array says what its items are; models are told that, too.
    private mutating func addItems(_ draft: inout SchemaDraft) {
        guard versions[document] != .openAPI31, draft.object["type"]?.stringValue == "array", draft.object["items"] == nil,
            draft.object["prefixItems"] == nil
        else { return }
        if draft.source["items"] == nil { repaired("type", "the array does not say what its items are; they may be anything") }
        draft.object["items"] = .object([:])
    }

    // MARK: - Values and their type

    /// The types that the values of a schema may have; nil: all.
    private func types(_ object: JSONObject) -> Set<String>? {
        guard let type = object["type"] else { return nil }
        return Set((type.arrayValue ?? [type]).compactMap(\.stringValue))
    }

    private func fits(_ value: JSON, _ types: Set<String>) -> Bool {
        switch value.kind {
        case .number:
            types.contains("number")
                || types.contains("integer") && (value.int64Value != nil || value.doubleValue?.rounded() == value.doubleValue)
        case let kind: types.contains(kind.rawValue)
        }
    }

    /// The value as it must have been meant for the type: YAML reads `5` and `yes` as it likes.
    private func converted(_ value: JSON, to types: Set<String>) -> JSON? {
        switch value {
        case .number, .bool: return types.contains("string") ? Self.text(value).map(JSON.string) : nil
        case .string(let text):
            if types.contains("integer") || types.contains("number"), let number = JSONNumber(text),
                fits(.number(number), types)
            {
                return .number(number)
            }
            if types.contains("boolean"), text == "true" || text == "false" { return .bool(text == "true") }
            return nil
        case .null, .array, .object: return nil
        }
    }

    /// Values of `enum` that can't be values of the schema become those that they must mean.
    private mutating func convertValues(_ draft: inout SchemaDraft) {
        guard let values = draft.object["enum"]?.arrayValue, let types = types(draft.object) else { return }
        var isChanged = false
        var kept: [JSON] = []
        for value in values {
            if fits(value, types) {
                kept.append(value)
            } else if value.isNull {
                // Whoever lists null means that the value may be null, up to 3.0 together with `nullable`.
                kept.append(value)
                if versions[document] != .openAPI31 { draft.isNullable = true }
            } else {
                isChanged = true
                if let converted = converted(value, to: types) { kept.append(converted) }
            }
        }
        guard isChanged else { return }
        repaired("enum", "some values are not of the schema's type; they are converted, or left out")
        draft.object["enum"] = kept.isEmpty ? nil : .array(Self.unique(kept))
    }

    /// A default that the schema does not allow would mislead whoever takes it.
    private mutating func checkDefault(_ draft: inout SchemaDraft) {
        guard let value = draft.object["default"], let types = types(draft.object), !fits(value, types) else { return }
        if value.isNull {
            // Said of members that may be left out: there is no default.
            if !draft.isNullable {
                draft.object["default"] = nil
                noteHere(.note, .repairedSchema, "default", "null is not of the schema's type, so that there is no default")
            }
        } else if let converted = converted(value, to: types) {
            draft.object["default"] = converted
            repaired("default", "the default is not of the schema's type; it is converted")
        } else {
            draft.object["default"] = nil
            repaired("default", "the default is not of the schema's type, and is left out")
        }
    }

    // MARK: - Null

    /// The schema, and null.
    private func nullable(_ object: JSONObject) -> JSON {
        let isComposed = ["$ref", "allOf", "oneOf", "anyOf"].contains { object[$0] != nil }
        if isComposed { return alternative(object) }
        var object = object
        if let values = object["enum"]?.arrayValue, !values.contains(.null) { object["enum"] = .array(values + [.null]) }
        if let value = object["const"], !value.isNull {
            object["const"] = nil
            object["enum"] = [value, .null]
        }
        switch object["type"] {
        case .string(let type)? where type != "null": object["type"] = [.string(type), "null"]
        case .array(let types)? where !types.contains("null"): object["type"] = .array(types + ["null"])
        default: break
        }
        return .object(object)
    }

    /// The schema or null, as alternatives; what is said about it all stays outside.
    private func alternative(_ object: JSONObject) -> JSON {
        var outer = JSONObject()
        var inner = JSONObject()
        for (name, value) in object {
            if SchemaKeyword.annotations.contains(name) { outer.append(name, value) } else { inner.append(name, value) }
        }
        // Alternatives that are there already get one more.
        if inner.count == 1, let alternatives = inner["anyOf"]?.arrayValue {
            let null: JSON = ["type": "null"]
            outer["anyOf"] = .array(alternatives.contains(null) ? alternatives : alternatives + [null])
        } else {
            outer["anyOf"] = [.object(inner), ["type": "null"]]
        }
        return .object(outer)
    }
}
