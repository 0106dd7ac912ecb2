/// One event of a server-sent event stream (WHATWG HTML section 9.2).
public struct SSEEvent: Sendable, Hashable {
    /// The event's type; nil where the stream gave none, which means `message`.
    public var type: String?
    /// The data, its lines joined by line feeds.
    public var data: String
    /// The identifier that this event sets; nil where it leaves the last one in force.
    public var id: String?
    /// The reconnection time that this event sets, in milliseconds.
    public var retryMilliseconds: Int?

    /// An event with those fields.
    public init(type: String? = nil, data: String, id: String? = nil, retryMilliseconds: Int? = nil) {
        self.type = type
        self.data = data
        self.id = id
        self.retryMilliseconds = retryMilliseconds
    }
}

/// How long lines and events of a stream may be.
public struct SSELimits: Sendable, Hashable {
    /// The longest line in bytes, without its end.
    public var maximumLineBytes: Int
    /// The most bytes of fields in one event.
    public var maximumEventBytes: Int

    /// 16 MiB for a line and for an event.
    public static let standard = SSELimits()

    /// Limits in bytes.
    public init(maximumLineBytes: Int = 16 << 20, maximumEventBytes: Int = 16 << 20) {
        self.maximumLineBytes = maximumLineBytes
        self.maximumEventBytes = maximumEventBytes
    }
}

/// Why a stream can't be read on. The format itself knows no errors.
public struct SSEError: Error, Sendable, Hashable, CustomStringConvertible {
    private enum Kind: Sendable { case lineTooLong, eventTooLong }

    private let kind: Kind

    /// A line is longer than the limits allow.
    public static let lineTooLong = SSEError(kind: .lineTooLong)
    /// The fields of an event are together longer than the limits allow.
    public static let eventTooLong = SSEError(kind: .eventTooLong)

    /// What is wrong, for a person.
    public var description: String {
        switch kind {
        case .lineTooLong: "a line of the event stream is too long"
        case .eventTooLong: "an event of the event stream is too long"
        }
    }
}

/// What stopped the reading of a stream whose events go to a handler that can fail.
public enum SSEConsumeError<Failure: Error>: Error {
    /// The stream broke a limit.
    case stream(SSEError)
    /// The handler failed; the rest of the bytes was not read.
    case handler(Failure)
}

extension SSEConsumeError: Sendable where Failure: Sendable {}
