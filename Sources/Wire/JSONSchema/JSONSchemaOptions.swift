/// How a schema is compiled.
public struct JSONSchemaOptions: Sendable, Hashable {
    /// What becomes of a reference that leads out of the document, or nowhere in it.
    public enum UnresolvedReferences: Sendable, Hashable {
        /// The schema is refused: an error.
        case refuse
        /// A warning; a value for which the reference is reached can't be judged (`JSONSchemaViolation.isUndecided`).
        case violate
    }

    /// What becomes of a `pattern`, or a name in `patternProperties`, that can't be compiled: not a regular expression, or
    /// one with features that have no bound on their time (look-around, back-references), or too large.
    public enum UnsupportedPatterns: Sendable, Hashable {
        /// A warning; the pattern is ignored, and so are the members that it would have judged.
        case ignore
        /// The schema is refused: an error.
        case refuse
    }

    /// What becomes of a reference that leads out of the document, or nowhere in it.
    public var unresolvedReferences = UnresolvedReferences.refuse
    /// What becomes of a pattern that can't be compiled.
    public var unsupportedPatterns = UnsupportedPatterns.ignore
    /// Whether a text against its `format` is a violation, for the formats that `JSONSchemaFormat` lists. Otherwise, and for
    /// all others, `format` is an annotation, as the specification has it by default.
    public var assertsFormats = false
    /// How large the schema may be, and how much work judging a value may take.
    public var limits = JSONSchemaLimits()

    /// References must be found; patterns that can't be compiled and formats are not judged.
    public static let standard = JSONSchemaOptions()

    /// The standard options, to be changed.
    public init() {}
}
