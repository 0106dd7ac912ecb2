import Synchronization
import Wire

/// Streamable HTTP for legacy clients: sessions, answers that become streams, a stream of the session's own.
extension MCPEndpoint {
    func initialize(
        _ message: RequestMessage, _ request: MCPHTTPRequest, _ service: any MCPService, _ sink: any MCPHTTPSink
    ) async {
        // Always a JSON document: the session's id is a header of it, and is known only once it is clear that there is one.
        while true {
            let session = sessions.make(owner: request.principal, transport: .streamable, limits: peerLimits)
            let answer = InitializeAnswer()
            await session.peer.receive(
                .request(message), on: service, chain: request.requestID, port: answer, executor: request.executor)
            guard let reply = answer.reply else { return }
            guard case .result = reply.content else { return sink.whole(reply.response(for: session.peer.revision)) }
            guard sessions.open(session, endpoint: id) else { continue }
            return sink.whole(reply.response(for: session.peer.revision, headers: [("mcp-session-id", session.id)]))
        }
    }

    func legacy(
        _ messages: [Message], isBatch: Bool, session sessionID: String, _ request: MCPHTTPRequest,
        _ service: any MCPService, _ sink: any MCPHTTPSink
    ) async {
        guard let session = streamable(sessionID, request) else {
            let error = WireError(code: ErrorCode.invalidRequest, message: "Unknown or ended session", status: 404)
            let id = isBatch ? nil : messages.first?.requestID
            return sink.whole(Reply(id, failure: error).response(for: assumedRevision(request)))
        }
        // Of 2025-03-26, and borne from 2024-11-05, which says nothing about batches.
        guard !isBatch || session.peer.revision <= .march2025 else {
            let error = WireError(code: ErrorCode.invalidRequest, message: "This revision has no batches", status: 400)
            return sink.whole(Reply(nil, failure: error).response(for: session.peer.revision))
        }
        let acceptsStream = request.headers.acceptsEventStream
        if messages.contains(where: { $0.requestID != nil }) {
            let exchange = session.answer(to: sink, acceptsStream: acceptsStream)
            if isBatch {
                await serve(messages, session, exchange, request, service)
            } else if case .request(let call)? = messages.first {
                await serve(call, session, exchange, request, service)
            }
        } else {
            sink.whole(receive(messages, session, service))
        }
    }

    /// Serves one request. From 2025-03-26 on a broken connection is no cancellation: the call goes on, and where its stream
    /// had begun, the client may come back for the rest.
    private func serve(
        _ call: RequestMessage, _ session: HTTPSession, _ exchange: HTTPExchange, _ request: MCPHTTPRequest,
        _ service: any MCPService
    ) async {
        let started = session.peer.start(
            call, on: service, chain: request.requestID, port: exchange, executor: request.executor)
        await session.served(exchange, exchange.first)
        if let started, Task.isCancelled, session.peer.revision < .march2025 { session.peer.cancel(started) }
    }

    /// Serves the requests of a batch one after another: it is one request to the limits on what a client may have running.
    private func serve(
        _ messages: [Message], _ session: HTTPSession, _ exchange: HTTPExchange, _ request: MCPHTTPRequest,
        _ service: any MCPService
    ) async {
        let port = BatchPort(exchange)
        // Like a single call it outlives its connection. It ends with the session, which answers every request at once then.
        let work = Task(executorPreference: request.executor) {
            for (index, message) in messages.enumerated() {
                await session.peer.receive(
                    message, on: service, chain: index == 0 ? request.requestID : "\(request.requestID).\(index)",
                    port: port, executor: request.executor)
            }
            port.finish()
        }
        await session.served(exchange, exchange.first)
        if Task.isCancelled, session.peer.revision < .march2025 { work.cancel() }
    }

    /// Takes messages that want no answer.
    private func receive(_ messages: [Message], _ session: HTTPSession, _ service: any MCPService) -> MCPHTTPResponse {
        var response = MCPHTTPResponse.accepted
        for message in messages {
            switch message {
            case .notification(let notification): session.peer.take(notification, on: service)
            case .response(let answer):
                guard session.peer.take(answer) == .unknownResponse else { continue }
                let error = WireError(
                    code: ErrorCode.invalidRequest, message: "No request of that id is waiting for a response", status: 400)
                response = Reply(nil, failure: error).response(for: session.peer.revision)
            case .request: continue
            }
        }
        return response
    }

    private func streamable(_ sessionID: String, _ request: MCPHTTPRequest) -> HTTPSession? {
        let session = sessions.use(sessionID, endpoint: id, principal: request.principal)
        return session?.transport == .streamable ? session : nil
    }

    // MARK: - GET and DELETE

    func get(_ request: MCPHTTPRequest, _ sink: any MCPHTTPSink) async {
        let version = request.headers["mcp-protocol-version"]
        if let version, Revision.isModern(text: version) {
            return sink.whole(.text("This revision has POST only", status: 405, headers: [("allow", "POST")]))
        }
        let acceptsStream = request.headers.acceptsEventStream
        guard let sessionID = request.headers["mcp-session-id"] else {
            guard acceptsStream else { return sink.whole(Self.notAllowed("GET, POST, DELETE")) }
            // Every session of Streamable HTTP has an id, so that this can only be a client of HTTP+SSE.
            if version == nil, request.messagePath != nil { return await connect(request, sink) }
            return sink.whole(.text("Mcp-Session-Id header is missing", status: 400))
        }
        guard let session = streamable(sessionID, request) else { return sink.whole(Self.unknownSession) }
        guard version.map({ Revision(text: $0) != nil }) ?? true else {
            return sink.whole(.text("Unsupported protocol version in the header", status: 400))
        }
        guard acceptsStream else { return sink.whole(.text("Accept must list text/event-stream", status: 406)) }
        if let eventID = request.headers["last-event-id"] {
            switch session.resume(after: eventID, sink) {
            case .resumed(let exchange, let attachment): return await session.served(exchange, attachment)
            case .unknown: return sink.whole(.text("The event of Last-Event-ID is unknown or no longer kept", status: 400))
            case .fresh: break
            }
        }
        let exchange = session.listen(sink)
        session.peer.listen(on: service)
        await session.served(exchange, exchange.first)
    }

    func delete(_ request: MCPHTTPRequest) -> MCPHTTPResponse {
        if let version = request.headers["mcp-protocol-version"], Revision.isModern(text: version) {
            return .text("This revision has POST only", status: 405, headers: [("allow", "POST")])
        }
        guard let sessionID = request.headers["mcp-session-id"] else {
            return .text("Mcp-Session-Id header is missing", status: 400)
        }
        guard streamable(sessionID, request) != nil else { return Self.unknownSession }
        return sessions.close(sessionID, endpoint: id, principal: request.principal)
            ? MCPHTTPResponse(status: 204) : Self.unknownSession
    }
}

/// Keeps the answer to `initialize` until it is known whether the session can be kept.
private final class InitializeAnswer: AnswerPort {
    private let kept = Mutex<Reply?>(nil)

    /// nil where the request was cancelled.
    var reply: Reply? { kept.withLock { $0 } }
    var carriesRequests: Bool { false }
    func send(_ message: [UInt8]) {}
    func answer(_ reply: Reply, for revision: Revision) { kept.withLock { $0 = reply } }
    func end() {}
}

extension Message {
    /// The id of a request; a response's id is the other side's.
    var requestID: MessageID? { if case .request(let request) = self { request.id } else { nil } }
}
