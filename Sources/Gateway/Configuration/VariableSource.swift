/// The environment, over the variables of `.env.local`, over those of `.env`.
struct VariableSource {
    /// A variable's value, and how a message names the place where it was set.
    struct Variable {
        let text: String
        let place: String
    }

    private var variables: [String: Variable] = [:]

    init(environment: [String: String], folder: String) throws(ConfigurationError) {
        for file in [".env", ".env.local"] {
            guard let bytes = try SmallFile.bytes(at: SmallFile.path(file, in: folder), place: file) else { continue }
            for line in try EnvironmentFile.variables(bytes, name: file) {
                variables[line.name] = Variable(text: line.value, place: "\(file):\(line.number): \(line.name)")
            }
        }
        // An empty value does not hide one of a file: compose files pass on variables that are not set as empty ones.
        for (name, value) in environment where !value.isEmpty { variables[name] = Variable(text: value, place: name) }
    }

    /// The variable of that name; nil where it is not set or empty.
    subscript(name: String) -> Variable? { variables[name].flatMap { $0.text.isEmpty ? nil : $0 } }

    /// A line for each variable that is known to have no effect, or that looks like a misspelt one of ours. Other names that begin
    /// like ours are left alone: orchestrators set such variables for each service they know (`PORTICO_SERVICE_HOST`).
    func warnings() -> [String] {
        let known = Configuration.settings.flatMap(\.variables)
        return variables.keys.sorted().compactMap { name in
            guard self[name] != nil else { return nil }
            if Configuration.variablesWithoutEffect.contains(name) { return "\(name) is set but has no effect yet" }
            guard name.hasPrefix(Self.prefix), !known.contains(name), !Configuration.otherVariables.contains(name),
                !(name.hasSuffix("_FILE") && known.contains(String(name.dropLast("_FILE".count))))
            else { return nil }
            let ours = known.filter { $0.hasPrefix(Self.prefix) }.map { $0.dropFirst(Self.prefix.count) }
            guard let near = nearest(to: String(name.dropFirst(Self.prefix.count)), among: ours.map(String.init)) else {
                return nil
            }
            return "\(name) is not a variable that is known here, did you mean \"\(Self.prefix + near)\"?"
        }
    }

    private static let prefix = "PORTICO_"
}

extension Configuration {
    /// Variables that commands and tests read, not the server.
    static let otherVariables: Set<String> = [
        "PORTICO_URL", "PORTICO_KEY", "PORTICO_KEY_FILE", "PORTICO_STRICT", "PORTICO_TEST_POSTGRES", "PORTICO_TEST_REDIS",
        "PORTICO_BIN",
        "PORTICO_INTEROP_MCP1",
    ]
}
