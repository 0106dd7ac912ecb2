import Wire

/// What becomes of a call, as the result that its request gets.
extension ModernCall {
    @inline(never)
    func finish(_ delivery: ParkingDelivery, _ step: Step, _ exchange: ModernExchange) throws -> RawObject {
        switch delivery {
        case .outcome(let outcome): return try finish(outcome, step, exchange)
        case .refused(let error): throw error
        case .dropped: throw CancellationError()
        case .inputRequired(let asks, let ticket):
            let lifetime = engine.parking.limits.ticketLifetime
            let state = engine.seal?.seal(.parked(ticket), for: binding(exchange), lifetime: lifetime)
            return InputRequired(asks: asks, state: state).result(profile.identity)
        }
    }

    @inline(never)
    func finish(_ outcome: CallOutcome, _ step: Step, _ exchange: ModernExchange) throws -> RawObject {
        switch outcome {
        case .success(.complete(let result, let hint)):
            // An answer to a repeated call is that client's alone.
            return ResultCodec.modern(
                result, of: operation.kind, hint: step.isRepeated ? CacheHint.none : hint, identity: profile.identity)
        case .success(.needs(let asks, let continuation)):
            return try ask(asks, continuation, nil, step, exchange)
        case .success(.task(let task)):
            guard exchange.client.accepts(.tasks) else { throw MCPError.missingClientCapability(.tasks) }
            var object = task.object.object
            object["resultType"] = "task"
            ResultCodec.addEnvelope(to: &object, hint: nil, profile.identity)
            return RawObject(object)
        case .failure(let error):
            if case .urlElicitationRequired(let elicitations) = error.kind, operation.kind.mayAsk {
                let (asks, visit) = try URLVisit.begin(elicitations, interrupting: step.resumption)
                return try ask(asks, nil, visit, step, exchange)
            }
            guard var result = error.toolResult(for: request.revision)?.object else { throw error }
            ResultCodec.addEnvelope(to: &result, hint: nil, profile.identity)
            return RawObject(result)
        }
    }

    /// Questions by value: all that is kept of them travels in the sealed state.
    private func ask(
        _ asks: [PendingAsk], _ continuation: Continuation?, _ visit: URLVisit?, _ step: Step, _ exchange: ModernExchange
    ) throws(MCPError) -> RawObject {
        guard operation.kind.mayAsk else { throw .internalError("This call may not ask its client anything") }
        // The capabilities of this very request count, not those of the first one.
        if let feature = ParkedCall.feature(of: asks, missingIn: exchange.client.capabilities) {
            throw .missingClientCapability(feature)
        }
        guard step.round < InputRound.maximumRounds else { throw .internalError("The call asked too many times") }
        guard let seal = engine.seal else {
            guard continuation == nil, visit?.interrupted == nil, !asks.isEmpty else {
                throw .internalError("The state of the call can't be kept here")
            }
            return InputRequired(asks: asks, state: nil).result(profile.identity)
        }
        let state = ContinuationSeal.State(
            chain: exchange.chain, round: step.round + 1, continuation: continuation, visit: visit)
        return InputRequired(asks: asks, state: seal.seal(.continuation(state), for: binding(exchange))).result(profile.identity)
    }
}

extension ClientProfile {
    /// Whether the client can be asked anything at all.
    var canBeAsked: Bool {
        !capabilities.json.isEmpty
            && [.sampling, .elicitationForm, .elicitationURL, .roots].contains(where: capabilities.declares)
    }
}
