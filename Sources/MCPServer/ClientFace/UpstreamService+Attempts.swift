import Wire

extension UpstreamService {
    // MARK: - Legacy

    /// One attempt over a session.
    func attempt(
        _ operation: Operation, _ context: any CallContext, on session: UpstreamSession, _ attempts: inout CallAttempts
    ) async throws(MCPError) -> CallAttempts.Step {
        try await settleVisits(operation, on: session)
        let answer: LinkAnswer
        do throws(LinkFault) {
            if let ending = session.ending { throw LinkFault(.sessionLost, ending.summary) }
            answer = try await session.call(operation, context)
        } catch {
            if error.kind == .sessionLost || session.ending != nil { drop(session) }
            return try step(after: error, of: operation, &attempts)
        }
        noteContact()
        return try step(answer.content, of: operation, context, on: session)
    }

    // These by themselves: what they hold has no place in the frame that waits for the upstream.
    @inline(never)
    private func step(
        after fault: LinkFault, of operation: Operation, _ attempts: inout CallAttempts
    ) throws(MCPError) -> CallAttempts.Step {
        note(fault)
        guard let step = attempts.handle(fault, isRepeatable: isRepeatable(operation)) else {
            throw UpstreamAnswer.error(fault)
        }
        return step
    }

    @inline(never)
    private func step(
        _ content: LinkAnswer.Content, of operation: Operation, _ context: any CallContext, on session: UpstreamSession
    ) throws(MCPError) -> CallAttempts.Step {
        switch content {
        case .result(let result):
            if operation.kind == .list(.tools) { learn(result) }
            return .done(.complete(result, nil))
        case .failure(let error):
            // Capability for completion exists only from 2025-03-26 on: older servers may have it or not.
            if operation.kind == .complete, session.greeting.revision < .march2025, error.code == ErrorCode.methodNotFound {
                return .done(.complete(["completion": ["values": []]], nil))
            }
            if let needs = visits(for: error, client: context.client) { return .done(needs) }
            follow(error, context, on: session)
            throw UpstreamAnswer.error(
                error, of: operation, upstream: session.greeting.revision, client: context.client)
        }
    }

    // MARK: - Modern

    /// One attempt at a modern upstream.
    func attempt(
        _ operation: Operation, _ context: any CallContext, on upstream: StatelessUpstream, _ attempts: inout CallAttempts
    ) async throws(MCPError) -> CallAttempts.Step {
        let refused = operation.resumption?.answers.values.contains { if case .refused = $0 { true } else { false } } ?? false
        // A repeated call has no form for a question that was not answered.
        if refused { throw .internalError("The client refused to answer what the upstream asked") }
        let headers = await parameterHeaders(operation, context)
        let answer: LinkAnswer
        do {
            answer = try await upstream.call(operation, context, parameterHeaders: headers)
        } catch {
            if upstream.ending != nil { drop(upstream) }
            if contradicts(error), attempts.reprobe() {
                note(error)
                forgetEra(upstream)
                return .again(after: .zero)
            }
            return try step(after: error, of: operation, &attempts)
        }
        noteContact()
        switch answer.content {
        case .result(let result): return try step(result, of: operation, context)
        case .failure(let error):
            return try await step(after: error, answer.status, of: operation, context, on: upstream, &attempts)
        }
    }

    private func step(
        after error: RPCError, _ status: Int, of operation: Operation, _ context: any CallContext,
        on upstream: StatelessUpstream, _ attempts: inout CallAttempts
    ) async throws(MCPError) -> CallAttempts.Step {
        if contradicts(error, status: status), attempts.reprobe() {
            forgetEra(upstream)
            return .again(after: .zero)
        }
        if error.code == ErrorCode.headerMismatch, operation.kind == .callTool, attempts.refresh() {
            catalogue.invalidate()
            await readTools(context)
            return .again(after: .zero)
        }
        throw UpstreamAnswer.error(error, of: operation, upstream: upstream.revision, client: context.client)
    }

    @inline(never)
    private func step(
        _ result: RawObject, of operation: Operation, _ context: any CallContext
    ) throws(MCPError) -> CallAttempts.Step {
        var result = result
        if operation.kind == .list(.tools) {
            learn(result)
            if dropsInvalidTools(for: context.client) { result = ToolPage.withoutInvalidTools(result) }
        }
        return .done(try UpstreamAnswer.outcome(result, of: operation, client: context.client))
    }

    /// Whether a fault shows that the upstream is no modern server any more. None of these has run the call.
    private func contradicts(_ fault: LinkFault) -> Bool {
        switch fault.kind {
        case .refused(let status): [400, 404, 405, 406, 415].contains(status)
        default: false
        }
    }

    /// As above: an error that a legacy server has for what came without a session.
    private func contradicts(_ error: RPCError, status: Int) -> Bool {
        if error.code == ErrorCode.unsupportedRevision { return true }
        return status == 400 && [-32000, -32001, ErrorCode.invalidRequest].contains(error.code)
    }

    /// Over HTTP a tool is invalid for everybody; over lines only for clients that would make its headers.
    private func dropsInvalidTools(for client: ClientProfile) -> Bool {
        if case .lines = endpoint.transport { return client.revision.era == .modern }
        return true
    }

    /// The headers that repeat arguments of a call over HTTP.
    private func parameterHeaders(
        _ operation: Operation, _ context: any CallContext
    ) async -> [(name: String, value: String)] {
        guard operation.kind == .callTool, let name = operation.target else { return [] }
        if case .lines = endpoint.transport { return [] }
        var entry = catalogue.current(name)
        if entry == nil {
            await readTools(context)
            entry = catalogue[name]
        }
        guard let rules = entry?.headers, !rules.isEmpty else { return [] }
        return rules.headers(for: operation.arguments)
    }

    // MARK: - What is known of tools

    /// Whether an operation may be carried out twice without harm.
    private func isRepeatable(_ operation: Operation) -> Bool {
        switch operation.kind {
        case .list, .readResource, .getPrompt, .complete: true
        case .callTool: endpoint.isTrusted && operation.target.flatMap { catalogue[$0] }?.isRepeatable == true
        case .other: false
        }
    }

    private func learn(_ page: RawObject) {
        guard let tools = page["tools"]?.arrayValue else { return }
        catalogue.learn(tools)
    }

    /// Reads the whole list of tools, unless that was done lately. What can't be read stays unknown.
    func readTools(_ context: any CallContext) async {
        guard !catalogue.isComplete(since: now().advanced(by: .zero - endpoint.limits.profile)) else { return }
        await reading.run { [weak self] in await self?.readAllTools(context) }
    }

    private func readAllTools(_ context: any CallContext) async {
        var tools: [JSON] = []
        var cursor: String?
        var seen: Set<String> = []
        let key = SessionKey(context, isStateless: endpoint.isStateless)
        let asking = BackgroundContext(context)
        repeat {
            var params = RawObject()
            if let cursor { params["cursor"] = .string(cursor) }
            guard let page = await toolPage(Operation(.list(.tools), params: params), asking, key) else {
                return catalogue.noteFailure(now: now())
            }
            tools += page["tools"]?.arrayValue ?? []
            cursor = page["nextCursor"]?.stringValue
            guard tools.count <= endpoint.limits.maximumTools else { break }
            // A cursor that comes again would lead around for ever.
            if let next = cursor, !seen.insert(next).inserted { cursor = nil }
        } while cursor != nil
        catalogue.replace(tools, now: now())
    }

    private func toolPage(_ operation: Operation, _ context: any CallContext, _ key: SessionKey) async -> RawObject? {
        guard let reached = try? await reach(key, context) else { return nil }
        let answer: LinkAnswer?
        switch reached {
        case .modern(let upstream): answer = try? await upstream.call(operation, context, parameterHeaders: [])
        case .legacy(let session):
            defer { release(session) }
            answer = try? await session.call(operation, context)
        }
        guard case .result(let result)? = answer?.content else { return nil }
        return result
    }
}

/// The context of a request that is made on the occasion of a call, but is not that call: its client hears nothing of it.
struct BackgroundContext: CallContext {
    let principal: Principal
    let client: ClientProfile
    let chain: String
    let isContinued = true
    let clock = CallClock(limits: CallClock.Limits(idle: .seconds(30), total: .seconds(30)))

    init(_ context: any CallContext) {
        principal = context.principal
        let original = context.client
        client = ClientProfile(
            revision: original.revision, capabilities: original.capabilities, info: original.info, askForm: original.askForm,
            affinity: original.affinity)
        chain = context.chain
    }

    func progress(_ progress: Progress) {}

    func log(_ entry: LogEntry) {}

    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer] {
        throw MCPError.internalError("Nobody can be asked here")
    }
}
