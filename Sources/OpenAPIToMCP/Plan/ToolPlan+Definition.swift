import MCPServer
public import Wire

extension ToolPlan {
    /// The tool as it stands in `tools/list`.
    public var definition: JSONObject {
        var definition: JSONObject = ["name": .string(name)]
        if let title { definition["title"] = .string(title) }
        definition["description"] = .string(description)
        definition["inputSchema"] = .object(inputSchema)
        if let outputSchema { definition["outputSchema"] = .object(outputSchema) }
        let hints = [
            ("readOnlyHint", annotations.readOnly), ("destructiveHint", annotations.destructive),
            ("idempotentHint", annotations.idempotent),
            ("openWorldHint", annotations.openWorld),
        ]
        let known = hints.compactMap { name, hint in hint.map { (name, JSON.bool($0)) } }
        if !known.isEmpty { definition["annotations"] = .object(JSONObject(known)) }
        return definition
    }
}
