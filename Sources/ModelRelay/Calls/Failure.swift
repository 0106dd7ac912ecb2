internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// Why an attempt failed, as the client will be told if no other succeeds.
struct Failure: Error {
    var error: RelayError

    init(_ status: HTTPResponseStatus, code: String, _ message: String) {
        self.error = RelayError(
            status, type: status == .notImplemented ? "not_implemented_error" : "upstream_error", code: code, message)
    }

    /// A connection that failed.
    init(_ error: OutboundError) {
        switch error.code {
        case .timedOut: self.init(.gatewayTimeout, code: "upstream_timeout", "the upstream \(error.message)")
        case .overloaded: self.init(.serviceUnavailable, code: "upstream_overloaded", error.message)
        default: self.init(.badGateway, code: "upstream_unreachable", "the upstream failed: \(error.message)")
        }
    }

    /// An upstream's own refusal. Its text is passed on; what it says of the channel's credential or account is not the client's to
    /// know, and a failure inside it is a bad gateway here.
    init(_ head: HTTPResponseHead, body: ByteBuffer) {
        let told = ChatAnswer.errorMessage(inBody: body)
        switch head.status.code {
        case 401, 402, 403: self.init(.badGateway, code: "upstream_refused", "the upstream refused the channel's credential")
        case 400, 404, 409, 413, 415, 422, 451:
            self.init(head.status, code: told.code ?? "upstream_error", told.message)
            self.error.type = told.type ?? "invalid_request_error"
            self.error.parameter = told.parameter
        case 429:
            self.init(.tooManyRequests, code: told.code ?? "rate_limit_exceeded", told.message)
            self.error.type = told.type ?? "rate_limit_error"
            self.error.retryAfterSeconds = head.headers.first(name: "retry-after").flatMap { Int64($0) }.map {
                min(max($0, 0), 3600)
            }
        case 503, 529: self.init(.serviceUnavailable, code: told.code ?? "upstream_overloaded", told.message)
        case 504: self.init(.gatewayTimeout, code: "upstream_timeout", told.message)
        default: self.init(.badGateway, code: told.code ?? "upstream_error", told.message)
        }
    }

    /// The text for the log, at most 1 KiB.
    var recordText: String {
        let text = "\(self.error.code ?? self.error.type): \(self.error.message)"
        return text.utf8.count <= 1024 ? text : String(decoding: text.utf8.prefix(1021), as: UTF8.self)
    }
}
