import Wire

/// One operation that a modern client asks for: as a new call, as one that goes on from a sealed state, or as the return to
/// one that is parked.
final class ModernCall: Sendable {
    let engine: ModernEngine
    let request: ModernRequest
    let operation: Operation
    let profile: ServiceProfile

    init(engine: ModernEngine, request: ModernRequest, operation: Operation, profile: ServiceProfile) {
        self.engine = engine
        self.request = request
        self.operation = operation
        self.profile = profile
    }

    /// What a state is bound to that this call gets or brings. Of no use to most calls, so that it is made where it is needed.
    func binding(_ exchange: ModernExchange) -> CallBinding {
        CallBinding(
            operation: operation, method: request.message.method, endpoint: engine.endpoint, principal: exchange.principal)
    }

    /// The result for this request.
    /// - Throws: `WireError` for what the request got wrong, else what the service threw.
    func result(_ headers: MCPHTTPHeaders?, _ exchange: ModernExchange) async throws -> RawObject {
        let round = try round(exchange)
        guard let state = round?.state else {
            try await check(headers, exchange)
            let resumption = round.map { Resumption(state: nil, answers: $0.answers) }
            return try await run(Step(resumption: resumption, round: 0, isRepeated: round != nil), exchange)
        }
        return try await result(from: state, round, headers, exchange.continuing(state.chain))
    }

    @inline(never)
    private func round(_ exchange: ModernExchange) throws(WireError) -> InputRound? {
        try InputRound(request, operation, binding: { binding(exchange) }, seal: engine.seal)
    }

    /// The last rung before the service: headers that repeat arguments.
    private func check(_ headers: MCPHTTPHeaders?, _ exchange: ModernExchange) async throws {
        guard let headers, operation.kind == .callTool, let name = operation.target,
            let schema = try await engine.service.inputSchema(ofTool: name, exchange)
        else { return }
        try ParameterHeaders(schema: schema).check(headers, arguments: operation.arguments)
    }

    private func result(
        from state: ContinuationSeal.Content, _ round: InputRound?, _ headers: MCPHTTPHeaders?, _ exchange: ModernExchange
    ) async throws -> RawObject {
        try await check(headers, exchange)
        switch state {
        case .parked(let ticket): return try await resume(ticket, round, exchange)
        case .continuation(let state): return try await goOn(from: state, round, exchange)
        }
    }

    /// One performance of the operation.
    struct Step: Sendable {
        let resumption: Resumption?
        /// How many rounds of questions came before.
        let round: Int
        /// Whether the request carried answers: what it gets is then its client's alone.
        let isRepeated: Bool
        /// The pages that the user has accepted to visit before it.
        var visit: URLVisit?
    }

    // MARK: - From a state

    private func goOn(
        from state: ContinuationSeal.State, _ round: InputRound?, _ exchange: ModernExchange
    ) async throws -> RawObject {
        let answers = round?.answers ?? [:]
        guard let visit = state.visit else {
            let resumption = Resumption(state: state.continuation, answers: answers)
            return try await run(Step(resumption: resumption, round: state.round, isRepeated: true), exchange)
        }
        let step = Step(resumption: visit.interrupted, round: state.round, isRepeated: true, visit: visit)
        switch visit.verdict(answers) {
        case .accepted: return try await run(step, exchange)
        case .declined:
            guard operation.kind == .callTool else { throw MCPError.internalError(Self.declined) }
            var result: JSONObject = ["content": [["type": "text", "text": .string(Self.declined)]], "isError": true]
            ResultCodec.addEnvelope(to: &result, hint: nil, profile.identity)
            return RawObject(result)
        case .incomplete:
            // Asked again from the start of the visit: the call tells by itself which pages are still needed.
            return try await run(Step(resumption: visit.interrupted, round: state.round, isRepeated: true), exchange)
        }
    }

    private static let declined = "The user did not accept to visit the page that this call needs"

    // MARK: - Performing

    private func run(_ step: Step, _ exchange: ModernExchange) async throws -> RawObject {
        guard operation.kind.mayAsk, engine.seal != nil, exchange.client.canBeAsked else {
            let outcome = try await result { try await self.perform(step, exchange) }
            return try finish(outcome, step, exchange)
        }
        let call = ParkableCall(exchange, in: engine.parking)
        let delivery = await call.start(on: engine.executor) { try await self.perform(step, $0) }
        return try finish(delivery, step, exchange)
    }

    private func result(_ work: () async throws -> Outcome) async throws -> CallOutcome {
        do {
            return .success(try await work())
        } catch is CancellationError where Task.isCancelled {
            throw CancellationError()
        } catch {
            return .failure(MCPError(wrapping: error))
        }
    }

    /// Performs the operation; again after a moment where its user has only just accepted to visit a page.
    private func perform(_ step: Step, _ context: any CallContext) async throws -> Outcome {
        guard let visit = step.visit else {
            return try await engine.service.perform(operation(resumed: step.resumption), context)
        }
        return try await perform(operation(resumed: step.resumption), visiting: visit, context)
    }

    @inline(never)
    private func operation(resumed resumption: Resumption?) -> Operation {
        guard let resumption else { return operation }
        var operation = operation
        operation.resumption = resumption
        return operation
    }

    private func perform(
        _ operation: Operation, visiting visit: URLVisit, _ context: any CallContext
    ) async throws -> Outcome {
        for pause in engine.visitPauses {
            try await Task.sleep(for: pause)
            do {
                return try await engine.service.perform(operation, context)
            } catch let error as MCPError {
                guard case .urlElicitationRequired(let elicitations) = error.kind, visit.covers(elicitations) else {
                    throw error
                }
            }
        }
        return try await engine.service.perform(operation, context)
    }

    // MARK: - Parked

    private func resume(
        _ ticket: ParkingTicket, _ round: InputRound?, _ exchange: ModernExchange
    ) async throws -> RawObject {
        guard ticket.node == engine.parking.node else { return try await forward(ticket, exchange) }
        // The ticket is genuine and its time is not over, so the call was here, and has ended.
        guard let call = engine.parking.call(ticket.call) else { throw WireError.consumed }
        let delivery = await call.rejoin(
            exchange, ticket: ticket.number, answers: round?.answers ?? [:], digest: round?.digest ?? "")
        let step = Step(resumption: nil, round: ticket.round, isRepeated: true)
        return try finish(delivery, step, exchange)
    }

    /// Hands the request to the node that holds the call.
    private func forward(_ ticket: ParkingTicket, _ exchange: ModernExchange) async throws -> RawObject {
        let retry = ParkedRetry(
            endpoint: engine.endpoint, principal: exchange.principal, requestID: exchange.chain, message: request.message.json)
        let outlet = exchange.outlet
        let response = await engine.parking.router.resume(retry, on: ticket.node) {
            outlet.queue($0)
            outlet.drain()
        }
        switch response {
        case .result(let result)?: return result
        case .error(let code, let message, let data, let status)?:
            throw WireError(code: code, message: message, data: data, status: status)
        case nil:
            throw MCPError.internalError("The call was interrupted while it waited for answers; it may have run")
        }
    }
}
