import MCPServer
import Wire

/// A tool whose schemas are not yet written: how large they may be depends on all the others.
struct ToolDraft {
    let operation: APIOperation
    let name: String
    let arguments: ToolArguments
    let answers: ToolAnswers
    /// Whether there is an output schema.
    let hasOutput: Bool

    var annotations: Tool.Annotations { MethodAnnotations.annotations(of: operation.method) }

    var request: RequestPlan {
        RequestPlan(
            method: operation.method, path: operation.path, servers: operation.servers, parameters: arguments.parameters,
            body: arguments.body,
            security: operation.security)
    }
}

/// A schema as large as it may be.
struct FittedSchema {
    let schema: JSONObject
    let byteCount: Int
    /// The schema before anything was left out; nil where nothing was, or where it can't be kept.
    let whole: JSONObject?
    /// Members left out, or there without what is in them.
    let omitted: Int

    init(_ root: JSONObject, _ definitions: Definitions, budget: Int) {
        let whole = definitions.selfContained(root)
        // Putting definitions in their place saves a part, seldom more than a fifth.
        if let whole, whole.byteCount <= budget + budget / 4 {
            let inlined = SchemaInliner.inlined(whole.schema)
            let byteCount = inlined.byteCount
            if byteCount <= budget {
                (schema, self.byteCount, self.whole, omitted) = (inlined, byteCount, nil, 0)
                return
            }
        }
        let pruned = SchemaPruner.pruned(root, definitions, budget: budget)
        schema = SchemaInliner.inlined(pruned.schema)
        byteCount = schema.byteCount
        self.whole = pruned.isWhole ? nil : whole?.schema
        omitted = pruned.omitted
    }
}

extension ToolDraft {
    /// The tool with those schemas.
    func plan(
        _ text: ToolText, input: JSONObject, output: JSONObject?, wholeInput: JSONObject? = nil, wholeOutput: JSONObject? = nil
    ) -> ToolPlan {
        ToolPlan(
            name: name, title: text.title, description: text.description, inputSchema: input, outputSchema: output,
            annotations: annotations,
            wholeInputSchema: wholeInput, wholeOutputSchema: wholeOutput, tags: operation.tags, request: request,
            result: answers.plan)
    }
}
