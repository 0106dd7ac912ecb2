public import MCPServer
public import Wire

/// One operation as a tool: what a model sees of it, and how a call becomes a request.
public struct ToolPlan: Sendable {
    /// 1 to 64 of `A-Z a-z 0-9 _ -`, once in its compilation.
    public let name: String
    public let title: String?
    public let description: String
    /// Self-contained, of type `object`.
    public let inputSchema: JSONObject
    /// Self-contained, of type `object`; nil where no answer is described as data.
    public let outputSchema: JSONObject?
    public let annotations: Tool.Annotations
    /// The whole schemas, where what a model sees was pruned.
    public let wholeInputSchema: JSONObject?
    public let wholeOutputSchema: JSONObject?
    /// Such as `GET /pets/{id}`.
    public var operation: String { "\(request.method) \(request.path)" }
    /// For filters and people.
    public let tags: [String]

    let request: RequestPlan
    let result: ResultPlan

    init(
        name: String, title: String?, description: String, inputSchema: JSONObject, outputSchema: JSONObject?,
        annotations: Tool.Annotations, wholeInputSchema: JSONObject? = nil, wholeOutputSchema: JSONObject? = nil,
        tags: [String] = [], request: RequestPlan, result: ResultPlan
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.inputSchema = inputSchema
        self.outputSchema = outputSchema
        self.annotations = annotations
        self.wholeInputSchema = wholeInputSchema
        self.wholeOutputSchema = wholeOutputSchema
        self.tags = tags
        self.request = request
        self.result = result
    }
}
