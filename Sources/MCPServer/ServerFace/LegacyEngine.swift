import Wire

/// Serves the requests of legacy clients: handshake, session, and operations with results of their revision.
struct LegacyEngine: Sendable {
    /// The largest capabilities object that a session keeps, in bytes of JSON.
    static let maximumCapabilityBytes = 8 << 10
    /// The largest client identity that a session keeps whole; of a larger one (icons) the names remain.
    static let maximumInfoBytes = 1 << 10

    let service: any MCPService

    /// Reads `initialize`.
    /// - Throws: `invalidParams` that names the member.
    func greeting(_ params: JSONObject?) throws(MCPError) -> LegacySession.Greeting {
        guard let version = params?["protocolVersion"]?.stringValue else {
            throw .invalidParams("params.protocolVersion must be a string")
        }
        guard let capabilities = params?["capabilities"]?.objectValue else {
            throw .invalidParams("params.capabilities must be an object")
        }
        guard JSON.object(capabilities).serializedBytes().count <= Self.maximumCapabilityBytes else {
            throw .invalidParams("params.capabilities is larger than \(Self.maximumCapabilityBytes) bytes")
        }
        guard var info = params?["clientInfo"]?.objectValue.flatMap({ Implementation($0) }) else {
            throw .invalidParams("params.clientInfo must be an object with name and version")
        }
        if JSON.object(info.json).serializedBytes().count > Self.maximumInfoBytes {
            info = Implementation(name: String(info.name.prefix(256)), version: String(info.version.prefix(256)))
        }
        return LegacySession.Greeting(
            revision: .negotiated(for: version), capabilities: ClientCapabilities(capabilities), info: info)
    }

    /// The result of `initialize`: who we are and what can be delivered over answers alone.
    func initializeResult(_ greeting: LegacySession.Greeting, _ context: any CallContext) async throws -> RawObject {
        let profile = try await service.profile(context)
        var result: JSONObject = [
            "protocolVersion": .string(greeting.revision.rawValue),
            "capabilities": .object(profile.capabilities.withoutStreams().json),
            "serverInfo": .object(profile.identity.json),
        ]
        if let instructions = profile.instructions { result["instructions"] = .string(instructions) }
        return RawObject(result)
    }

    /// What a request leads to besides its answer.
    enum Effect: Sendable {
        case none
        case setLogLevel(LogLevel)
    }

    /// Serves one request of a session.
    func answer(_ request: RequestMessage, session: LegacySession, context: ExchangeContext) async -> (Reply, Effect) {
        let revision = session.revision
        do {
            guard session.admits(method: request.method) else {
                throw MCPError.invalidRequest("The session is not ready: send notifications/initialized first")
            }
            // Asked even for a known method: what is declared depends on the caller.
            if request.method == "ping" { return (Reply(request.id, result: RawObject()), .none) }
            let profile = try await service.profile(context)
            let method = try Method.named(request.method, era: .legacy, profile: profile)
            switch method.handling {
            case .ping: return (Reply(request.id, result: RawObject()), .none)
            case .setLevel:
                let level = try Self.level(request.params)
                return (Reply(request.id, result: RawObject()), .setLogLevel(level))
            case .operation(let kind):
                let operation = try method.operation(kind, params: request.params)
                return (Reply(request.id, result: try await run(operation, revision, context)), .none)
            case .initialize: throw MCPError.invalidRequest("The session is initialised already")
            case .discover, .task: throw MCPError.methodNotFound(request.method)
            }
        } catch {
            var wire = MCPError(wrapping: error).wire(for: revision)
            // Within a live session the answer to a premature request is the protocol's, not the transport's.
            if wire.code == ErrorCode.invalidRequest { wire = WireError(code: wire.code, message: wire.message) }
            return (Reply(request.id, failure: wire), .none)
        }
    }

    private func run(_ operation: Operation, _ revision: Revision, _ context: ExchangeContext) async throws -> RawObject {
        do {
            switch try await service.perform(operation, context) {
            case .complete(let result, _): return ResultCodec.legacy(result, of: operation.kind, for: revision)
            case .needs(let asks, _):
                // Questions to a legacy client are requests on a stream, which an answer alone has not.
                _ = try await context.ask(asks)
                throw MCPError.internalError("The call can't be finished without asking the client")
            case .task: throw MCPError.internalError("The call became a task, which this client can't follow")
            }
        } catch let error as MCPError {
            guard let result = error.toolResult(for: revision) else { throw error }
            return result
        }
    }

    private static func level(_ params: JSONObject?) throws(MCPError) -> LogLevel {
        guard let level = params?["level"]?.stringValue.flatMap(LogLevel.init(rawValue:)) else {
            let levels = LogLevel.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidParams("params.level must be one of \(levels)")
        }
        return level
    }
}

extension MCPError {
    /// Bad tool arguments as the result that clients from 2025-11-25 on expect, so that the model can correct itself;
    /// nil for other errors and older clients.
    func toolResult(for revision: Revision) -> RawObject? {
        guard case .invalidToolArguments = kind, revision >= .november2025 else { return nil }
        return ["content": [["type": "text", "text": .string(message)]], "isError": true]
    }
}
