/// A JSON value (RFC 8259).
///
/// Numbers keep their text, so 64-bit identifiers and `1.0` survive a round trip. Objects keep the order of their members.
/// Equality compares strings and names byte for byte (never by Unicode equivalence, as `String` does), numbers by
/// their text, and objects without regard to the order of members.
public enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    /// A number with the given integer value.
    public static func integer(_ value: Int64) -> JSON { .number(JSONNumber(value)) }

    /// A number with the given integer value.
    public static func integer(_ value: Int) -> JSON { .number(JSONNumber(value)) }
}

/// The kind of a JSON value, named as in JSON Schema.
public enum JSONKind: String, Sendable, Hashable, CaseIterable {
    case null, boolean, number, string, array, object
}

extension JSON: Hashable {
    /// Strings byte for byte, numbers by their text, objects without regard to order.
    public static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): ExactText.equal(left, right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    /// In agreement with equality.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): ExactText.hash(value, into: &hasher)
        case .array(let values): hasher.combine(values)
        case .object(let object): hasher.combine(object)
        }
    }
}

extension JSON: CustomStringConvertible {
    /// The value as compact JSON text.
    public var description: String { serialized() }
}
