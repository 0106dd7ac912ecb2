internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// Why an attempt failed, as the client will be told if no other succeeds.
struct Failure: Error {
    var error: RelayError
    /// Whether the client's request can't be read, so that no channel is asked.
    var isOfRequest = false

    init(_ status: HTTPResponseStatus, code: String, _ message: String) {
        self.error = RelayError(
            status, type: status == .notImplemented ? "not_implemented_error" : "upstream_error", code: code, message)
    }

    /// What the relay itself has to say of the request.
    init(_ error: RelayError) { self.error = error }

    /// The client's request can't be read.
    init(ofRequest error: RelayError) {
        self.error = error
        self.isOfRequest = true
    }

    /// A connection that failed.
    init(_ error: OutboundError) {
        switch error.code {
        case .timedOut: self.init(.gatewayTimeout, code: "upstream_timeout", "the upstream \(error.message)")
        case .overloaded: self.init(.serviceUnavailable, code: "upstream_overloaded", error.message)
        default: self.init(.badGateway, code: "upstream_unreachable", "the upstream failed: \(error.message)")
        }
    }

    /// An upstream's own refusal.
    init(_ head: HTTPResponseHead, body: ByteBuffer) {
        self.init(status: head.status.code, UpstreamComplaint(body), code: "upstream_error")
        if head.status.code == 429 {
            self.error.retryAfterSeconds = head.headers.first(name: "retry-after").flatMap { Int64($0) }.map {
                min(max($0, 0), 3600)
            }
        }
    }

    /// What an event of a stream says of a failure.
    init(streamEvent data: UnsafeRawBufferPointer) {
        let told = UpstreamComplaint(data)
        self.init(status: UInt(clamping: told.status ?? 502), told, code: "upstream_stream_error")
        // Words of another kind of failure than a status tells are what programs look for.
        if self.error.status == .badGateway { self.error.code = "upstream_stream_error" }
    }

    /// An answer that isn't what its format says, or an event that tells of a failure.
    init(_ fault: FormatFault) {
        guard let told = fault.told else {
            self.init(.badGateway, code: "upstream_answer_invalid", "the upstream's answer can't be read: \(fault.description)")
            return
        }
        let complaint = UpstreamComplaint(message: fault.description, type: told.type, code: told.code)
        self.init(status: UInt(clamping: told.status), complaint, code: "upstream_stream_error")
    }

    /// The text is passed on; what it says of the channel's credential or account is not the client's to know, and a failure inside the
    /// upstream is a bad gateway here.
    private init(status: UInt, _ told: UpstreamComplaint, code: String) {
        switch status {
        case 401, 402, 403: self.init(.badGateway, code: "upstream_refused", "the upstream refused the channel's credential")
        case 400, 404, 409, 413, 415, 422, 451:
            self.init(HTTPResponseStatus(statusCode: Int(status)), code: told.code ?? code, told.message)
            self.error.type = told.type ?? "invalid_request_error"
            self.error.parameter = told.parameter
        case 429:
            self.init(.tooManyRequests, code: told.code ?? "rate_limit_exceeded", told.message)
            self.error.type = told.type ?? "rate_limit_error"
        case 503, 529: self.init(.serviceUnavailable, code: told.code ?? "upstream_overloaded", told.message)
        case 504: self.init(.gatewayTimeout, code: "upstream_timeout", told.message)
        default: self.init(.badGateway, code: told.code ?? code, told.message)
        }
    }

    /// Whether another channel may do better: the request itself is not at fault.
    var isRetryable: Bool { RetryPolicy.isRetryable(status: self.error.status.code) }

    /// The text for the log, at most 1 KiB.
    var recordText: String {
        let text = "\(self.error.code ?? self.error.type): \(self.error.message)"
        return text.utf8.count <= 1024 ? text : String(decoding: text.utf8.prefix(1021), as: UTF8.self)
    }
}
