import Wire

/// What a POST on the URL of an endpoint is, before anything is looked up: the era is read from the body, and the
/// headers only cross-check it. (Specification 2026-07-28, versioning and Streamable HTTP; the first failing rung answers.)
///
/// Pure: it knows neither sessions nor services.
enum Ladder {
    /// What the body turned out to be.
    enum Rung: Sendable {
        /// A request that claims, or must claim, a modern revision.
        case modern(RequestMessage)
        /// A notification of a modern client: none is defined over HTTP, so it is received and dropped.
        case modernNotification
        /// The start of a legacy session.
        case initialize(RequestMessage)
        /// Something for the legacy session of that id.
        case session(id: String, [Message], isBatch: Bool)
        /// An answer without further ado.
        case refused(Reply)
    }

    /// The most messages in one batch.
    static let maximumBatch = 64

    /// Reads the body of a POST.
    static func read(_ body: [UInt8], headers: MCPHTTPHeaders, limits: JSONLimits, served: [Revision]) -> Rung {
        let json: JSON
        do {
            json = try JSON.parse(body, limits: limits)
        } catch {
            return refuse(nil, ErrorCode.parseError, "The body is not valid JSON: \(error)")
        }
        do {
            if let elements = json.arrayValue { return try batch(elements, headers, served) }
            return try single(Message(json), headers, served)
        } catch {
            return refuse(error.id, ErrorCode.invalidRequest, error.message)
        }
    }

    private static func single(
        _ message: Message, _ headers: MCPHTTPHeaders, _ served: [Revision]
    ) throws(MessageFault) -> Rung {
        let header = headers["mcp-protocol-version"]
        let headerIsModern = header.flatMap(Revision.init(text:))?.era == .modern
        switch message {
        case .request(let request):
            if request.params?.claimsRevision == true { return .modern(request) }
            // The handshake has no header yet; clients that send one there are read by the body.
            if request.method == "initialize" { return .initialize(request) }
            if headerIsModern || ["server/discover", "subscriptions/listen"].contains(request.method) {
                return .modern(request)
            }
        case .notification(let notification):
            if notification.params?.claimsRevision == true || headerIsModern { return .modernNotification }
        case .response:
            if headerIsModern { throw MessageFault("a client of this revision sends no responses") }
        }
        return session([message], isBatch: false, headers, served)
    }

    /// A message that can only be a legacy session's.
    private static func session(
        _ messages: [Message], isBatch: Bool, _ headers: MCPHTTPHeaders, _ served: [Revision]
    ) -> Rung {
        // The id of a request is repeated; that of a response is one of ours and names no request of the client's.
        var requestID: MessageID?
        if !isBatch, case .request(let request) = messages.first { requestID = request.id }
        if let header = headers["mcp-protocol-version"], Revision(text: header) == nil {
            let error = MCPError(
                .unsupportedRevision(requested: String(header.prefix(64))), "Unsupported protocol version in the header")
            return .refused(Reply(requestID, failure: error.wire(for: .newestLegacy, served: served)))
        }
        guard let id = headers["mcp-session-id"] else {
            return refuse(
                requestID, ErrorCode.invalidRequest,
                "A session is required: send initialize, then the Mcp-Session-Id of its answer")
        }
        return .session(id: id, messages, isBatch: isBatch)
    }

    /// A batch (2025-03-26). Whether the session may send one is for its revision to say.
    private static func batch(
        _ elements: [JSON], _ headers: MCPHTTPHeaders, _ served: [Revision]
    ) throws(MessageFault) -> Rung {
        guard headers["mcp-protocol-version"].flatMap(Revision.init(text:))?.era != .modern else {
            throw MessageFault("this revision has no batches")
        }
        return session(try batch(elements), isBatch: true, headers, served)
    }

    /// The messages of a legacy client on a transport that has no other clients.
    /// - Throws: `MessageFault` for what is no message, or one that claims a modern revision.
    static func legacyMessages(_ json: JSON, takesBatches: Bool) throws(MessageFault) -> [Message] {
        if let elements = json.arrayValue {
            guard takesBatches else { throw MessageFault("this revision has no batches") }
            return try batch(elements)
        }
        let message = try Message(json)
        guard message.params?.claimsRevision != true else {
            throw MessageFault("the revision that the message claims is not served on this transport", id: message.requestID)
        }
        return [message]
    }

    /// The messages of a batch: requests and notifications, or responses only (2025-03-26, base protocol).
    static func batch(_ elements: [JSON]) throws(MessageFault) -> [Message] {
        guard !elements.isEmpty else { throw MessageFault("a batch must not be empty") }
        guard elements.count <= maximumBatch else { throw MessageFault("a batch has at most \(maximumBatch) messages") }
        var messages: [Message] = []
        var responses = 0
        for (index, element) in elements.enumerated() {
            let message: Message
            do {
                message = try Message(element)
            } catch {
                throw MessageFault("message \(index) of the batch: \(error.message)")
            }
            if message.params?.claimsRevision == true {
                throw MessageFault("message \(index) of the batch claims a revision that has no batches")
            }
            if case .request(let request) = message, request.method == "initialize" {
                throw MessageFault("initialize can't be part of a batch")
            }
            if case .response = message { responses += 1 }
            messages.append(message)
        }
        guard responses == 0 || responses == messages.count else {
            throw MessageFault("a batch has either responses only, or none")
        }
        return messages
    }

    /// A transport-level refusal: always 400.
    static func refuse(_ id: MessageID?, _ code: Int, _ message: String) -> Rung {
        .refused(Reply(id, failure: WireError(code: code, message: message, status: 400)))
    }
}
