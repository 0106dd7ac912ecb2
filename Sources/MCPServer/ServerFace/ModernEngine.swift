import Wire

/// Serves the requests of modern clients: stateless, each with its own revision and capabilities.
struct ModernEngine: Sendable {
    let service: any MCPService
    /// The endpoint's id, to which states are bound.
    let endpoint: String
    let served: [Revision]
    /// Seals what a call needs to go on; without one, calls that keep a state between rounds end with an error.
    let seal: ContinuationSeal?

    /// Serves one request whose `_meta`, version and method headers were found good. The remaining rungs are checked in
    /// the order of the specification: method and capability, name header, parameters, parameter headers.
    func answer(_ request: ModernRequest, headers: MCPHTTPHeaders, context: ExchangeContext) async -> Reply {
        let id = request.message.id
        do {
            let profile = try await service.profile(context)
            let method = try Method.named(request.message.method, era: .modern, profile: profile)
            try request.checkName(of: method, headers: headers)
            let result: RawObject
            switch method.handling {
            case .discover: result = discover(profile)
            case .operation(let kind):
                result = try await run(
                    try checked(request) { () throws(MCPError) in
                        try method.operation(kind, params: request.message.params)
                    }, request, headers, profile, context)
            case .task(let kind):
                let operation = try checked(request) { () throws(MCPError) in
                    try method.taskOperation(kind, params: request.message.params)
                }
                guard context.client.accepts(.tasks) else { throw MCPError.missingClientCapability(.tasks) }
                var task = try await service.task(operation, context).object
                ResultCodec.addEnvelope(to: &task, hint: nil, profile.identity)
                result = RawObject(task)
            case .initialize, .ping, .setLevel: throw MCPError.methodNotFound(request.message.method)
            }
            return Reply(id, result: result)
        } catch let error as WireError {
            return Reply(id, failure: error)
        } catch {
            return Reply(id, failure: MCPError(wrapping: error).wire(for: request.revision, served: served))
        }
    }

    /// Parameters of the wrong shape are the request's fault like its headers: 400, unlike what a service objects to.
    private func checked<Value>(
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
        var result: JSONObject = [
            "supportedVersions": .array(served.map { .string($0.rawValue) }),
            "capabilities": .object(profile.capabilities.withoutStreams().json),
        ]
        if let instructions = profile.instructions { result["instructions"] = .string(instructions) }
        ResultCodec.addEnvelope(to: &result, hint: profile.cacheHint, profile.identity)
        return RawObject(result)
    }

    private func run(
        _ operation: Operation, _ request: ModernRequest, _ headers: MCPHTTPHeaders, _ profile: ServiceProfile,
        _ context: ExchangeContext
    ) async throws -> RawObject {
        let binding = CallBinding(
            operation: operation, method: request.message.method, endpoint: endpoint, principal: context.principal)
        let round = try InputRound(request, operation, binding: binding, seal: seal)
        var operation = operation
        operation.resumption = round?.resumption
        let context = round?.state.map { context.continuing($0.chain) } ?? context
        if operation.kind == .callTool, let name = operation.target,
            let schema = try await service.inputSchema(ofTool: name, context)
        {
            try ParameterHeaders(schema: schema).check(headers, arguments: operation.arguments)
        }
        do {
            switch try await service.perform(operation, context) {
            case .complete(let result, let hint):
                // An answer to a repeated call is that client's alone.
                return ResultCodec.modern(
                    result, of: operation.kind, hint: round == nil ? hint : CacheHint.none, identity: profile.identity)
            case .needs(let asks, let continuation):
                let required = InputRequired(asks: asks, continuation: continuation, previous: round?.state)
                return try required.result(context, binding: binding, seal: seal, identity: profile.identity)
            case .task(let task):
                guard context.client.accepts(.tasks) else { throw MCPError.missingClientCapability(.tasks) }
                var object = task.object.object
                object["resultType"] = "task"
                ResultCodec.addEnvelope(to: &object, hint: nil, profile.identity)
                return RawObject(object)
            }
        } catch let error as MCPError {
            guard var result = error.toolResult(for: request.revision)?.object else { throw error }
            ResultCodec.addEnvelope(to: &result, hint: nil, profile.identity)
            return RawObject(result)
        }
    }
}
