import Wire

/// HTTP+SSE (2024-11-05): one stream for everything that a client gets, and a URL to which it posts. Any legacy revision
/// may be negotiated over it.
extension MCPEndpoint {
    /// Opens the stream. The session ends with it.
    func connect(_ request: MCPHTTPRequest, _ sink: any MCPHTTPSink) async {
        guard let messagePath = request.messagePath else { return sink.whole(Self.notAllowed("POST")) }
        // Checked only where there is one: the oldest clients send none.
        if request.headers["accept"] != nil, !request.headers.acceptsEventStream {
            return sink.whole(.text("Accept must list text/event-stream", status: 406))
        }
        var session = sessions.make(owner: request.principal, transport: .eventStream, limits: peerLimits)
        while !sessions.open(session, endpoint: id) {
            session = sessions.make(owner: request.principal, transport: .eventStream, limits: peerLimits)
        }
        let exchange = session.connect(sink, messagePath: messagePath)
        await session.served(exchange, exchange.first)
        _ = sessions.close(session.id, endpoint: id, principal: request.principal)
    }

    /// Takes a posted message. Its answer comes on the stream; what can't be a message is refused at once.
    func take(
        _ request: MCPHTTPRequest, session sessionID: String?, _ service: any MCPService, _ sink: any MCPHTTPSink
    ) async {
        guard let sessionID, let session = sessions.use(sessionID, endpoint: id, principal: request.principal),
            session.transport == .eventStream
        else { return sink.whole(Self.unknownSession) }
        guard request.headers.saysJSON else {
            return sink.whole(.text("Content-Type must be application/json", status: 415))
        }
        let revision = session.peer.revision
        let messages: [Message]
        do {
            let json = try JSON.parse(request.body, limits: configuration.jsonLimits)
            // Of 2025-03-26, and borne from 2024-11-05, which says nothing about batches.
            messages = try Ladder.legacyMessages(json, takesBatches: revision <= .march2025)
        } catch let fault as MessageFault {
            let error = WireError(code: ErrorCode.invalidRequest, message: fault.message, status: 400)
            return sink.whole(Reply(fault.id, failure: error).response(for: revision))
        } catch {
            let error = WireError(code: ErrorCode.parseError, message: "The body is not valid JSON: \(error)", status: 400)
            return sink.whole(Reply(nil, failure: error).response(for: revision))
        }
        var response = MCPHTTPResponse.accepted
        let port = StreamPort(session.mailbox)
        for (index, message) in messages.enumerated() {
            switch message {
            case .request(let call):
                _ = session.peer.start(
                    call, on: service, chain: index == 0 ? request.requestID : "\(request.requestID).\(index)", port: port,
                    executor: request.executor)
            case .notification(let notification): session.peer.take(notification, on: service)
            case .response(let answer):
                guard session.peer.take(answer) == .unknownResponse else { continue }
                let error = WireError(
                    code: ErrorCode.invalidRequest, message: "No request of that id is waiting for a response", status: 400)
                response = Reply(nil, failure: error).response(for: revision)
            }
        }
        sink.whole(response)
    }
}
