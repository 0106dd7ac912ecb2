public import Wire

/// One call of a tool or prompt, or one read of a resource, as its handler sees it.
public struct FeatureCall: Sendable {
    /// What was called, with all its parameters.
    public let operation: Operation
    /// Who calls, and the way to tell it about progress and events.
    public let context: any CallContext
    /// The way to ask the client something.
    public let interview: Interview

    /// A call whose questions go to that context's client.
    /// - Throws: `MCPError` where the state that came with answers can't be read.
    package init(_ operation: Operation, _ context: any CallContext) throws(MCPError) {
        self.operation = operation
        self.context = context
        interview = try Interview(operation.resumption, context)
    }

    /// The arguments; empty where there are none.
    public var arguments: JSONObject { operation.arguments }
}
