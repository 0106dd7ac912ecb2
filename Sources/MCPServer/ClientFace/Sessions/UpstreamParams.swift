import Wire

/// The parameters of an operation as an upstream's era wants them.
enum UpstreamParams {
    /// For a legacy upstream: as they are, with a token where progress is wanted. nil: none at all.
    static func legacy(_ operation: Operation, progressToken: Int?) -> RawObject? {
        var params = operation.params
        // Tasks of 2025-11-25 are not carried, so nobody may ask for one.
        if operation.kind == .callTool, params["task"] != nil { params["task"] = nil }
        guard let progressToken else { return params.object.isEmpty ? nil : params }
        var meta = params["_meta"]?.objectValue ?? JSONObject()
        meta[ProtocolKey.progressToken] = .integer(progressToken)
        params["_meta"] = .object(meta)
        return params
    }

    /// For a modern upstream: with who asks and what they can do, and what a repeated call adds.
    static func modern(
        _ operation: Operation, id: Int, context: any CallContext, revision: Revision, identity: Implementation
    ) -> RawObject {
        var object = operation.params.object
        if operation.kind == .callTool, object.contains("task") { object["task"] = nil }
        if let resumption = operation.resumption {
            var responses = JSONObject()
            for (key, answer) in resumption.answers.sorted(by: { $0.key < $1.key }) {
                if case .result(let result) = answer { responses[key.name] = .object(result.object) }
            }
            if !responses.isEmpty { object["inputResponses"] = .object(responses) }
            if let state = resumption.state { object["requestState"] = .string(state.text) }
        }
        object["_meta"] = .object(
            meta(
                object["_meta"]?.objectValue ?? JSONObject(), client: context.client, revision: revision, identity: identity,
                progressToken: context.client.progressToken == nil ? nil : id))
        return RawObject(object)
    }

    /// What every modern request says of who sends it.
    static func meta(
        _ meta: JSONObject = JSONObject(), client: ClientProfile?, revision: Revision, identity: Implementation,
        progressToken: Int? = nil
    ) -> JSONObject {
        var meta = meta
        meta[ProtocolKey.protocolVersion] = .string(revision.rawValue)
        meta[ProtocolKey.clientCapabilities] = .object(client.map(capabilities) ?? JSONObject())
        meta[ProtocolKey.clientInfo] = .object((client?.info ?? identity).json)
        if let level = client?.logLevel { meta[ProtocolKey.logLevel] = .string(level.rawValue) }
        if let progressToken { meta[ProtocolKey.progressToken] = .integer(progressToken) }
        return meta
    }

    /// What the client behind a request can do: its own words where it is modern, never more.
    private static func capabilities(of client: ClientProfile) -> JSONObject {
        guard client.revision.era == .modern, client.askForm != .none else {
            // 2026-07-28 has no word for roots that change: each request that needs them asks for them.
            return ClientFeatures(client).subtracting(.rootChanges).json
        }
        return client.capabilities.json
    }
}

extension Operation.Kind {
    /// The method on the wire.
    var method: String {
        switch self {
        case .callTool: "tools/call"
        case .getPrompt: "prompts/get"
        case .readResource: "resources/read"
        case .complete: "completion/complete"
        case .list(.tools): "tools/list"
        case .list(.prompts): "prompts/list"
        case .list(.resources): "resources/list"
        case .list(.resourceTemplates): "resources/templates/list"
        case .other(let method): method
        }
    }
}
