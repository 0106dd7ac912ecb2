internal import NIOCore
public import NIOHTTP1
public import Wire

/// In whose words a failure is told: that of the API which the path belongs to.
public enum Dialect: Sendable, Hashable {
    case openAI
    case anthropic
    case gemini
}

/// A failure on the model side: what it is, and how each dialect tells it.
public struct RelayError: Error, Sendable {
    public var status: HTTPResponseStatus
    public var type: String
    public var code: String?
    /// The member of the request at fault.
    public var parameter: String?
    public var message: String
    /// Seconds until it is worth another try.
    public var retryAfterSeconds: Int64?
    /// What its answer says beside it.
    public var headers = HTTPHeaders()

    public init(
        _ status: HTTPResponseStatus, type: String = "invalid_request_error", code: String? = nil, parameter: String? = nil,
        retryAfterSeconds: Int64? = nil, _ message: String
    ) {
        self.status = status
        self.type = type
        self.code = code
        self.parameter = parameter
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The error as JSON text. Beside it stands the request's id under the name that the incumbent's clients read.
    public func json(requestID: RequestID, dialect: Dialect = .openAI) -> [UInt8] {
        let message = JSON.string("\(self.message) (request id: \(requestID))")
        let id = JSON.string(requestID.description)
        let body: JSON
        switch dialect {
        case .openAI:
            body = [
                "error": [
                    "message": message, "type": .string(self.type), "param": self.parameter.map { .string($0) } ?? .null,
                    "code": self.code.map { .string($0) } ?? .null,
                ],
                "aiproxy": id,
            ]
        case .anthropic:
            body = [
                "type": "error", "error": ["type": .string(self.anthropicType), "message": message], "request_id": id,
                "aiproxy": id,
            ]
        case .gemini:
            body = [
                "error": [
                    "code": JSON(integerLiteral: Int64(self.status.code)), "message": message,
                    "status": .string(self.canonicalCode),
                ],
                "aiproxy": id,
            ]
        }
        return body.serializedBytes()
    }

    /// Sends it as a whole answer.
    public func send(
        to sink: any AnswerSink, requestID: RequestID, headers: HTTPHeaders = [:], dialect: Dialect = .openAI
    ) {
        var headers = headers
        headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        headers.replaceOrAdd(name: "X-Request-Id", value: requestID.description)
        if self.status == .unauthorized { headers.replaceOrAdd(name: "WWW-Authenticate", value: "Bearer") }
        headers.add(contentsOf: self.headers)
        if let seconds = self.retryAfterSeconds { headers.replaceOrAdd(name: "Retry-After", value: String(seconds)) }
        sink.answer(self.status, headers, ByteBuffer(bytes: self.json(requestID: requestID, dialect: dialect)))
    }

    /// An endpoint or feature of the contract that is not served yet.
    public static func notServed(_ what: String) -> RelayError {
        RelayError(.notImplemented, type: "not_implemented_error", code: "not_implemented", "\(what) is not served yet")
    }

    /// The types of Anthropic's API errors, by status.
    var anthropicType: String {
        switch self.status.code {
        case 400: "invalid_request_error"
        case 401: "authentication_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 503, 529: "overloaded_error"
        default: "api_error"
        }
    }

    /// The canonical codes of Google's APIs, by status.
    var canonicalCode: String {
        switch self.status.code {
        case 400, 413, 415: "INVALID_ARGUMENT"
        case 401: "UNAUTHENTICATED"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 429: "RESOURCE_EXHAUSTED"
        case 501: "UNIMPLEMENTED"
        case 503: "UNAVAILABLE"
        case 504: "DEADLINE_EXCEEDED"
        default: "INTERNAL"
        }
    }
}
