import Wire

extension VirtualService {
    /// Does something with a member's task.
    /// - Throws: `invalidParams` for a task of no member.
    public func task(_ operation: TaskOperation, _ context: any CallContext) async throws -> RawObject {
        guard let (member, own) = memberTask(operation.id) else { throw MCPError.invalidParams("Unknown task") }
        var params = operation.params
        params["taskId"] = .string(own)
        let result = try await members[member].service.task(
            TaskOperation(operation.kind, id: own, params: params), self.context(context, of: member))
        return exposingTask(result, of: member, context)
    }

    /// The member of a task, and the member's own id of it. Ids are not shortened: no model sees them.
    func memberTask(_ id: String) -> (Int, String)? {
        guard let parsed = ExposedName.parse(id), let member = positions[parsed.prefix] else { return nil }
        return (member, parsed.rest)
    }

    /// A member's task as clients see it.
    func exposingTask(_ task: RawObject, of member: Int, _ context: any CallContext) -> RawObject {
        var task = task
        if let id = task["taskId"]?.stringValue {
            task["taskId"] = .string(idPrefix(of: member) + id)
        }
        if let result = task["result"]?.objectValue {
            // Only tool calls become tasks.
            task["result"] = .object(exposing(RawObject(result), of: .callTool, from: member, context).object)
        }
        if let asks = task["inputRequests"]?.objectValue {
            let (label, prefix) = (members[member].label, idPrefix(of: member))
            task["inputRequests"] = .object(
                JSONObject(
                    asks.map { name, ask in
                        guard ask["method"] == "elicitation/create", let params = ask["params"]?.objectValue else {
                            return (name, ask)
                        }
                        var ask = ask
                        ask["params"] = .object(RawObject(params).saying(who: label, prefix: prefix).object)
                        return (name, ask)
                    }))
        }
        return task
    }
}
