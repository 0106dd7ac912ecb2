import Wire

/// Serves the requests of modern clients: stateless, each with its own revision and capabilities.
///
/// It, its requests, exchanges and calls are objects although they never change: what every step of a call hands on is then one
/// reference, and the frames that wait for the upstream stay small.
final class ModernEngine: Sendable {
    let service: any MCPService
    /// The endpoint's id, to which states are bound.
    let endpoint: String
    let served: [Revision]
    /// Seals what a call needs to go on; without one, calls that keep a state between rounds end with an error.
    let seal: ContinuationSeal?
    /// Where calls wait whose services ask live. All engines of a node have the same.
    let parking: ParkingLot
    let limits: CallClock.Limits
    /// Where calls run: the event loop of their connection, so that no other thread takes part; nil: anywhere.
    let executor: (any TaskExecutor)?
    /// The waits before a call is performed again whose user has accepted to visit a page, and may be there still.
    let visitPauses: [Duration]

    init(
        service: any MCPService, endpoint: String, served: [Revision], seal: ContinuationSeal?, parking: ParkingLot,
        limits: CallClock.Limits = CallClock.Limits(), executor: (any TaskExecutor)? = nil,
        visitPauses: [Duration] = [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)]
    ) {
        self.service = service
        self.endpoint = endpoint
        self.served = served
        self.seal = seal
        self.parking = parking
        self.limits = limits
        self.executor = executor
        self.visitPauses = visitPauses
    }

    /// Serves one request whose `_meta`, version and method headers were found good, and returns once it is answered.
    /// Cancelling this task says that the client has gone.
    ///
    /// - Parameters:
    ///   - headers: those of the HTTP request; nil on a transport without any.
    ///   - chain: the front's id of this request: that of the call's chain if it begins with it.
    ///   - port: where notifications and the answer go.
    func serve(
        _ request: ModernRequest, headers: MCPHTTPHeaders?, principal: Principal, chain: String, port: any AnswerPort
    ) async {
        let clock = CallClock(limits: limits, now: parking.now)
        let exchange = ModernExchange(request, principal: principal, chain: chain, clock: clock, port: port)
        do {
            if request.message.method == "subscriptions/listen" {
                try await listen(request, exchange)
            } else {
                let reply = try await parking.watchdog.run(exchange.clock, on: executor) {
                    await self.answer(request, headers, exchange)
                }
                exchange.outlet.answer(reply, for: request.revision)
            }
        } catch is CancellationError where Task.isCancelled {
            // A request that was cancelled gets no answer.
            exchange.outlet.end()
        } catch {
            exchange.outlet.answer(failure(error, of: request), for: request.revision)
        }
    }

    private func failure(_ error: any Error, of request: ModernRequest) -> Reply {
        let wire = error as? WireError ?? MCPError(wrapping: error).wire(for: request.revision, served: served)
        return Reply(request.message.id, failure: wire)
    }

    /// The remaining rungs, in the order of the specification: method and capability, name header, parameters, parameter
    /// headers; then the service.
    private func answer(_ request: ModernRequest, _ headers: MCPHTTPHeaders?, _ exchange: ModernExchange) async -> Reply {
        do {
            let profile = try await service.profile(exchange)
            switch try step(request, headers, profile) {
            case .answered(let result): return Reply(request.message.id, result: result)
            case .call(let call): return Reply(request.message.id, result: try await call.result(headers, exchange))
            case .task(let operation): return try await task(operation, request, profile, exchange)
            }
        } catch {
            return failure(error, of: request)
        }
    }

    /// What a request asks for.
    private enum Step {
        case answered(RawObject)
        case call(ModernCall)
        case task(TaskOperation)
    }

    // By itself, like all that is worked out between two waits: what it holds meanwhile has no place in a frame that waits.
    @inline(never)
    private func step(
        _ request: ModernRequest, _ headers: MCPHTTPHeaders?, _ profile: ServiceProfile
    ) throws -> Step {
        let method = try Method.named(request.message.method, era: .modern, profile: profile)
        try request.checkName(of: method, headers: headers)
        switch method.handling {
        case .discover: return .answered(discover(profile))
        case .operation(let kind):
            let operation = try checked(request) { () throws(MCPError) in
                try method.operation(kind, params: request.message.params)
            }
            return .call(ModernCall(engine: self, request: request, operation: operation, profile: profile))
        case .task(let kind):
            return .task(
                try checked(request) { () throws(MCPError) in
                    try method.taskOperation(kind, params: request.message.params)
                })
        case .initialize, .ping, .setLevel: throw MCPError.methodNotFound(request.message.method)
        }
    }

    private func task(
        _ operation: TaskOperation, _ request: ModernRequest, _ profile: ServiceProfile, _ exchange: ModernExchange
    ) async throws -> Reply {
        guard exchange.client.accepts(.tasks) else { throw MCPError.missingClientCapability(.tasks) }
        var task = try await service.task(operation, exchange).object
        ResultCodec.addEnvelope(to: &task, hint: nil, profile.identity)
        return Reply(request.message.id, result: RawObject(task))
    }

    /// Parameters of the wrong shape are the request's fault like its headers: 400, unlike what a service objects to.
    func checked<Value>(
        _ request: ModernRequest, _ read: () throws(MCPError) -> Value
    ) throws(WireError) -> Value {
        do {
            return try read()
        } catch {
            let wire = error.wire(for: request.revision, served: served)
            throw WireError(code: wire.code, message: wire.message, data: wire.data, status: 400)
        }
    }

    /// The result of `server/discover`.
    private func discover(_ profile: ServiceProfile) -> RawObject {
        var capabilities = profile.capabilities.json
        // That of 2025-11-25; in this revision tasks are an extension.
        capabilities["tasks"] = nil
        var result: JSONObject = [
            "supportedVersions": .array(served.map { .string($0.rawValue) }),
            "capabilities": .object(capabilities),
        ]
        if let instructions = profile.instructions { result["instructions"] = .string(instructions) }
        ResultCodec.addEnvelope(to: &result, hint: profile.cacheHint, profile.identity)
        return RawObject(result)
    }
}
