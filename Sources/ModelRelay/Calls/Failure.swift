internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// Why an attempt failed, as the client will be told if no other succeeds.
struct Failure: Error {
    var error: RelayError
    /// What it says of the channel.
    var outcome: AttemptOutcome
    /// How long the upstream asked not to be called, milliseconds.
    var retryAfterMilliseconds: Int64?
    /// Whether the client's request can't be read, so that no channel is asked.
    var isOfRequest = false

    init(_ status: HTTPResponseStatus, code: String, _ message: String, outcome: AttemptOutcome = .unreadable) {
        self.error = RelayError(
            status, type: status == .notImplemented ? "not_implemented_error" : "upstream_error", code: code, message)
        self.outcome = status == .notImplemented ? .unusable : outcome
    }

    /// What the relay itself has to say of the request, which was not sent.
    init(_ error: RelayError) {
        self.error = error
        self.outcome = .unusable
    }

    /// The client's request can't be read.
    init(ofRequest error: RelayError) {
        self.error = error
        self.outcome = .unusable
        self.isOfRequest = true
    }

    /// A connection that failed.
    /// - Parameter isCut: whether the answer had begun.
    init(_ error: OutboundError, isCut: Bool = false) {
        switch error.code {
        case .timedOut:
            self.init(.gatewayTimeout, code: "upstream_timeout", "the upstream \(error.message)", outcome: .timedOut)
        // Too many wait here: that is no failure of the channel.
        case .overloaded: self.init(.serviceUnavailable, code: "upstream_overloaded", error.message, outcome: .unusable)
        default:
            self.init(
                .badGateway, code: "upstream_unreachable", "the upstream failed: \(error.message)",
                outcome: isCut ? .cut : .unreachable)
        }
    }

    /// An upstream's own refusal.
    /// - Parameter now: milliseconds since 1970.
    init(_ head: HTTPResponseHead, body: ByteBuffer, at now: Int64) {
        self.init(status: head.status.code, UpstreamComplaint(body), code: "upstream_error")
        self.outcome = .refused(status: Int(head.status.code))
        guard self.outcome.asksForTime else { return }
        self.retryAfterMilliseconds = RetryAfter.milliseconds(
            head.headers.first(name: "retry-after"), milliseconds: head.headers.first(name: "retry-after-ms"), at: now)
        self.tellRetryAfter(self.retryAfterMilliseconds)
    }

    /// Tells the client when to come again, in whole seconds, an hour at most.
    mutating func tellRetryAfter(_ milliseconds: Int64?) {
        guard let milliseconds, self.error.status == .tooManyRequests || self.error.status == .serviceUnavailable else { return }
        self.error.retryAfterSeconds = min(max((milliseconds + 999) / 1000, 1), 3600)
    }

    /// What an event of a stream says of a failure.
    init(streamEvent data: UnsafeRawBufferPointer) {
        self.init(told: UpstreamComplaint(data), code: "upstream_stream_error")
        // Words of another kind of failure than a status tells are what programs look for.
        if self.error.status == .badGateway { self.error.code = "upstream_stream_error" }
    }

    /// What a 200 says of a failure.
    init(told: UpstreamComplaint, code: String) {
        self.init(status: UInt(clamping: told.status ?? 502), told, code: code)
        self.outcome = Self.outcome(told: told.status)
    }

    /// An answer that isn't what its format says, or an event that tells of a failure.
    init(_ fault: FormatFault) {
        guard let told = fault.told else {
            self.init(.badGateway, code: "upstream_answer_invalid", "the upstream's answer can't be read: \(fault.description)")
            return
        }
        let complaint = UpstreamComplaint(message: fault.description, type: told.type, code: told.code)
        self.init(status: UInt(clamping: told.status), complaint, code: "upstream_stream_error")
        self.outcome = Self.outcome(told: told.status)
    }

    private static func outcome(told status: Int?) -> AttemptOutcome {
        status.map { (400...599).contains($0) ? .refused(status: $0) : .failedInStream } ?? .failedInStream
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

    /// A stream that ended without its end.
    static let cut = Failure(
        .badGateway, code: "upstream_stream_cut", "the upstream's stream ended in the middle", outcome: .cut)

    /// The text for the log, at most 1 KiB.
    var recordText: String {
        let text = "\(self.error.code ?? self.error.type): \(self.error.message)"
        return text.utf8.count <= 1024 ? text : String(decoding: text.utf8.prefix(1021), as: UTF8.self)
    }
}
