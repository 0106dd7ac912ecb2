import Wire

/// One operation that a modern client asks for: as a new call, as one that goes on from a sealed state, or as the return to
/// one that is parked.
struct ModernCall: Sendable {
    let engine: ModernEngine
    let request: ModernRequest
    let operation: Operation
    let profile: ServiceProfile

    /// The result for this request.
    /// - Throws: `WireError` for what the request got wrong, else what the service threw.
    func result(_ headers: MCPHTTPHeaders?, _ exchange: ModernExchange) async throws -> RawObject {
        let binding = CallBinding(
            operation: operation, method: request.message.method, endpoint: engine.endpoint, principal: exchange.principal)
        let round = try InputRound(request, operation, binding: binding, seal: engine.seal)
        let exchange = round?.state.map { exchange.continuing($0.chain) } ?? exchange
        if let headers, operation.kind == .callTool, let name = operation.target,
            let schema = try await engine.service.inputSchema(ofTool: name, exchange)
        {
            try ParameterHeaders(schema: schema).check(headers, arguments: operation.arguments)
        }
        switch round?.state {
        case .parked(let ticket)?:
            return try await resume(ticket, round, binding, exchange)
        case .continuation(let state)?:
            return try await goOn(from: state, round, binding, exchange)
        case nil:
            let resumption = round.map { Resumption(state: nil, answers: $0.answers) }
            return try await run(Step(resumption: resumption, round: 0, isRepeated: round != nil), binding, exchange)
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
        from state: ContinuationSeal.State, _ round: InputRound?, _ binding: CallBinding, _ exchange: ModernExchange
    ) async throws -> RawObject {
        let answers = round?.answers ?? [:]
        guard let visit = state.visit else {
            let resumption = Resumption(state: state.continuation, answers: answers)
            return try await run(Step(resumption: resumption, round: state.round, isRepeated: true), binding, exchange)
        }
        let step = Step(resumption: visit.interrupted, round: state.round, isRepeated: true, visit: visit)
        switch visit.verdict(answers) {
        case .accepted: return try await run(step, binding, exchange)
        case .declined:
            guard operation.kind == .callTool else { throw MCPError.internalError(Self.declined) }
            var result: JSONObject = ["content": [["type": "text", "text": .string(Self.declined)]], "isError": true]
            ResultCodec.addEnvelope(to: &result, hint: nil, profile.identity)
            return RawObject(result)
        case .incomplete:
            // Asked again from the start of the visit: the call tells by itself which pages are still needed.
            return try await run(
                Step(resumption: visit.interrupted, round: state.round, isRepeated: true), binding, exchange)
        }
    }

    private static let declined = "The user did not accept to visit the page that this call needs"

    // MARK: - Performing

    private func run(_ step: Step, _ binding: CallBinding, _ exchange: ModernExchange) async throws -> RawObject {
        guard operation.kind.mayAsk, engine.seal != nil, exchange.client.canBeAsked else {
            let outcome = try await result { try await perform(step, exchange) }
            return try finish(outcome, step, binding, exchange)
        }
        let call = ParkableCall(exchange, in: engine.parking)
        let delivery = await call.start(on: engine.executor) { try await perform(step, $0) }
        return try finish(delivery, step, binding, exchange)
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
        var operation = operation
        operation.resumption = step.resumption
        guard let visit = step.visit else { return try await engine.service.perform(operation, context) }
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
        _ ticket: ParkingTicket, _ round: InputRound?, _ binding: CallBinding, _ exchange: ModernExchange
    ) async throws -> RawObject {
        guard ticket.node == engine.parking.node else { return try await forward(ticket, exchange) }
        // The ticket is genuine and its time is not over, so the call was here, and has ended.
        guard let call = engine.parking.call(ticket.call) else { throw WireError.consumed }
        let delivery = await call.rejoin(
            exchange, ticket: ticket.number, answers: round?.answers ?? [:], digest: round?.digest ?? "")
        let step = Step(resumption: nil, round: ticket.round, isRepeated: true)
        return try finish(delivery, step, binding, exchange)
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
