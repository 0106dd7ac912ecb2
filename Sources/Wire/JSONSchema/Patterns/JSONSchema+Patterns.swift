extension JSONSchema {
    /// Whether a text can be a `pattern`: a regular expression of ECMA-262, though perhaps one with features that are not judged here,
    /// or more than `maximumBytes` long.
    package static func isPattern(_ text: String, maximumBytes: Int = JSONSchemaLimits().maximumPatternBytes) -> Bool {
        guard text.utf8.count <= maximumBytes else { return true }
        do {
            _ = try PatternParser.parse(text)
            return true
        } catch {
            return error.isExpression
        }
    }
}
