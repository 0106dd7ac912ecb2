import MCPServer
import Wire

/// Makes the features of a compiled document: its tools, and as resources the schemas that were too large for the list.
enum ServedFeatures {
    /// The most bytes of instructions that come from the document.
    private static let greatestInstructions = 4_000

    static func make(
        _ compilation: Compilation, _ configuration: OpenAPIService.Configuration, changes: ChangeHub
    ) -> FeatureSet {
        let credentials = CallCredentials(
            given: configuration.credentials, schemes: compilation.securitySchemes,
            tokens: AccessTokens(client: configuration.client))
        let tools = compilation.tools.map { plan in
            let server = ServerAddress.resolve(
                plan.request.servers, override: configuration.serverAddress, base: compilation.baseURI)
            let caller = OperationCaller(
                plan: plan, schemas: compilation.schemas, server: server, client: configuration.client,
                credentials: credentials, policy: configuration.policy,
                reader: AnswerReader(plan, schemas: compilation.schemas))
            return Tool(
                name: plan.name, title: plan.title, description: plan.description, inputSchema: plan.inputSchema,
                outputSchema: plan.outputSchema, annotations: plan.annotations, checkedBy: plan.wholeInputSchema
            ) { call in await caller.call(call.arguments, call.context) }
        }
        let title = compilation.title.isEmpty ? "openapi" : compilation.title
        return FeatureSet(
            identity: Implementation(name: title, version: compilation.version.isEmpty ? "0" : compilation.version),
            instructions: compilation.description.map { String($0.prefix(greatestInstructions)) }, tools: tools,
            resources: compilation.tools.flatMap(wholeSchemas), changes: changes)
    }

    private static func wholeSchemas(_ plan: ToolPlan) -> [Resource] {
        [("input", plan.wholeInputSchema), ("output", plan.wholeOutputSchema)].compactMap { kind, schema in
            guard let schema else { return nil }
            let uri = "openapi://tools/\(plan.name)/\(kind)-schema.json"
            let text = JSON.object(schema).serialized()
            return Resource(
                uri: uri, name: "\(plan.name) \(kind) schema",
                description: "The whole \(kind) schema of the tool \(plan.name), which was too large for the list of tools",
                mimeType: "application/schema+json", size: text.utf8.count
            ) { _ in [.text(text, uri: uri, mimeType: "application/schema+json")] }
        }
    }
}
