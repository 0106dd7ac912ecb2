import Wire

extension LegacyPeer {
    /// What a request is answered with.
    func serve(_ request: RequestMessage, _ call: LegacyCall, _ service: any MCPService) async -> Reply {
        do {
            return Reply(request.id, result: try await result(of: request, call, service))
        } catch {
            let error = MCPError(wrapping: error)
            call.names(pages: error.elicitationIDs(for: call.client.revision))
            return failure(error, of: request.id)
        }
    }

    private func result(
        of request: RequestMessage, _ call: LegacyCall, _ service: any MCPService
    ) async throws -> RawObject {
        let context = LegacyCallContext(call: call, peer: self)
        if request.method == "initialize", update({ $0.phase }) == .new {
            return try await initialize(request.params, on: service, call: call)
        }
        // Asked even for a known method: what is declared depends on the caller.
        let profile = try await service.profile(context)
        if profile.capabilities.offersSubscriptions, let edit = try Self.subscription(request) {
            guard let keeper = subscriptions(on: service) else { throw MCPError.invalidRequest("The session has ended") }
            try await keeper.change(edit)
            return RawObject()
        }
        let method = try Method.named(request.method, era: .legacy, profile: profile)
        switch method.handling {
        case .ping: return RawObject()
        case .setLevel:
            let level = try Self.level(request.params)
            update { $0.setLogLevel(level) }
            return RawObject()
        case .operation(let kind):
            return try await perform(try method.operation(kind, params: request.params), context, service)
        case .initialize: throw MCPError.invalidRequest("The session is initialised already")
        default: throw MCPError.methodNotFound(request.method)
        }
    }

    /// Opens the session.
    /// - Throws: `MCPError` for a greeting that can't be, or a service that can't say who it is; the session is as it was.
    func initialize(_ params: JSONObject?, on service: any MCPService, call: LegacyCall) async throws -> RawObject {
        let greeting = try LegacyHandshake.greeting(params)
        let client = ClientProfile(
            revision: greeting.revision, capabilities: greeting.capabilities, info: greeting.info,
            askForm: call.client.askForm, affinity: id)
        let context = OwnContext(principal: owner, client: client, chain: call.chain, clock: call.clock)
        let result = LegacyHandshake.result(try await service.profile(context), for: greeting.revision)
        guard update({ $0.initialize(greeting) }) else { throw MCPError.invalidRequest("The session is initialised already") }
        return result
    }

    private static func level(_ params: JSONObject?) throws(MCPError) -> LogLevel {
        guard let level = params?["level"]?.stringValue.flatMap(LogLevel.init(rawValue:)) else {
            let levels = LogLevel.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidParams("params.level must be one of \(levels)")
        }
        return level
    }

    // MARK: - Operations

    private func perform(
        _ first: Operation, _ context: LegacyCallContext, _ service: any MCPService
    ) async throws -> RawObject {
        let revision = context.client.revision
        do {
            let result = try await complete(first, context, service)
            return ResultCodec.legacy(result, of: first.kind, for: revision)
        } catch let error as MCPError {
            guard let result = error.toolResult(of: first.kind, for: revision) else { throw error }
            return result
        }
    }

    /// Makes the call until it is complete: a service that asks by value gets the answers of a client that is asked live.
    private func complete(
        _ first: Operation, _ context: LegacyCallContext, _ service: any MCPService
    ) async throws -> RawObject {
        var operation = first
        var context = context
        var loop = AskLoop()
        while true {
            switch try await service.perform(operation, context) {
            case .complete(let result, _): return result
            case .task: throw MCPError.internalError("The call became a task, which this client can't follow")
            case .needs(let asks, let continuation):
                context.clock.touch()
                guard first.kind.mayAsk else { throw MCPError.internalError("This kind of call can't ask its client") }
                switch loop.needs(asks) {
                case .giveUp: throw MCPError.internalError("The call asked too many times")
                case .ask(let open, let wait):
                    let given = open.isEmpty ? [:] : try await context.ask(open.map(\.withoutElicitationID))
                    let answers = loop.answered(try Self.withoutRefusals(given, to: open), to: open)
                    if wait > .zero { try await Task.sleep(for: wait) }
                    operation.resumption = Resumption(state: continuation, answers: answers)
                    context.isContinued = true
                }
            }
        }
    }

    /// A refusal has no form in a repeated call. That of an elicitation reads as a cancelled one; the others end the call.
    private static func withoutRefusals(
        _ answers: [AskKey: Answer], to asks: [PendingAsk]
    ) throws(MCPError) -> [AskKey: Answer] {
        var answers = answers
        for pending in asks {
            guard case .refused(_, let message)? = answers[pending.key] else { continue }
            guard case .elicit = pending.ask else {
                throw .internalError("The client refused \(pending.ask.method): \(message.prefix(512))")
            }
            answers[pending.key] = .result(["action": "cancel"])
        }
        return answers
    }

    // MARK: - Questions

    /// Asks the client live and waits for all answers; the clock of the call that asks stands still meanwhile.
    ///
    /// - Parameter call: the call that asks; nil: something outside of calls.
    /// - Throws: `missingClientCapability` for what this client can't be asked, `timedOut` where an answer took too long,
    ///   `CancellationError` where the call ended first. Where one question fails, the others are given up.
    func ask(_ asks: [PendingAsk], of call: LegacyCall?, client: ClientProfile) async throws -> [AskKey: Answer] {
        guard !asks.isEmpty else { return [:] }
        var questions: [LegacyAsk] = []
        for pending in asks {
            questions.append(try LegacyAsk(pending.ask, client: client, makeID: LegacySessionStore.randomID))
        }
        guard call?.port.carriesRequests ?? true else {
            throw MCPError.internalError(
                "This call has a question for the client, whose request accepts no event stream to ask it on")
        }
        guard let open = open(questions.count, of: call, deadline: pulse.now.advanced(by: limits.answer)) else {
            try Task.checkCancellation()
            throw MCPError.internalError("Too many questions are waiting for the client")
        }
        let ids = open.map(\.id)
        call?.clock.pause()
        defer { call?.clock.resume() }
        for (question, entry) in zip(questions, open) {
            send(Outgoing.request(entry.id, question.method, question.params), of: call)
            if let visit = question.elicitation, !visit.isOurs { asked(elicitation: visit.id, during: call) }
        }
        return try await withTaskCancellationHandler {
            var answers: [AskKey: Answer] = [:]
            for (index, entry) in open.enumerated() {
                switch await entry.asker.value() {
                case .answered(let answer):
                    answers[asks[index].key] = answer
                    if let visit = questions[index].elicitation, visit.isOurs, answer.isAccepted { call?.began(visit: visit.id) }
                case .withdrawn: throw CancellationError()
                case .expired:
                    withdraw(ids, "Another answer took too long", call)
                    throw MCPError(.timedOut, "The client did not answer in time")
                }
            }
            return answers
        } onCancel: {
            withdraw(ids, "The call has ended", call)
        }
    }
}

extension PendingAsk {
    /// Without an id of who asks: by value, it has no way to say that the visit is over.
    fileprivate var withoutElicitationID: PendingAsk {
        guard ask.elicitationID != nil, case .elicit(var params) = ask else { return self }
        params["elicitationId"] = nil
        return PendingAsk(key, .elicit(params))
    }
}

extension Answer {
    fileprivate var isAccepted: Bool {
        if case .result(let result) = self { result["action"]?.stringValue == "accept" } else { false }
    }
}

extension MCPError {
    /// This error as a result that the model sees, for a tool call of a legacy client: bad arguments from 2025-11-25 on,
    /// and what the client lacks for the call, for which its revision has no error. nil for everything else.
    func toolResult(of operation: Operation.Kind, for revision: Revision) -> RawObject? {
        guard operation == .callTool else { return nil }
        switch kind {
        case .invalidToolArguments: return toolResult(for: revision)
        case .missingClientCapability: return Self.failedTool(message)
        // The URLs stay out of it: a text is no place for them.
        case .urlElicitationRequired where revision < .november2025: return Self.failedTool(message)
        default: return nil
        }
    }

    /// Bad tool arguments as the result that clients from 2025-11-25 on expect, so that the model can correct itself;
    /// nil for other errors and older clients.
    func toolResult(for revision: Revision) -> RawObject? {
        guard case .invalidToolArguments = kind, revision >= .november2025 else { return nil }
        return Self.failedTool(message)
    }

    private static func failedTool(_ message: String) -> RawObject {
        ["content": [["type": "text", "text": .string(message)]], "isError": true]
    }
}
