import Wire

/// What one line of the client is: the era is decided for each line, not for the process.
enum LineReading: Sendable {
    /// A request that claims, or must claim, a modern revision.
    case modern(RequestMessage)
    /// The client does not want the answer to that request any more; which era it is of, the request tells. With the
    /// whole message, unless it claims a modern revision.
    case cancelled(MessageID, Message?)
    /// A modern notification of another kind: none is defined.
    case nothing
    /// A message of the legacy session.
    case legacy(Message)
    /// Several of them (2025-03-26).
    case batch([Message])
    /// An error to answer with.
    case refused(MessageID?, WireError)

    /// Reads a line.
    ///
    /// - Parameter revision: that of the legacy session, where there is one: it says whether arrays are messages.
    static func read(_ line: [UInt8], limits: JSONLimits, revision: Revision?) -> LineReading {
        guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return .nothing }
        let json: JSON
        do {
            json = try JSON.parse(line, limits: limits)
        } catch {
            return refuse(nil, ErrorCode.parseError, "The line is not valid JSON: \(error)")
        }
        do throws(MessageFault) {
            guard let elements = json.arrayValue else { return single(try Message(json)) }
            guard let revision, revision <= .march2025 else { throw MessageFault("this revision has no batches") }
            return .batch(try Ladder.batch(elements))
        } catch {
            return refuse(error.id, ErrorCode.invalidRequest, error.message)
        }
    }

    private static func single(_ message: Message) -> LineReading {
        switch message {
        case .request(let request):
            let isModern = request.params?.claimsRevision ?? false
            let mustBeModern = ["server/discover", "subscriptions/listen"].contains(request.method)
            return isModern || mustBeModern ? .modern(request) : .legacy(message)
        case .notification(let notification):
            let isModern = notification.params?.claimsRevision ?? false
            if notification.method == "notifications/cancelled",
                let id = notification.params?["requestId"].flatMap(MessageID.init)
            {
                return .cancelled(id, isModern ? nil : message)
            }
            return isModern ? .nothing : .legacy(message)
        case .response: return .legacy(message)
        }
    }

    private static func refuse(_ id: MessageID?, _ code: Int, _ message: String) -> LineReading {
        .refused(id, WireError(code: code, message: message))
    }
}
