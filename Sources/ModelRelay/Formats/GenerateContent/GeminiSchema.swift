internal import Wire

/// Between JSON Schema and the subset of OpenAPI 3.0's schemas that Gemini's API began with (`Schema`).
struct GeminiSchema {
    private static let mostDepth = 64
    /// How many subschemas one schema may become when its references are filled in.
    private static let mostSchemas = 4096

    // MARK: - From the subset

    /// As JSON Schema: types in lower case, `nullable` as a type, counts as numbers.
    static func jsonSchema(_ schema: JSON) -> JSON { self.jsonSchema(schema, depth: 0) }

    private static func jsonSchema(_ schema: JSON, depth: Int) -> JSON {
        guard let object = schema.objectValue, depth < self.mostDepth else { return schema }
        var result = JSONObject()
        for (name, value) in object {
            switch name {
            case "type":
                guard let type = value.stringValue?.lowercased(), type != "type_unspecified" else { continue }
                result["type"] = .string(type)
            case "properties", "defs", "$defs":
                let schemas = value.objectValue.map {
                    JSONObject($0.map { ($0.name, self.jsonSchema($0.value, depth: depth + 1)) })
                }
                result[name == "defs" ? "$defs" : name] = schemas.map { .object($0) } ?? value
            case "items": result[name] = self.jsonSchema(value, depth: depth + 1)
            case "anyOf", "any_of":
                result["anyOf"] = value.arrayValue.map { .array($0.map { self.jsonSchema($0, depth: depth + 1) }) } ?? value
            case "additionalProperties", "additional_properties":
                result["additionalProperties"] = self.jsonSchema(value, depth: depth + 1)
            case "ref": result["$ref"] = value
            case "maxItems", "minItems", "maxLength", "minLength", "maxProperties", "minProperties", "max_items", "min_items",
                "max_length",
                "min_length", "max_properties", "min_properties":
                // 64-bit numbers are strings in the JSON of protocol buffers.
                result[self.camel(name)] = value.stringValue.flatMap { Int64($0) }.map { .integer($0) } ?? value
            case "example": result["examples"] = [value]
            // What was read for a hint of an order there is the order of the members here.
            case "propertyOrdering", "property_ordering", "nullable": break
            // It says that there is a list of words, which the list says itself.
            case "format" where value.stringValue == "enum": break
            default: result[name] = value
            }
        }
        self.order(&result, by: (object["propertyOrdering"] ?? object["property_ordering"])?.arrayValue)
        if object["nullable"]?.boolValue == true { self.admitNull(&result) }
        return .object(result)
    }

    private static func camel(_ name: String) -> String {
        let parts = name.split(separator: "_")
        guard parts.count == 2 else { return name }
        return parts[0] + parts[1].prefix(1).uppercased() + parts[1].dropFirst()
    }

    private static func order(_ schema: inout JSONObject, by names: [JSON]?) {
        guard let names, let properties = schema["properties"]?.objectValue else { return }
        var ordered = JSONObject()
        for case .string(let name) in names { if let property = properties[name] { ordered[name] = property } }
        for (name, property) in properties { ordered.appendIfAbsent(name, property) }
        schema["properties"] = .object(ordered)
    }

    private static func admitNull(_ schema: inout JSONObject) {
        if let type = schema["type"], type.stringValue != nil {
            schema["type"] = [type, "null"]
            if case .array(let words)? = schema["enum"], !words.contains(.null) { schema["enum"] = .array(words + [.null]) }
        } else if case .array(let choices)? = schema["anyOf"] {
            schema["anyOf"] = .array(choices + [["type": "null"]])
        }
    }

    // MARK: - To the subset

    /// Keywords that could not be said and were left out.
    private(set) var dropped: Set<String> = []
    private let root: JSON
    private var schemaCount = 0

    /// The schema in the subset. References are filled in; what is left out is named in `dropped`.
    static func subset(of schema: JSON) -> (schema: JSON, dropped: Set<String>) {
        var writer = GeminiSchema(root: schema)
        let result = writer.subset(schema, depth: 0)
        return (result, writer.dropped)
    }

    private init(root: JSON) { self.root = root }

    private mutating func subset(_ schema: JSON, depth: Int) -> JSON {
        self.schemaCount += 1
        guard depth < Self.mostDepth, self.schemaCount < Self.mostSchemas else {
            self.dropped.insert("$ref")
            return ["type": "OBJECT"]
        }
        guard let object = schema.objectValue else {
            // `true` and `false` as schemas.
            self.dropped.insert("boolean schema")
            return [:]
        }
        if let reference = object["$ref"]?.stringValue { return self.referred(reference, beside: object, depth: depth) }
        var result = JSONObject()
        for (name, value) in object { self.write(name, value, to: &result, depth: depth) }
        // A choice of one is that one.
        if result["type"] == nil, case .array(let choices)? = result["anyOf"], choices.count == 1,
            let only = choices[0].objectValue
        {
            result["anyOf"] = nil
            for (name, value) in only { result.appendIfAbsent(name, value) }
        }
        return .object(result)
    }

    /// - Parameter object: the schema that refers; its own keywords go before those of the one that it refers to.
    private mutating func referred(_ reference: String, beside object: JSONObject, depth: Int) -> JSON {
        guard reference.hasPrefix("#"), let pointer = JSONPointer(String(reference.dropFirst())), let target = self.root[pointer]
        else {
            self.dropped.insert("$ref")
            return [:]
        }
        var merged = object
        merged["$ref"] = nil
        for (name, value) in target.objectValue ?? [:] { merged.appendIfAbsent(name, value) }
        // A schema that contains itself ends at the greatest depth.
        return self.subset(.object(merged), depth: depth + 8)
    }

    private mutating func write(_ name: String, _ value: JSON, to result: inout JSONObject, depth: Int) {
        switch name {
        case "type": self.writeType(value, to: &result)
        case "properties":
            var properties = JSONObject()
            for (name, property) in value.objectValue ?? [:] { properties[name] = self.subset(property, depth: depth + 1) }
            if !properties.isEmpty { result[name] = .object(properties) }
        case "items": result[name] = self.subset(value, depth: depth + 1)
        case "anyOf", "oneOf": self.writeChoices(value, to: &result, depth: depth)
        case "allOf":
            // All of them together are the members of each, as long as no two say the same.
            for part in value.arrayValue ?? [] {
                guard case .object(let more) = self.subset(part, depth: depth + 1) else { continue }
                for (name, value) in more where !self.join(name, value, to: &result) { self.dropped.insert("allOf.\(name)") }
            }
        case "enum": self.writeWords(value.arrayValue ?? [], to: &result)
        case "const": self.writeWords([value], to: &result)
        case "description", "title", "nullable", "required", "minimum", "maximum", "minItems", "maxItems", "minLength",
            "maxLength", "pattern",
            "minProperties", "maxProperties", "default", "example", "propertyOrdering":
            result[name] = value
        case "format":
            let isKnown = ["float", "double", "int32", "int64", "date-time", "enum"].contains(value.stringValue ?? "")
            if isKnown { result[name] = value } else { self.dropped.insert(name) }
        case "examples": if let first = value.arrayValue?.first { result["example"] = first }
        // They say nothing of the values.
        case "$schema", "$id", "$comment", "$defs", "definitions", "$anchor": break
        default: self.dropped.insert(name)
        }
    }

    private mutating func writeType(_ value: JSON, to result: inout JSONObject) {
        if let type = value.stringValue {
            result["type"] = .string(type.uppercased())
            return
        }
        let types = (value.arrayValue ?? []).compactMap(\.stringValue)
        let others = types.filter { $0 != "null" }
        if others.count < types.count { result["nullable"] = true }
        if others.count == 1 {
            result["type"] = .string(others[0].uppercased())
        } else if !others.isEmpty {
            result["anyOf"] = .array(others.map { ["type": .string($0.uppercased())] })
        }
    }

    private mutating func writeChoices(_ value: JSON, to result: inout JSONObject, depth: Int) {
        var choices: [JSON] = []
        for choice in value.arrayValue ?? [] {
            if choice["type"]?.stringValue == "null" {
                result["nullable"] = true
            } else {
                choices.append(self.subset(choice, depth: depth + 1))
            }
        }
        guard !choices.isEmpty else { return }
        if result["anyOf"] == nil { result["anyOf"] = .array(choices) } else { self.dropped.insert("oneOf") }
    }

    private mutating func writeWords(_ values: [JSON], to result: inout JSONObject) {
        let words = values.filter { !$0.isNull }
        if words.count < values.count { result["nullable"] = true }
        // Only texts can be listed there.
        guard words.allSatisfy({ $0.stringValue != nil }) else {
            self.dropped.insert("enum")
            return
        }
        result["enum"] = .array(words)
        if result["type"] == nil { result["type"] = "STRING" }
    }

    private func join(_ name: String, _ value: JSON, to result: inout JSONObject) -> Bool {
        switch (name, result[name], value) {
        case (_, nil, _): result[name] = value
        case ("properties", .object(var properties)?, .object(let more)):
            for (name, property) in more { properties.appendIfAbsent(name, property) }
            result[name] = .object(properties)
        case ("required", .array(let names)?, .array(let more)):
            result[name] = .array(names + more.filter { !names.contains($0) })
        case (_, let same?, let value) where same == value: break
        default: return false
        }
        return true
    }
}
