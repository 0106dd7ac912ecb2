package import Wire

/// Checks the arguments of one of our own tools, or what a client answered, against a schema, which is compiled once.
///
/// Tools of others are not judged here: their servers do that.
package struct ArgumentChecker: Sendable {
    private let schema: JSONSchema?
    private let root: String
    /// What was noticed about the schema.
    package let diagnostics: [JSONSchemaDiagnostic]

    /// A checker for arguments of that schema (JSON Schema 2020-12).
    ///
    /// - Parameters:
    ///   - root: what the whole is called.
    ///   - assertsFormats: whether `format` is more than an annotation.
    package init(schema: JSONObject, root: String = "arguments", assertsFormats: Bool = false) {
        self.root = root
        var options = JSONSchemaOptions()
        options.assertsFormats = assertsFormats
        let compilation = JSONSchema.compile(.object(schema), options: options)
        self.schema = compilation.schema
        diagnostics = compilation.diagnostics
    }

    /// What is wrong first, naming the member and what was expected; nil where nothing is.
    ///
    /// Where the schema itself can't be used, no arguments are good: what no one can judge must not reach the tool.
    package func fault(in arguments: JSONObject) -> String? {
        guard let schema else { return "\(root) can't be checked: the schema is not valid" }
        guard let violation = schema.firstViolation(in: .object(arguments)) else { return nil }
        let place = place(of: violation.instance, in: .object(arguments))
        if let member = violation.member, violation.keyword == "required" {
            return "\(place)\(Self.step(member)) is missing"
        }
        return "\(place) \(violation.message)"
    }

    // MARK: - Names of places

    /// How many steps of a way are told; callers of our tools go astray near the top.
    private static let maximumSteps = 16

    /// The way to a value as a programmer would write it: `arguments.list[1].id`.
    private func place(of pointer: JSONPointer, in arguments: JSON) -> String {
        var text = root
        var value: JSON? = arguments
        for token in pointer.tokens.prefix(Self.maximumSteps) {
            text += value?.kind == .array ? "[\(token)]" : Self.step(token)
            value = value?[JSONPointer(tokens: [token])]
        }
        return pointer.tokens.count > Self.maximumSteps ? text + "…" : text
    }

    private static func step(_ name: String) -> String { ".\(name.prefix(64))" }
}
