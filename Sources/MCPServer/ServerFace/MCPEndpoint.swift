public import Wire

/// One MCP service on one URL, for clients of every revision: POST with JSON answers, DELETE to end a session.
///
/// It owns no connection and no clock: the front reads requests and writes responses, and cancels the task of a call
/// whose client has gone or whose time is over. It is cheap to make; what lasts is in the session store, which all
/// endpoints of a node share.
public struct MCPEndpoint: Sendable {
    /// What an operator may change.
    public struct Configuration: Sendable {
        /// How long a call may take: told to services by `CallContext.clock`; the front acts on it.
        public var callLimits: CallClock.Limits
        /// How deep and large a body may be.
        public var jsonLimits: JSONLimits

        /// A configuration; the default bounds bodies to 16 MiB and a depth of 64.
        public init(
            callLimits: CallClock.Limits = CallClock.Limits(),
            jsonLimits: JSONLimits = JSONLimits(maximumDepth: 64, maximumBytes: 16 << 20)
        ) {
            self.callLimits = callLimits
            self.jsonLimits = jsonLimits
        }
    }

    /// Tells this URL from the node's others: the sessions of one are unknown at another.
    public let id: String
    private let service: any MCPService
    private let sessions: LegacySessionStore
    private let seal: ContinuationSeal?
    private let configuration: Configuration
    private let served = Revision.newestFirst

    /// An endpoint for a service.
    ///
    /// - Parameter seal: keeps the state of calls that must ask a modern client something; nil where no service does.
    public init(
        id: String, service: any MCPService, sessions: LegacySessionStore, seal: ContinuationSeal? = nil,
        configuration: Configuration = Configuration()
    ) {
        self.id = id
        self.service = service
        self.sessions = sessions
        self.seal = seal
        self.configuration = configuration
    }

    /// Answers one request. Every failure becomes the JSON-RPC error and HTTP status that the client's revision
    /// prescribes.
    ///
    /// - Parameter gate: what this request's caller may do and is charged; nil: everything, nothing.
    public func handle(_ request: MCPHTTPRequest, gate: (any OperationGate)? = nil) async -> MCPHTTPResponse {
        switch request.method {
        case "POST": await post(request, gate.map { GatedService(service, gate: $0) } ?? service)
        case "DELETE", "GET": withoutBody(request)
        default: .text("Only POST and DELETE are served here", status: 405, headers: [("allow", "POST, DELETE")])
        }
    }

    // MARK: - GET and DELETE

    private func withoutBody(_ request: MCPHTTPRequest) -> MCPHTTPResponse {
        if let version = request.headers["mcp-protocol-version"], Revision.isModern(text: version) {
            return .text("This revision has POST only", status: 405, headers: [("allow", "POST")])
        }
        let session = request.headers["mcp-session-id"]
        if request.method == "DELETE" {
            guard let session else { return .text("Mcp-Session-Id header is missing", status: 400) }
            let wasClosed = sessions.close(session, endpoint: id, principal: request.principal)
            return wasClosed ? MCPHTTPResponse(status: 204) : Self.unknownSession
        }
        if let session, sessions.use(session, endpoint: id, principal: request.principal) == nil {
            return Self.unknownSession
        }
        // Every client must cope with a server that has no stream of its own (Streamable HTTP, all revisions).
        return .text("There is no event stream here", status: 405, headers: [("allow", "POST, DELETE")])
    }

    private static let unknownSession = MCPHTTPResponse.text("Unknown or ended session", status: 404)

    // MARK: - POST

    private func post(_ request: MCPHTTPRequest, _ service: any MCPService) async -> MCPHTTPResponse {
        guard Self.isJSON(request.headers["content-type"]) else {
            return .text("Content-Type must be application/json", status: 415)
        }
        let rung = Ladder.read(request.body, headers: request.headers, limits: configuration.jsonLimits, served: served)
        switch rung {
        case .refused(let reply): return reply.response(for: assumedRevision(request))
        case .modernNotification: return .accepted
        case .modern(let message): return await modern(message, request, service)
        case .initialize(let message): return await initialize(message, request, service)
        case .session(let session, let messages, let isBatch):
            return await legacy(messages, isBatch: isBatch, session: session, request, service)
        }
    }

    /// Whether a media type is JSON. A strict check: what a browser sends across origins without asking first is not.
    private static func isJSON(_ contentType: String?) -> Bool {
        if contentType == "application/json" { return true }
        guard let type = contentType?.split(separator: ";", maxSplits: 1).first else { return false }
        return type.filter { $0 != " " && $0 != "\t" }.lowercased() == "application/json"
    }

    /// In whose form an error is written that belongs to no readable request.
    private func assumedRevision(_ request: MCPHTTPRequest) -> Revision {
        if let revision = request.headers["mcp-protocol-version"].flatMap(Revision.init(text:)) { return revision }
        let session = request.headers["mcp-session-id"].flatMap {
            sessions.use($0, endpoint: id, principal: request.principal)
        }
        return session?.revision ?? .newestLegacy
    }

    private func modern(
        _ message: RequestMessage, _ request: MCPHTTPRequest, _ service: any MCPService
    ) async -> MCPHTTPResponse {
        let modern: ModernRequest
        do {
            modern = try ModernRequest(message, headers: request.headers, served: served)
        } catch {
            return Reply(message.id, failure: error).response(for: .july2026)
        }
        let client = ClientProfile(
            revision: modern.revision, capabilities: modern.capabilities, info: modern.info, logLevel: modern.logLevel,
            progressToken: modern.progressToken, askForm: .value, affinity: request.principal.id)
        let engine = ModernEngine(service: service, endpoint: id, served: served, seal: seal)
        let reply = await engine.answer(modern, headers: request.headers, context: context(request, client, 0))
        return reply.response(for: modern.revision)
    }

    private func initialize(
        _ message: RequestMessage, _ request: MCPHTTPRequest, _ service: any MCPService
    ) async -> MCPHTTPResponse {
        let engine = LegacyEngine(service: service)
        var session = LegacySession(owner: request.principal)
        do {
            let greeting = try engine.greeting(message.params)
            _ = session.initialize(greeting)
            let context = context(request, Self.profile(of: session, affinity: request.principal.id), 0)
            let result = try await engine.initializeResult(greeting, context)
            let sessionID = sessions.open(session, endpoint: id)
            return Reply(message.id, result: result)
                .response(for: greeting.revision, headers: [("mcp-session-id", sessionID)])
        } catch {
            let wire = MCPError(wrapping: error).wire(for: session.revision, served: served)
            return Reply(message.id, failure: wire).response(for: session.revision)
        }
    }

    private func legacy(
        _ messages: [Message], isBatch: Bool, session sessionID: String, _ request: MCPHTTPRequest,
        _ service: any MCPService
    ) async -> MCPHTTPResponse {
        guard let session = sessions.use(sessionID, endpoint: id, principal: request.principal) else {
            let error = WireError(code: ErrorCode.invalidRequest, message: "Unknown or ended session", status: 404)
            return Reply(isBatch ? nil : messages.first?.requestID, failure: error).response(for: assumedRevision(request))
        }
        // Of 2025-03-26, and borne from 2024-11-05, which says nothing about batches.
        guard !isBatch || session.revision <= .march2025 else {
            let error = WireError(code: ErrorCode.invalidRequest, message: "This revision has no batches", status: 400)
            return Reply(nil, failure: error).response(for: session.revision)
        }
        var replies: [Reply] = []
        // One after another: a batch is one request to the limits on what a client may have running.
        for (index, message) in messages.enumerated() {
            switch message {
            case .request(let call):
                // Read anew behind the first: an earlier message of the batch may have changed the session.
                let session = index == 0 ? session : sessions.use(sessionID, endpoint: id, principal: request.principal)
                guard let session else {
                    let error = WireError(code: ErrorCode.invalidRequest, message: "The session has ended")
                    replies.append(Reply(call.id, failure: error))
                    continue
                }
                replies.append(await answer(call, index, session, sessionID, request, service))
            case .notification(let notification):
                receive(notification, sessionID, request)
            case .response:
                // No questions are asked here, so none can be answered.
                let error = WireError(
                    code: ErrorCode.invalidRequest, message: "No request of that id is waiting for a response", status: 400)
                return Reply(nil, failure: error).response(for: session.revision)
            }
        }
        return isBatch ? Self.batch(replies) : replies.first?.response(for: session.revision) ?? .accepted
    }

    private func answer(
        _ call: RequestMessage, _ index: Int, _ session: LegacySession, _ sessionID: String, _ request: MCPHTTPRequest,
        _ service: any MCPService
    ) async -> Reply {
        let profile = Self.profile(
            of: session, progressToken: call.params?["_meta"]?[ProtocolKey.progressToken], affinity: sessionID)
        let engine = LegacyEngine(service: service)
        let (reply, effect) = await engine.answer(
            call, session: session, context: context(request, profile, index))
        if case .setLogLevel(let level) = effect {
            sessions.update(sessionID, endpoint: id, principal: request.principal) { $0.setLogLevel(level) }
        }
        return reply
    }

    private func receive(_ notification: NotificationMessage, _ sessionID: String, _ request: MCPHTTPRequest) {
        guard notification.method == "notifications/initialized" else { return }
        sessions.update(sessionID, endpoint: id, principal: request.principal) { $0.confirm() }
    }

    private static func batch(_ replies: [Reply]) -> MCPHTTPResponse {
        guard !replies.isEmpty else { return .accepted }
        var body: [UInt8] = [UInt8(ascii: "[")]
        for (index, reply) in replies.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            reply.write(to: &body)
        }
        body.append(UInt8(ascii: "]"))
        return .json(body)
    }

    private static func profile(
        of session: LegacySession, progressToken: JSON? = nil, affinity: String
    ) -> ClientProfile {
        ClientProfile(
            revision: session.revision, capabilities: session.capabilities, info: session.info,
            logLevel: session.logLevel, progressToken: progressToken, affinity: affinity)
    }

    /// - Parameter index: the place in a batch; each of its calls is a chain of its own.
    private func context(_ request: MCPHTTPRequest, _ client: ClientProfile, _ index: Int) -> ExchangeContext {
        ExchangeContext(
            principal: request.principal, client: client,
            chain: index == 0 ? request.requestID : "\(request.requestID).\(index)",
            clock: CallClock(limits: configuration.callLimits))
    }
}

extension Message {
    /// The id of a request; a response's id is the other side's.
    var requestID: MessageID? { if case .request(let request) = self { request.id } else { nil } }
}
