public import Wire

/// One tool of an embedded server: what a client is told of it, and what it does.
public struct Tool: Sendable {
    /// What a client may assume of a tool. Absent members are the specification's defaults.
    public struct Annotations: Sendable, Hashable {
        /// It changes nothing.
        public var readOnly: Bool?
        /// It may destroy something; means something only where it is not read-only.
        public var destructive: Bool?
        /// Repeating it changes nothing more.
        public var idempotent: Bool?
        /// It deals with things beyond this server.
        public var openWorld: Bool?

        /// Hints; nil leaves one out.
        public init(readOnly: Bool? = nil, destructive: Bool? = nil, idempotent: Bool? = nil, openWorld: Bool? = nil) {
            self.readOnly = readOnly
            self.destructive = destructive
            self.idempotent = idempotent
            self.openWorld = openWorld
        }

        fileprivate var json: JSONObject {
            var json = JSONObject()
            let members = [
                ("readOnlyHint", readOnly), ("destructiveHint", destructive), ("idempotentHint", idempotent),
                ("openWorldHint", openWorld),
            ]
            for (name, value) in members { if let value { json[name] = .bool(value) } }
            return json
        }
    }

    /// Does the call. Its arguments fit the schema.
    ///
    /// It throws `MCPError.invalidToolArguments` for arguments that no schema can judge, and gives
    /// `ToolResult.failure` for what the model should read.
    public typealias Handler = @Sendable (_ arguments: JSONObject, _ context: any CallContext) async throws -> ToolResult

    /// Does the call, as `Handler`, and asks by `call.interview`.
    public typealias CallHandler = @Sendable (_ call: FeatureCall) async throws -> ToolResult

    /// The name by which it is called.
    public let name: String
    /// The tool as it stands in `tools/list`.
    public let definition: JSONObject
    /// What its arguments must be.
    public let inputSchema: JSONObject
    let argumentChecker: ArgumentChecker
    let handler: CallHandler

    /// A tool that needs no more than its arguments and context.
    ///
    /// - Parameters:
    ///   - name: 1 to 128 of `A-Z a-z 0-9 _ . -` (the specification's SHOULD, which all clients take).
    ///   - inputSchema: of type `object`.
    ///   - outputSchema: of type `object`, or since 2026-07-28 of any; the results then have structured content that
    ///     fits it.
    public init(
        name: String, title: String? = nil, description: String, inputSchema: JSONObject,
        outputSchema: JSONObject? = nil, annotations: Annotations = Annotations(), handler: @escaping Handler
    ) {
        self.init(
            name: name, title: title, description: description, inputSchema: inputSchema, outputSchema: outputSchema,
            annotations: annotations
        ) { (call: FeatureCall) in try await handler(call.arguments, call.context) }
    }

    /// A tool that sees the whole call, and may ask its client.
    ///
    /// - Parameters:
    ///   - name: 1 to 128 of `A-Z a-z 0-9 _ . -`.
    ///   - inputSchema: of type `object`.
    ///   - outputSchema: of type `object`, or since 2026-07-28 of any; the results then have structured content that
    ///     fits it.
    ///   - extra: further members of the definition, such as `icons` and `_meta`.
    ///   - wholeSchema: what arguments must fit, where `inputSchema` tells clients less than that.
    public init(
        name: String, title: String? = nil, description: String, inputSchema: JSONObject,
        outputSchema: JSONObject? = nil, annotations: Annotations = Annotations(), extra: JSONObject = JSONObject(),
        checkedBy wholeSchema: JSONObject? = nil, handler: @escaping CallHandler
    ) {
        self.name = name
        self.inputSchema = inputSchema
        argumentChecker = ArgumentChecker(schema: wholeSchema ?? inputSchema)
        self.handler = handler
        var definition: JSONObject = ["name": .string(name)]
        if let title { definition["title"] = .string(title) }
        definition["description"] = .string(description)
        definition["inputSchema"] = .object(inputSchema)
        if let outputSchema { definition["outputSchema"] = .object(outputSchema) }
        let hints = annotations.json
        if !hints.isEmpty { definition["annotations"] = .object(hints) }
        for (name, value) in extra { definition.appendIfAbsent(name, value) }
        self.definition = definition
    }
}
