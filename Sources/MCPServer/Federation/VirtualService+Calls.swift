import Wire

extension VirtualService {
    func callTool(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        let exposed = operation.target ?? ""
        guard let (member, tool) = try await visibleTool(exposed, context) else { throw MCPError.unknownTool(exposed) }
        return try await call(operation, at: member, as: tool, context)
    }

    func getPrompt(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        let exposed = operation.target ?? ""
        guard let (member, prompt) = try await named(exposed, .prompts, context) else { throw Self.unknownPrompt(exposed) }
        return try await call(operation, at: member, as: prompt, context)
    }

    func readResource(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        let exposed = operation.target ?? ""
        // A call that goes on goes to where it began.
        if let state = operation.resumption?.state {
            let (member, own) = try origin(of: state)
            return try await call(operation, at: member, as: own, context)
        }
        let route = try await route(exposed, context)
        return try await call(operation, at: route.member, as: route.uri, context)
    }

    /// Completes an argument of a member's prompt or template. A member without completions has no suggestions.
    func complete(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        var params = operation.params
        let member: Int
        var ref = params["ref"]?.objectValue ?? JSONObject()
        switch ref["type"]?.stringValue {
        case "ref/prompt":
            let exposed = ref["name"]?.stringValue ?? ""
            guard let (found, prompt) = try await named(exposed, .prompts, context) else {
                throw Self.unknownPrompt(exposed)
            }
            member = found
            ref["name"] = .string(prompt)
        case "ref/resource":
            let route = try await route(ref["uri"]?.stringValue ?? "", context)
            member = route.member
            ref["uri"] = .string(route.uri)
        default: throw MCPError.invalidParams("params.ref.type must be ref/prompt or ref/resource")
        }
        params["ref"] = .object(ref)
        do {
            let outcome = try await members[member].service.perform(
                Operation(.complete, params: params), self.context(context, of: member))
            guard case .complete(let result, let hint) = outcome else { return outcome }
            return .complete(Self.bounded(result), hint)
        } catch let error as MCPError {
            guard case .methodNotFound = error.kind else { throw error }
            return .complete(["completion": ["values": [], "hasMore": false]])
        }
    }

    /// At most 100 values, as every revision has it.
    private static func bounded(_ result: RawObject) -> RawObject {
        guard let values = result["completion"]?["values"]?.arrayValue, values.count > 100 else { return result }
        var result = result
        var completion = result["completion"] ?? [:]
        completion["values"] = .array(Array(values.prefix(100)))
        completion["hasMore"] = true
        result["completion"] = completion
        return result
    }

    static func unknownPrompt(_ name: String) -> MCPError { .invalidParams("Unknown prompt: \(name.prefix(256))") }

    // MARK: - At the member

    /// The call at the member, under its own name or URI there, and what comes of it as clients see it.
    private func call(
        _ operation: Operation, at member: Int, as own: String, _ context: any CallContext
    ) async throws -> Outcome {
        let exposed = operation.target ?? ""
        var inner = operation.retargeted(to: own)
        if let resumption = operation.resumption {
            let state = try resumption.state.map { state in
                guard try origin(of: state) == (member, own) else { throw Self.foreignState }
                return MemberState(state)?.state
            }
            inner.resumption = Resumption(state: state ?? nil, answers: resumption.answers)
        }
        let outcome: Outcome
        do {
            outcome = try await members[member].service.perform(inner, self.context(context, of: member))
        } catch let error as MCPError {
            throw exposing(error, own: own, exposed: exposed, of: member)
        }
        switch outcome {
        case .complete(let result, let hint):
            let requested = operation.kind == .readResource ? (own: own, exposed: exposed) : nil
            return .complete(exposing(result, of: operation.kind, from: member, context, requested: requested), hint)
        case .needs(let asks, let state):
            let tagged = MemberState(member: members[member].id, target: own, state: state)
            return .needs(asks.map { $0.saying(who: members[member].label, prefix: idPrefix(of: member)) }, tagged.continuation)
        case .task(let task):
            return .task(TaskReference(exposingTask(task.object, of: member, context)))
        }
    }

    private static let foreignState = MCPError.invalidParams("params.requestState does not belong to this call")

    /// Where a call that goes on began: the member, and what was called there.
    private func origin(of state: Continuation) throws(MCPError) -> (Int, String) {
        guard let tagged = MemberState(state) else { throw Self.foreignState }
        guard let member = members.firstIndex(where: { $0.id.isExactly(tagged.member) }) else {
            throw .invalidParams("The server that asked can't be used by this caller any more")
        }
        return (member, tagged.target)
    }

    private func exposing(_ error: MCPError, own: String, exposed: String, of member: Int) -> MCPError {
        switch error.kind {
        case .resourceNotFound(let uri) where uri.isExactly(own): return .resourceNotFound(uri: exposed)
        case .urlElicitationRequired(let elicitations):
            let decorated = elicitations.map { $0.saying(who: members[member].label, prefix: idPrefix(of: member)) }
            return MCPError(.urlElicitationRequired(decorated), error.message, data: nil)
        default: return error
        }
    }

    // MARK: - Names

    /// The member and the member's own name of a tool; nil where none exists for this caller.
    func visibleTool(_ exposed: String, _ context: any CallContext) async throws -> (Int, String)? {
        guard let (member, tool) = try await named(exposed, .tools, context), isVisible(members[member].id, tool) else {
            return nil
        }
        return (member, tool)
    }

    /// The member and the member's own name for an exposed one. Only for a name that was shortened is the member's list
    /// needed, and fetched where it is not known.
    private func named(
        _ exposed: String, _ kind: Operation.ListKind, _ context: any CallContext
    ) async throws -> (Int, String)? {
        guard let parsed = ExposedName.parse(exposed), let member = positions[parsed.prefix],
            prefixes[member].isExactly(parsed.prefix)
        else { return nil }
        guard parsed.isShortened else {
            // Whoever writes a long name in full does not call it by the name that is listed.
            return ExposedName.name(parsed.rest, prefix: parsed.prefix).isExactly(exposed) ? (member, parsed.rest) : nil
        }
        let caller = caller(context)
        let known = memory.with { records, now in
            records.listing(kind, ofMember: members[member].id, for: caller, now: now)
        }
        if let name = known?.shortened[exposed] { return (member, name) }
        switch try await answer(kind, of: member, context) {
        case .listing(let listing): return listing.shortened[exposed].map { (member, $0) }
        case .missing: throw MCPError(.upstreamUnavailable, "\(members[member].label) can't be reached")
        }
    }
}
