import Wire

/// What a fault of YAML means to somebody who writes descriptions.
enum YAMLExplanation {
    static func of(_ error: YAMLError) -> (Diagnostic.Code, message: String, advice: String?) {
        switch error.code {
        case .duplicateKey:
            let first = error.related.map { "\($0)" } ?? "another place"
            return (.duplicateKey, "the key stands already at \(first)", "remove one of them")
        case .multipleDocuments:
            return (
                .multipleDocuments, "a second YAML document begins here", "keep one document in a file, without `---` between"
            )
        case .tooLarge: return (.tooLarge, error.message, "split the document, and repeat less by aliases")
        case .tooManyAliases: return (.tooLarge, error.message, "use `$ref` in place of aliases")
        case .tooDeep: return (.tooDeep, error.message, "nest it less deeply, by references")
        case .unknownAlias: return (.syntax, error.message, "write the anchor before the alias, or put the text in quotes")
        case .unsupportedTag, .invalidScalar: return (.syntax, error.message, "remove the tag, or put the text in quotes")
        case .unsupportedKey: return (.syntax, error.message, "put text with braces or brackets in quotes")
        case .invalidMerge: return (.syntax, error.message, "merge mappings only")
        default: return (isEncoding(error) ? .encoding : .syntax, error.message, advice(for: error.message))
        }
    }

    /// libyaml's words, which are constants.
    private static func isEncoding(_ error: YAMLError) -> Bool { error.message.contains("UTF-8") }

    private static func advice(for message: String) -> String {
        if message.contains("UTF-8") { return "save the text as UTF-8" }
        if message.contains("mapping values are not allowed") {
            return "put text that holds `: ` in quotes, or correct the indentation"
        }
        if message.contains("cannot start any token") { return "put text that begins with @, ` or % in quotes" }
        if message.contains("control characters") { return "remove the control character" }
        return "correct the YAML there; often the indentation of the line, or of the one before, is wrong"
    }
}
