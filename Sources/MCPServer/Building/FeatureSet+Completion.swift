import Wire

extension FeatureSet {
    /// The result of `completion/complete`: empty where the argument exists and nothing is proposed for it.
    /// - Throws: `MCPError` that names what does not exist.
    func completion(_ operation: Operation, _ context: any CallContext) async throws -> RawObject {
        let argument = operation.params["argument"]
        let name = argument?["name"]?.stringValue ?? ""
        let completer = try completer(for: operation.params["ref"] ?? .null, argument: name)
        let resolved = operation.params["context"]?["arguments"]?.objectValue ?? JSONObject()
        let request = CompletionRequest(
            value: argument?["value"]?.stringValue ?? "",
            resolved: Dictionary(resolved.compactMap { name, value in value.stringValue.map { (name, $0) } }) { $1 },
            context: context)
        return CompletionResult.object(try await completer?(request) ?? [])
    }

    /// What proposes values for an argument; nil where nothing does.
    private func completer(for reference: JSON, argument: String) throws(MCPError) -> Completer? {
        switch reference["type"]?.stringValue {
        case "ref/prompt":
            let name = reference["name"]?.stringValue ?? ""
            guard let prompt = prompts[name] else { throw .unknownPrompt(name) }
            guard let found = prompt.arguments.first(where: { $0.name.isExactly(argument) }) else {
                throw .invalidParams("Prompt \(name) has no argument \(argument.prefix(128))")
            }
            return found.completer
        case "ref/resource":
            let uri = reference["uri"]?.stringValue ?? ""
            guard let template = templates[uri] else {
                // A URI without variables has nothing to complete.
                guard resources[uri] != nil else { throw .resourceNotFound(uri: uri) }
                return nil
            }
            guard template.template.variables.contains(where: { $0.isExactly(argument) }) else {
                throw .invalidParams("Template \(uri.prefix(256)) has no variable \(argument.prefix(128))")
            }
            return template.completers[argument]
        default: throw .invalidParams("params.ref.type must be ref/prompt or ref/resource")
        }
    }
}

extension MCPError {
    /// No prompt of that name.
    static func unknownPrompt(_ name: String) -> MCPError {
        MCPError(.invalidParams, "Unknown prompt: \(name.prefix(256))")
    }
}
