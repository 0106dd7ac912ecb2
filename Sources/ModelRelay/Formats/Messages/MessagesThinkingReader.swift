internal import Wire

/// Reads `thinking`, `output_config` and the older `output_format`.
enum MessagesThinkingReader {
    static func read(_ request: Member, into conversation: inout Conversation) throws(RelayError) {
        var reasoning = ReasoningRequest()
        if let thinking = try request.member("thinking") {
            let type = try thinking.required("type")
            switch try type.string() {
            case "enabled": reasoning.budget = try thinking.required("budget_tokens").integer()
            case "adaptive": reasoning.isAdaptive = true
            case "disabled": reasoning.budget = 0
            // Such as `between_tools`: a way that no other format has.
            default: conversation.ownMembers["thinking"] = thinking.json
            }
            if conversation.ownMembers["thinking"] == nil {
                reasoning.summary = try thinking.member("display").map { (display) throws(RelayError) in
                    try display.string() == "omitted" ? "none" : "auto"
                }
            }
        }
        var format = try request.member("output_format")
        if let configuration = try request.member("output_config") {
            reasoning.effort = try configuration.member("effort")?.string()
            format = try configuration.member("format") ?? format
            var rest = try configuration.object()
            rest.remove(["effort", "format"])
            let told = rest.filter { !$0.value.isNull }
            if !told.isEmpty { conversation.ownMembers["output_config"] = .object(JSONObject(told.map { ($0.name, $0.value) })) }
        }
        if let format { conversation.outputFormat = try self.outputFormat(format) }
        if reasoning != ReasoningRequest() { conversation.reasoning = reasoning }
    }

    private static func outputFormat(_ format: Member) throws(RelayError) -> OutputFormat {
        let type = try format.required("type")
        guard try type.string() == "json_schema" else { throw type.unacceptable("must be `json_schema`") }
        let schema = try format.required("schema")
        _ = try schema.object()
        // Here a schema has no name and always binds.
        return .jsonSchema(name: "answer", description: nil, schema: schema.json, isStrict: true)
    }
}
