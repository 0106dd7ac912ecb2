public import Wire

/// A JSON-RPC 2.0 message as MCP restricts it, with the JSON it came in.
///
/// Members that this code does not know stay in `json` and pass on untouched.
public enum Message: Sendable {
    case request(RequestMessage)
    case notification(NotificationMessage)
    case response(ResponseMessage)

    /// The longest method name that is accepted, in bytes.
    public static let maximumMethodBytes = 256

    /// The message in a JSON value.
    ///
    /// An object with `method` is a request where it has an `id`, else a notification; one without is a response.
    /// - Throws: `MessageFault` that names the offending member. MCP narrows JSON-RPC: `id` is never null or a fraction,
    ///   `params` and `result` are objects.
    public init(_ json: JSON) throws(MessageFault) {
        guard let object = json.objectValue else {
            throw MessageFault("a message must be an object, not \(json.kind.withArticle)")
        }
        let id = object["id"].flatMap(MessageID.init)
        guard object["jsonrpc"]?.stringValue == "2.0" else { throw MessageFault("jsonrpc must be \"2.0\"", id: id) }
        if object.contains("id"), id == nil {
            throw MessageFault("id must be a string or an integer of at most \(MessageID.maximumBytes) bytes")
        }
        if let method = object["method"] {
            self = try Self.call(method, id: id, in: object)
        } else {
            self = .response(try ResponseMessage(object, id: id))
        }
    }

    private static func call(_ method: JSON, id: MessageID?, in object: JSONObject) throws(MessageFault) -> Message {
        guard let name = method.stringValue, !name.isEmpty, name.utf8.count <= maximumMethodBytes else {
            throw MessageFault("method must be a string of 1 to \(maximumMethodBytes) bytes", id: id)
        }
        guard !object.contains("result"), !object.contains("error") else {
            throw MessageFault("a message with method can't have result or error", id: id)
        }
        let params = object["params"]
        guard params == nil || params?.kind == .object else {
            throw MessageFault("params must be an object, not \(params?.kind.withArticle ?? "absent")", id: id)
        }
        if let id {
            return .request(RequestMessage(id: id, method: name, params: params?.objectValue, json: object))
        }
        return .notification(NotificationMessage(method: name, params: params?.objectValue, json: object))
    }

    /// The parameters of a request or notification.
    public var params: JSONObject? {
        switch self {
        case .request(let request): request.params
        case .notification(let notification): notification.params
        case .response: nil
        }
    }

    /// The id of a request or response, where it has one.
    public var id: MessageID? {
        switch self {
        case .request(let request): request.id
        case .notification: nil
        case .response(let response): response.id
        }
    }
}

/// A call that wants an answer.
public struct RequestMessage: Sendable {
    /// The id to answer under.
    public let id: MessageID
    /// What is called.
    public let method: String
    /// The parameters; nil where the message has none, which is passed on as absence.
    public let params: JSONObject?
    /// The whole message.
    public let json: JSONObject
}

/// A call that wants no answer.
public struct NotificationMessage: Sendable {
    /// What is told.
    public let method: String
    /// The parameters; nil where the message has none.
    public let params: JSONObject?
    /// The whole message.
    public let json: JSONObject
}

/// The answer to a request: a result, or an error.
public struct ResponseMessage: Sendable {
    /// What a response says.
    public enum Content: Sendable {
        case result(JSONObject)
        case error(code: Int, message: String, data: JSON?)
    }

    /// The id of the request answered; absent only on an error whose request could not be read (2025-11-25 on).
    public let id: MessageID?
    /// What it says.
    public let content: Content
    /// The whole message.
    public let json: JSONObject

    init(_ object: JSONObject, id: MessageID?) throws(MessageFault) {
        self.id = id
        json = object
        switch (object["result"], object["error"]) {
        case (let result?, nil):
            guard let result = result.objectValue else { throw MessageFault("result must be an object", id: id) }
            guard id != nil else { throw MessageFault("a result needs the id of its request") }
            content = .result(result)
        case (nil, let error?):
            guard let code = error["code"]?.intValue else { throw MessageFault("error.code must be an integer", id: id) }
            guard let message = error["message"]?.stringValue else {
                throw MessageFault("error.message must be a string", id: id)
            }
            content = .error(code: code, message: message, data: error["data"])
        case (nil, nil): throw MessageFault("a message needs method, result or error", id: id)
        case (_?, _?): throw MessageFault("a response has either result or error, not both", id: id)
        }
    }
}

/// Why a JSON value is no message of the protocol (JSON-RPC code -32600).
public struct MessageFault: Error, Sendable {
    /// What is wrong, naming the member.
    public let message: String
    /// The id of the offending request, where it could be read: the error is then answered under it.
    public let id: MessageID?

    init(_ message: String, id: MessageID? = nil) {
        self.message = message
        self.id = id
    }
}

extension JSONKind {
    /// The kind as it reads in a sentence: "a number", "an object", "null".
    package var withArticle: String {
        switch self {
        case .null: "null"
        case .array, .object: "an \(rawValue)"
        case .boolean, .number, .string: "a \(rawValue)"
        }
    }
}
