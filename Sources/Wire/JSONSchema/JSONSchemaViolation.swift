/// One way in which a value is against a schema.
public struct JSONSchemaViolation: Sendable, Hashable {
    /// The value that is wrong.
    public let instance: JSONPointer
    /// The keyword that says so, by its place in the schema's document (not by the way that led there).
    public let schema: JSONPointer
    /// The keyword's name, such as `minimum`; empty for a schema that is `false` without a keyword above it.
    public let keyword: String
    /// The member that is missing or too much, where the violation is about one.
    public let member: String?
    /// What was expected, as the rest of a sentence that begins with the value's name: `must be at least 1`.
    ///
    /// It repeats values of the schema, never of the instance; names of members are cut.
    public let message: String
    /// Whether the value could not be judged at all: too much work, a reference that goes round or leads nowhere.
    public let isUndecided: Bool
}

extension JSONSchemaViolation: CustomStringConvertible {
    /// Place and message in one line.
    public var description: String {
        instance.tokens.isEmpty ? "the value \(message)" : "\(instance.description.prefix(200)) \(message)"
    }
}
