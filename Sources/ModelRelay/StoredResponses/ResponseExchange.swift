internal import Wire

/// A request and the response to it, as they are given to the store: in bytes, so that nothing is parsed on an event loop.
struct ResponseExchange: Sendable {
    var owner: ResponseOwner
    /// The channel whose upstream keeps the response too: one of the same format that was sent the client's own request.
    var channelID: Int64?
    /// The client's request, with its `previous_response_id`, not what it was expanded to.
    var request: [UInt8]
    /// The response object that the client got, whole or in the last event of its stream.
    var response: [UInt8]

    /// The response of a stream's last event; nil where it has none.
    static func response(inLastEventOf events: [UInt8]) -> [UInt8]? {
        guard let frame = events.frames().last else { return nil }
        let data = frame.withUnsafeBytes { EventFraming.fields(of: $0)?.data }
        guard let data, let event = try? JSON.parse(data, limits: JSONLimits(duplicateNames: .lastWins)) else { return nil }
        return event["response"].map { $0.serializedBytes() }
    }

    /// The items of a request's `input`: a text is a message of the user.
    static func items(of request: JSON) -> [JSON] {
        switch request["input"] {
        case .string(let text)?: [["type": "message", "role": "user", "content": .string(text)]]
        case .array(let items)?: items
        default: []
        }
    }

    /// Whether the client wants its response to be kept: it says so by saying nothing.
    static func isStored(_ request: JSON) -> Bool { request["store"]?.boolValue ?? true }
}
