import MCPServer

/// The embedded server `everything`: one of each thing that MCP has, for trying out a client, or a gateway between two.
///
/// The names that begin with `test` are those that the conformance suite of the protocol looks for; what they do is told
/// there. The others show what the suite leaves out.
enum EverythingServer {
    private static let pageSize = ConfigTemplate(
        "page_size", .initOptional, description: "how many entries a page of a list has at most", example: "10",
        defaultValue: "250", fault: { size($0) == nil ? "a whole number from 1 to 1000" : nil })

    private static func size(_ text: String) -> Int? { Int(text).flatMap { (1...1000).contains($0) ? $0 : nil } }

    /// The entry in the catalogue.
    static let entry = EmbeddedServer.Entry(
        name: "Everything",
        description: "One of each thing that MCP has, for trying out a client: tools, resources, prompts, questions.",
        tags: ["test", "demo"], templates: [pageSize]
    ) { values, _ throws(EmbeddedConfigError) in
        guard let size = values[pageSize].flatMap(size) else {
            throw .invalid(pageSize.name, of: "everything", expected: "a whole number from 1 to 1000")
        }
        return make(pageSize: size)
    }

    /// The server.
    ///
    /// - Parameter pause: how a tool lets time pass; throws `CancellationError` where its call is cancelled meanwhile.
    static func make(
        pageSize: Int = 250, pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) -> FeatureSet {
        let parts = EverythingParts(changes: ChangeHub(), memory: EverythingMemory(), pause: pause)
        return FeatureSet(
            identity: Implementation(name: "everything", version: "1.0.0", title: "Everything"),
            instructions: """
                A server for trying out a client. Every tool says what it shows; none changes anything outside this server. \
                Start with echo, or with describe_client to see what the server knows of you.
                """,
            // Suites and simple clients look at the first page, and call the first tool: those come first.
            tools: ContentTools.tools + NotifyingTools.tools(parts) + AskingTools.tools + RoundTripTools.tools
                + SimpleTools.tools + ResultTools.tools + LongTools.tools(parts) + ClientTools.tools
                + StateTools.tools(parts),
            resources: EverythingResources.resources(parts), resourceTemplates: EverythingResources.templates,
            prompts: EverythingPrompts.prompts, logs: true, changes: parts.changes, pageSize: pageSize)
    }
}

/// What the tools and resources of one server share.
struct EverythingParts: Sendable {
    let changes: ChangeHub
    let memory: EverythingMemory
    let pause: @Sendable (Duration) async throws -> Void
}
