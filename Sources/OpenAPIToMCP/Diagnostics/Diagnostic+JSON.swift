public import Wire

extension Diagnostic {
    /// For programs: `severity`, `code`, `document`, `pointer`, `line`, `column`, `message`, `advice`, `text`; what is not known is absent.
    public var json: JSONObject {
        var json: JSONObject = [
            "severity": .string(severity.rawValue), "code": .string(code.description), "document": .string(document),
            "pointer": .string(pointer.description),
        ]
        if let location {
            json["line"] = .integer(location.line)
            json["column"] = .integer(location.column)
        }
        json["message"] = .string(message)
        if let advice { json["advice"] = .string(advice) }
        json["text"] = .string(description)
        return json
    }
}

extension Compilation.Coverage {
    /// For programs.
    public var json: JSONObject {
        [
            "operations": .integer(operations), "compiled": .integer(compiled), "with_warnings": .integer(withWarnings),
            "refused": .integer(refused), "filtered": .integer(filtered), "inbound": .integer(inbound),
        ]
    }
}

extension Compilation {
    /// What became of the document, for programs: its title, the coverage, the diagnostics, and each tool with its operation.
    public var report: JSONObject {
        [
            "title": .string(title), "version": .string(version), "coverage": .object(coverage.json),
            "diagnostics": .array(diagnostics.map { .object($0.json) }),
            "omitted_diagnostics": .integer(omittedDiagnostics),
            "tools": .array(
                tools.map { tool in
                    var json: JSONObject = ["operation": .string(tool.operation)]
                    for (name, value) in tool.definition { json.appendIfAbsent(name, value) }
                    return .object(json)
                }),
        ]
    }
}
