/// How large a schema may be, and how much work judging one value may take.
public struct JSONSchemaLimits: Sendable, Hashable {
    /// The most JSON values in the schema's document, scalars included.
    public var maximumValues = 200_000
    /// The most subschemas, those that references alone reach included.
    public var maximumSubschemas = 20_000
    /// How many arrays and objects of the document may be open at once.
    public var maximumDepth = 256
    /// The most values of one `enum`.
    public var maximumEnumValues = 10_000
    /// The longest pattern, in bytes of UTF-8.
    public var maximumPatternBytes = 4096
    /// The most instructions of one compiled pattern: counted repetitions are written out.
    public var maximumPatternInstructions = 4096
    /// The most instructions of all patterns together.
    public var maximumPatternInstructionsTogether = 65_536
    /// The most diagnostics that are kept.
    public var maximumDiagnostics = 100
    /// The most violations of one value that are kept.
    public var maximumViolations = 20
    /// How many subschemas may be applied within each other while a value is judged. Each takes room on the stack.
    public var maximumEvaluationDepth = 512
    /// The work of judging one value: about one step for each keyword, for each member and element that is looked at, for
    /// each sixteen bytes that are compared, and for each sixteen states that a pattern tries.
    public var maximumSteps = 1_000_000

    /// Limits for schemas and values of others.
    public init() {}
}
