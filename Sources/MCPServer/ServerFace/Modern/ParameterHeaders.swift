import Wire

/// Headers that repeat arguments of a tool: `Mcp-Param-<suffix>` for each property whose schema has `x-mcp-header`
/// (2026-07-28, Streamable HTTP).
struct ParameterHeaders: Sendable {
    /// A property that is repeated.
    private struct Rule: Sendable {
        let path: [String]
        let suffix: String
    }

    /// How deep properties of properties are looked at.
    private static let maximumDepth = 16
    private var rules: [Rule] = []

    /// The rules in a tool's input schema. Only properties of properties count: what stands under other keywords can't
    /// be found without judging the arguments first.
    init(schema: JSONObject) { collect(schema, path: []) }

    private mutating func collect(_ schema: JSONObject, path: [String]) {
        guard path.count < Self.maximumDepth, let properties = schema["properties"]?.objectValue else { return }
        for (name, value) in properties {
            guard let property = value.objectValue else { continue }
            if let suffix = property["x-mcp-header"]?.stringValue { rules.append(Rule(path: path + [name], suffix: suffix)) }
            collect(property, path: path + [name])
        }
    }

    /// Compares the headers with the arguments.
    /// - Throws: the mismatch. An argument that is null or absent has no header.
    func check(_ headers: MCPHTTPHeaders, arguments: JSONObject) throws(WireError) {
        for rule in rules {
            let name = "Mcp-Param-\(rule.suffix)"
            let header = headers[MCPHTTPHeaders.parameterPrefix + rule.suffix.lowercased()]
            var value: JSON? = .object(arguments)
            for step in rule.path { value = value?[step] }
            switch (value, header) {
            case (nil, nil), (.null?, nil): continue
            case (nil, _?), (.null?, _?):
                throw .headerMismatch("\(name) header has no argument \(rule.path.joined(separator: "."))")
            case (let value?, nil):
                guard Self.text(of: value) != nil else { continue }
                throw .headerMismatch("\(name) header is missing")
            case (let value?, let header?):
                guard let decoded = SentinelText.decoded(header) else {
                    throw .headerMismatch("\(name) header is not valid base64 between =?base64? and ?=")
                }
                guard Self.matches(decoded, value) else {
                    throw .headerMismatch("\(name) header does not match the argument \(rule.path.joined(separator: "."))")
                }
            }
        }
    }

    private static func matches(_ header: String, _ value: JSON) -> Bool {
        // As numbers: 42 and 42.0 are one value in two spellings.
        if let integer = value.int64Value { return JSONNumber(header)?.int64 == integer }
        guard let text = text(of: value) else { return false }
        return header.isExactly(text)
    }

    /// The argument as a header has it; nil for arrays and objects, which can't be repeated.
    private static func text(of value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .bool(let isTrue): isTrue ? "true" : "false"
        case .number(let number): number.text
        case .null, .array, .object: nil
        }
    }
}
