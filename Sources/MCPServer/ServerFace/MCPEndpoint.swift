public import Wire

/// One MCP service on one URL, for clients of every revision and of both HTTP transports.
///
/// It owns no connection: the front reads requests, and writes what it is given to write. It is cheap to make; what lasts
/// is in the session store, which all endpoints of a node share.
public final class MCPEndpoint: Sendable {
    /// What an operator may change.
    public struct Configuration: Sendable {
        /// How long a call may take.
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
    let service: any MCPService
    let sessions: LegacySessionStore
    let seal: ContinuationSeal?
    let parking: ParkingLot
    let configuration: Configuration
    let served = Revision.newestFirst

    /// An endpoint for a service.
    ///
    /// - Parameters:
    ///   - seal: keeps the state of calls that must ask a modern client something; nil where no service does.
    ///   - parking: where calls wait whose services ask a modern client live; one for all endpoints of a node.
    public init(
        id: String, service: any MCPService, sessions: LegacySessionStore, seal: ContinuationSeal? = nil,
        parking: ParkingLot = ParkingLot(), configuration: Configuration = Configuration()
    ) {
        self.id = id
        self.service = service
        self.sessions = sessions
        self.seal = seal
        self.parking = parking
        self.configuration = configuration
    }

    /// Answers one request, and returns once nothing more of its answer comes: for a stream that is when it ends. Every
    /// failure becomes the JSON-RPC error and HTTP status that the client's revision prescribes.
    ///
    /// That the client has gone is told by cancelling the task.
    ///
    /// - Parameters:
    ///   - gate: what this request's caller may do and is charged; nil: everything, nothing.
    ///   - sink: where the answer goes.
    public func handle(
        _ request: MCPHTTPRequest, gate: (any OperationGate)? = nil, sink: any MCPHTTPSink
    ) async {
        let service = service(behind: gate)
        switch (request.place, request.method) {
        case (.endpoint, "POST"): await post(request, service, sink)
        case (.endpoint, "GET"): await get(request, sink)
        case (.endpoint, "DELETE"): sink.whole(delete(request))
        case (.endpoint, _): sink.whole(Self.notAllowed("GET, POST, DELETE"))
        case (.eventStream, "GET"): await connect(request, sink)
        // Clients of either transport find out by a POST which of them a URL speaks.
        case (.eventStream, _): sink.whole(Self.notAllowed("GET"))
        case (.messages(let session), "POST"): await take(request, session: session, service, sink)
        case (.messages, _): sink.whole(Self.notAllowed("POST"))
        }
    }

    private func service(behind gate: (any OperationGate)?) -> any MCPService {
        guard let gate else { return service }
        return GatedService(service, gate: gate)
    }

    static func notAllowed(_ methods: String) -> MCPHTTPResponse {
        .text("Only \(methods) is served here", status: 405, headers: [("allow", methods)])
    }

    static let unknownSession = MCPHTTPResponse.text("Unknown or ended session", status: 404)

    var peerLimits: LegacyPeer.Limits { LegacyPeer.Limits(call: configuration.callLimits) }

    // MARK: - POST

    private func post(_ request: MCPHTTPRequest, _ service: any MCPService, _ sink: any MCPHTTPSink) async {
        guard request.headers.saysJSON else {
            return sink.whole(.text("Content-Type must be application/json", status: 415))
        }
        switch work(of: request, service, sink) {
        case .none: break
        case .modern(let message, let exchange): await modern(message, request, service, exchange)
        case .initialize(let message): await initialize(message, request, service, sink)
        case .session(let session, let messages, let isBatch):
            await legacy(messages, isBatch: isBatch, session: session, request, service, sink)
        }
    }

    /// What remains to be done for a POST that was read.
    private enum Work {
        /// Nothing: it is answered.
        case none
        case modern(ModernRequest, HTTPExchange)
        case initialize(RequestMessage)
        case session(id: String, [Message], isBatch: Bool)
    }

    // By itself, so that what is read has no place in the frame that waits for the answer.
    @inline(never)
    private func work(of request: MCPHTTPRequest, _ service: any MCPService, _ sink: any MCPHTTPSink) -> Work {
        switch Ladder.read(request.body, headers: request.headers, limits: configuration.jsonLimits, served: served) {
        case .refused(let reply): sink.whole(reply.response(for: assumedRevision(request)))
        case .modernNotification: sink.whole(.accepted)
        case .modern(let message):
            do {
                let modern = try ModernRequest(message, headers: request.headers, served: served)
                var terms = Exchange.Terms()
                terms.acceptsStream = request.headers.acceptsEventStream
                return .modern(modern, HTTPExchange(terms, sink: sink, pulse: sessions.pulse))
            } catch {
                sink.whole(Reply(message.id, failure: error).response(for: .july2026))
            }
        case .initialize(let message): return .initialize(message)
        case .session(let session, let messages, let isBatch): return .session(id: session, messages, isBatch: isBatch)
        }
        return .none
    }

    /// In whose form an error is written that belongs to no readable request.
    func assumedRevision(_ request: MCPHTTPRequest) -> Revision {
        if let revision = request.headers["mcp-protocol-version"].flatMap(Revision.init(text:)) { return revision }
        let session = request.headers["mcp-session-id"].flatMap {
            sessions.use($0, endpoint: id, principal: request.principal)
        }
        return session?.peer.revision ?? .newestLegacy
    }

    private func modern(
        _ modern: ModernRequest, _ request: MCPHTTPRequest, _ service: any MCPService, _ exchange: HTTPExchange
    ) async {
        // The disconnect of a modern client cancels its request, so that it is served within this task.
        await withTaskCancellationHandler {
            await serve(modern, request, service, exchange)
        } onCancel: {
            exchange.leave()
        }
        await exchange.served(exchange.first)
    }

    private func serve(
        _ modern: ModernRequest, _ request: MCPHTTPRequest, _ service: any MCPService, _ port: HTTPExchange
    ) async {
        let engine = ModernEngine(
            service: service, endpoint: id, served: served, seal: seal, parking: parking, limits: configuration.callLimits,
            executor: request.executor)
        await engine.serve(
            modern, headers: request.headers, principal: request.principal, chain: request.requestID, port: port)
    }
}
