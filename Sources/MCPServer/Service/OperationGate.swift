public import Wire

/// What stands between an authenticated caller and a service: permissions, limits, charging, logging.
///
/// A gate is made for one request, with what authentication found. It sees an operation and its outcome, never a
/// revision, and is asked only once the protocol has nothing to object: a malformed request is charged to nobody.
/// It refuses by `MCPError.refused(_:_:)` before it hands on. A client gets a JSON-RPC error of code 429 or 403 whose data
/// has the reason; a modern one also gets that HTTP status, with `Retry-After`. A legacy one gets it with status 200, as
/// clients of that era end their connection over any other.
public protocol OperationGate: Sendable {
    /// Serves the operation by handing it on to the service, or refuses it.
    ///
    /// `context.isContinued` says whether it was counted before; `context.chain` is the key to settle under.
    func perform(
        _ operation: Operation, _ context: any CallContext, on service: any MCPService
    ) async throws -> Outcome
}

/// A service behind a gate.
public struct GatedService: MCPService {
    private let service: any MCPService
    private let gate: any OperationGate

    /// A service whose operations all pass the gate.
    public init(_ service: any MCPService, gate: any OperationGate) {
        self.service = service
        self.gate = gate
    }

    /// That of the service.
    public func profile(_ context: any CallContext) async throws -> ServiceProfile { try await service.profile(context) }

    /// What the gate makes of it.
    public func perform(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        try await gate.perform(operation, context, on: service)
    }

    /// That of the service.
    public func inputSchema(ofTool name: String, _ context: any CallContext) async throws -> JSONObject? {
        try await service.inputSchema(ofTool: name, context)
    }

    /// That of the service: watching is not charged.
    public func watch(_ filter: ChangeFilter, _ context: any CallContext) async throws -> Watch {
        try await service.watch(filter, context)
    }

    /// That of the service: the call that made the task was charged.
    public func task(_ operation: TaskOperation, _ context: any CallContext) async throws -> RawObject {
        try await service.task(operation, context)
    }

    /// That of the service: it is no call.
    public func rootsChanged(_ context: any CallContext) async { await service.rootsChanged(context) }
}
