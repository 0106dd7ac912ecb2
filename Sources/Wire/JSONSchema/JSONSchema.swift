/// A JSON Schema (2020-12), compiled once, that judges JSON values.
///
/// All of the applicator, unevaluated and validation vocabularies of
/// [2020-12](https://json-schema.org/draft/2020-12/json-schema-core) are served, references within the one document
/// (`$ref`, `$anchor`, `$id`, `$dynamicRef`) included. Nothing is ever fetched: what a reference can't find in the
/// document is handled as the options say. Of earlier drafts, the spellings that mean something else are understood where
/// `$schema` names the draft.
///
/// Both compiling and judging are bounded by `JSONSchemaLimits`, whatever the schema and the value: patterns are matched in
/// time linear in the text, references that go round without looking further into the value are found, and a judgement that
/// would take too many steps ends in a violation that says so.
public struct JSONSchema: Sendable {
    /// What compiling a schema gave.
    public struct Compilation: Sendable {
        /// The schema; nil where a diagnostic is an error.
        public let schema: JSONSchema?
        /// What was noticed, the first error first; at most `JSONSchemaLimits.maximumDiagnostics`.
        public let diagnostics: [JSONSchemaDiagnostic]
    }

    let program: SchemaProgram

    /// Compiles a schema: an object, or `true` or `false`. Never traps, whatever the document.
    public static func compile(_ document: JSON, options: JSONSchemaOptions = .standard) -> Compilation {
        var compiler = SchemaCompiler(options: options)
        let program = compiler.compile(document)
        return Compilation(schema: program.map { JSONSchema(program: $0) }, diagnostics: compiler.diagnostics.list)
    }

    /// Everything that is wrong with the value, in the order in which it was found; at most
    /// `JSONSchemaLimits.maximumViolations`. Empty where the value is valid.
    ///
    /// Where the value can't be judged (`JSONSchemaViolation.isUndecided`), that is the only violation.
    public func validate(_ value: JSON) -> [JSONSchemaViolation] {
        violations(in: value, atMost: program.limits.maximumViolations)
    }

    /// What is wrong with the value first; nil where it is valid.
    public func firstViolation(in value: JSON) -> JSONSchemaViolation? { violations(in: value, atMost: 1).first }

    /// Whether the value is valid.
    public func isValid(_ value: JSON) -> Bool { violations(in: value, atMost: 1).isEmpty }

    private func violations(in value: JSON, atMost count: Int) -> [JSONSchemaViolation] {
        var evaluation = SchemaEvaluation(program, maximumViolations: max(1, count))
        return evaluation.judge(value)
    }
}
