internal import Wire

/// A value that a JSON Schema allows, for schemas as tools and structured outputs have them. The same schema gives the same value.
///
/// Every property is there, in the schema's order, up to a bound on depth and size beyond which only required ones are; a schema that refers
/// to itself ends there. What the schema says in ways that are not read (patterns, conditions) may not be met.
struct SimulatedValue {
    private let root: JSON
    /// Schemas that may still be looked at: one that branches everywhere must not grow without end.
    private var budget = 2000

    private static let depthOfOptional = 4
    private static let deepest = 16
    private static let mostItems = 8
    private static let longestText = 4096

    static func make(_ schema: JSON) -> JSON {
        var maker = SimulatedValue(root: schema)
        return maker.value(schema, name: "value", depth: 0)
    }

    private init(root: JSON) { self.root = root }

    private mutating func value(_ schema: JSON, name: String, depth: Int) -> JSON {
        self.budget -= 1
        guard self.budget > 0, depth < Self.deepest, let object = schema.objectValue else { return .null }
        if let reference = object["$ref"]?.stringValue {
            return self.resolved(reference).map { self.value($0, name: name, depth: depth + 1) } ?? .null
        }
        if let value = object["const"] ?? object["default"] ?? object["enum"]?.arrayValue?.first { return value }
        if let value = object["examples"]?.arrayValue?.first ?? object["example"] { return value }
        for word in ["anyOf", "oneOf"] {
            if let choices = object[word]?.arrayValue, let first = choices.first(where: { !Self.isNull($0) }) ?? choices.first {
                return self.value(first, name: name, depth: depth + 1)
            }
        }
        if let parts = object["allOf"]?.arrayValue { return self.joined(parts, object, name: name, depth: depth) }
        switch Self.type(of: object) {
        case "object": return .object(self.members(object, depth: depth))
        case "array": return self.items(object, name: name, depth: depth)
        case "integer": return .integer(Self.integer(object))
        case "number": return self.number(object)
        case "boolean": return true
        case "null": return .null
        default: return .string(Self.text(object, name: name))
        }
    }

    /// Only references within the schema (RFC 6901 behind `#`).
    private func resolved(_ reference: String) -> JSON? {
        guard reference.utf8.first == UInt8(ascii: "#") else { return nil }
        return JSONPointer(String(reference.dropFirst())).flatMap { self.root[$0] }
    }

    private static func isNull(_ schema: JSON) -> Bool { schema["type"]?.stringValue.map { $0.lowercased() == "null" } ?? false }

    /// In small letters: Gemini's schemas have capitals.
    private static func type(of schema: JSONObject) -> String {
        if let name = schema["type"]?.stringValue { return name.lowercased() }
        let names = (schema["type"]?.arrayValue ?? []).compactMap { $0.stringValue?.lowercased() }
        if let name = names.first(where: { $0 != "null" }) ?? names.first { return name }
        if schema["properties"] != nil { return "object" }
        return schema["items"] != nil || schema["prefixItems"] != nil ? "array" : "string"
    }

    // MARK: Kinds

    private mutating func members(_ schema: JSONObject, depth: Int) -> JSONObject {
        let required = Set((schema["required"]?.arrayValue ?? []).compactMap(\.stringValue))
        var members = JSONObject()
        for (name, property) in schema["properties"]?.objectValue ?? JSONObject() {
            guard depth < Self.depthOfOptional || required.contains(name) else { continue }
            members[name] = self.value(property, name: name, depth: depth + 1)
        }
        return members
    }

    private mutating func items(_ schema: JSONObject, name: String, depth: Int) -> JSON {
        var items: [JSON] = []
        for first in (schema["prefixItems"]?.arrayValue ?? []).prefix(Self.mostItems) {
            items.append(self.value(first, name: name, depth: depth + 1))
        }
        let least = schema["minItems"]?.intValue ?? (depth < Self.depthOfOptional ? 1 : 0)
        let most = schema["maxItems"]?.intValue ?? Self.mostItems
        while items.count < min(least, most, Self.mostItems) {
            items.append(self.value(schema["items"] ?? [:], name: name, depth: depth + 1))
        }
        return .array(items)
    }

    private mutating func joined(_ parts: [JSON], _ schema: JSONObject, name: String, depth: Int) -> JSON {
        var members = self.members(schema, depth: depth)
        var other: JSON?
        for part in parts.prefix(Self.mostItems) {
            let value = self.value(part, name: name, depth: depth + 1)
            guard let object = value.objectValue else {
                other = other ?? value
                continue
            }
            for (name, value) in object { members[name] = value }
        }
        return members.isEmpty ? other ?? .object(members) : .object(members)
    }

    private static func integer(_ schema: JSONObject) -> Int64 {
        let least = schema["minimum"]?.int64Value ?? schema["exclusiveMinimum"]?.int64Value.map { $0 &+ 1 } ?? 0
        let step = max(schema["multipleOf"]?.int64Value ?? 1, 1)
        let most = schema["maximum"]?.int64Value ?? schema["exclusiveMaximum"]?.int64Value.map { $0 &- 1 } ?? Int64.max
        if least > 0 || most < 0 {
            // The multiple that comes first from the side on which there is a bound.
            let start = least > 0 ? least : most
            let rest = start % step
            return rest == 0
                ? start : least > 0 ? start.addingReportingOverflow(step - rest).partialValue : start &- (step + rest)
        }
        return 0
    }

    private func number(_ schema: JSONObject) -> JSON {
        let least = schema["minimum"]?.doubleValue ?? schema["exclusiveMinimum"]?.doubleValue.map { $0 + 0.5 }
        let most = schema["maximum"]?.doubleValue ?? schema["exclusiveMaximum"]?.doubleValue.map { $0 - 0.5 }
        var value = 0.5
        if let least, value < least { value = least }
        if let most, value > most { value = least.map { ($0 + most) / 2 } ?? most }
        return JSONNumber(value).map(JSON.number) ?? 0
    }

    private static func text(_ schema: JSONObject, name: String) -> String {
        switch schema["format"]?.stringValue {
        case "date-time": return "2026-01-01T00:00:00Z"
        case "date": return "2026-01-01"
        case "time": return "00:00:00Z"
        case "duration": return "PT1S"
        case "email": return "someone@example.com"
        case "hostname": return "example.com"
        case "ipv4": return "192.0.2.1"
        case "ipv6": return "2001:db8::1"
        case "uuid": return "00000000-0000-4000-8000-000000000000"
        case "uri", "url": return "https://example.com/"
        default: break
        }
        let least = min(schema["minLength"]?.intValue ?? 0, Self.longestText)
        let most = schema["maxLength"]?.intValue ?? Self.longestText
        var text = "a \(name)"
        while text.unicodeScalars.count < least { text += "." }
        return text.unicodeScalars.count <= most
            ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(max(most, 0))))
    }
}
