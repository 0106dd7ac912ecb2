import Wire

/// The longest tool or prompt name that is looked at, in bytes. The specification's SHOULD is 128; upstreams exceed it.
private let maximumNameBytes = 1024
/// The longest URI, task id or cursor that is looked at, in bytes.
private let maximumTextBytes = 16 << 10

extension Method {
    /// The operation that these parameters ask for, with the members of the protocol taken out.
    /// - Throws: `invalidParams` that names the member.
    func operation(_ kind: Operation.Kind, params: JSONObject?) throws(MCPError) -> Operation {
        let params = params ?? JSONObject()
        if let meta = params["_meta"], meta.kind != .object {
            throw .invalidParams("params._meta must be an object, not \(meta.kind.withArticle)")
        }
        let target = try target(in: params)
        switch kind {
        case .callTool, .getPrompt:
            if let arguments = params["arguments"], arguments.kind != .object {
                throw .invalidParams("params.arguments must be an object, not \(arguments.kind.withArticle)")
            }
        case .list:
            if let cursor = params["cursor"] { _ = try Self.text(cursor, named: "params.cursor", atMost: maximumTextBytes) }
        case .complete:
            guard params["ref"]?.kind == .object else { throw .invalidParams("params.ref must be an object") }
            guard params["argument"]?["name"]?.kind == .string, params["argument"]?["value"]?.kind == .string else {
                throw .invalidParams("params.argument must have name and value, both strings")
            }
        case .readResource, .other: break
        }
        return Operation(kind, target: target, params: RawObject(params.withoutProtocolKeys()))
    }

    /// The task operation that these parameters ask for.
    func taskOperation(_ kind: TaskOperation.Kind, params: JSONObject?) throws(MCPError) -> TaskOperation {
        var rest = params ?? JSONObject()
        let id = try target(in: rest) ?? ""
        // `inputResponses` is a member of tasks/update itself, unlike in a repeated call.
        rest.removeFromMeta(ProtocolKey.ofRequests)
        return TaskOperation(kind, id: id, params: RawObject(rest))
    }

    /// The value of the member that says on what the method works; nil for a method without one.
    private func target(in params: JSONObject) throws(MCPError) -> String? {
        guard let targetMember else { return nil }
        guard let value = params[targetMember] else { throw .invalidParams("params.\(targetMember) is missing") }
        let limit = targetMember == "name" ? maximumNameBytes : maximumTextBytes
        return try Self.text(value, named: "params.\(targetMember)", atMost: limit)
    }

    private static func text(_ value: JSON, named name: String, atMost limit: Int) throws(MCPError) -> String {
        guard let text = value.stringValue else {
            throw .invalidParams("\(name) must be a string, not \(value.kind.withArticle)")
        }
        guard text.utf8.count <= limit else { throw .invalidParams("\(name) is longer than \(limit) bytes") }
        return text
    }
}
