package import Wire

/// Checks arguments against the part of JSON Schema that embedded tools use: `type`, `enum`, `const`, `properties`,
/// `required`, `additionalProperties: false`, `items`, and the bounds of numbers, strings and arrays.
///
/// Other keywords are not looked at. It serves tools whose schemas we wrote; schemas of others are not judged here.
package enum ArgumentChecker {
    /// How deep arguments are looked at.
    private static let maximumDepth = 16

    /// What is wrong first, naming the member and what was expected; nil where nothing is.
    package static func fault(in arguments: JSONObject, schema: JSONObject) -> String? {
        fault(in: .object(arguments), schema, at: "arguments", depth: 0)
    }

    private static func fault(in value: JSON, _ schema: JSONObject, at place: String, depth: Int) -> String? {
        guard depth < maximumDepth else { return nil }
        return typeFault(value, schema, place) ?? choiceFault(value, schema, place) ?? boundsFault(value, schema, place)
            ?? memberFault(value, schema, place, depth) ?? elementFault(value, schema, place, depth)
    }

    private static func typeFault(_ value: JSON, _ schema: JSONObject, _ place: String) -> String? {
        let types: [String]
        switch schema["type"] {
        case .string(let type)?: types = [type]
        case .array(let list)?: types = list.compactMap(\.stringValue)
        default: return nil
        }
        guard !types.contains(where: { fits(value, $0) }) else { return nil }
        let expected = types.map { ["array", "integer", "object"].contains($0) ? "an \($0)" : $0 == "null" ? $0 : "a \($0)" }
        return "\(place) must be \(expected.joined(separator: " or ")), not \(value.kind.withArticle)"
    }

    private static func fits(_ value: JSON, _ type: String) -> Bool {
        // 1.0 is an integer for JSON Schema.
        type == "integer" ? value.kind == .number && isInteger(value) : value.kind.rawValue == type
    }

    private static func isInteger(_ value: JSON) -> Bool {
        value.int64Value != nil || value.doubleValue.map { $0 == $0.rounded() } == true
    }

    private static func choiceFault(_ value: JSON, _ schema: JSONObject, _ place: String) -> String? {
        guard let choices = schema["enum"]?.arrayValue ?? schema["const"].map({ [$0] }), !choices.contains(value) else {
            return nil
        }
        return "\(place) must be one of \(choices.prefix(20).map(\.description).joined(separator: ", "))"
    }

    private static func boundsFault(_ value: JSON, _ schema: JSONObject, _ place: String) -> String? {
        switch value {
        case .number(let number):
            if let least = schema["minimum"]?.doubleValue, number.double < least {
                return "\(place) must be at least \(schema["minimum"] ?? .null)"
            }
            if let greatest = schema["maximum"]?.doubleValue, number.double > greatest {
                return "\(place) must be at most \(schema["maximum"] ?? .null)"
            }
            return nil
        case .string(let text):
            // JSON Schema counts characters as code points.
            return countFault(text.unicodeScalars.count, schema["minLength"], schema["maxLength"], "characters", place)
        case .array(let elements):
            return countFault(elements.count, schema["minItems"], schema["maxItems"], "elements", place)
        case .null, .bool, .object: return nil
        }
    }

    private static func countFault(_ count: Int, _ least: JSON?, _ most: JSON?, _ unit: String, _ place: String) -> String? {
        if let least = least?.intValue, count < least { return "\(place) must have at least \(least) \(unit)" }
        if let most = most?.intValue, count > most { return "\(place) must have at most \(most) \(unit)" }
        return nil
    }

    private static func memberFault(_ value: JSON, _ schema: JSONObject, _ place: String, _ depth: Int) -> String? {
        guard let object = value.objectValue else { return nil }
        for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where !object.contains(name) {
            return "\(place).\(name) is missing"
        }
        let properties = schema["properties"]?.objectValue ?? JSONObject()
        for (name, member) in object {
            if let property = properties[name]?.objectValue {
                if let fault = fault(in: member, property, at: "\(place).\(name)", depth: depth + 1) { return fault }
            } else if schema["additionalProperties"]?.boolValue == false, !properties.contains(name) {
                return "\(place).\(name.prefix(64)) is not known; known are \(properties.names.joined(separator: ", "))"
            }
        }
        return nil
    }

    private static func elementFault(_ value: JSON, _ schema: JSONObject, _ place: String, _ depth: Int) -> String? {
        guard let elements = value.arrayValue, let schema = schema["items"]?.objectValue else { return nil }
        for (index, element) in elements.enumerated() {
            if let fault = fault(in: element, schema, at: "\(place)[\(index)]", depth: depth + 1) { return fault }
        }
        return nil
    }
}
