public import Wire

/// What a service knows about the call it serves, and what it can do to its caller meanwhile.
///
/// Cancellation is that of the Swift task. A wrapper may hand on a context of its own.
public protocol CallContext: Sendable {
    /// Who calls.
    var principal: Principal { get }
    /// The client behind the call.
    var client: ClientProfile { get }
    /// The id of the chain of requests that this call is one of. A call repeated with answers has the id of the first:
    /// it is charged, logged and counted once.
    var chain: String { get }
    /// Whether the call goes on after questions: it was counted before.
    var isContinued: Bool { get }
    /// How long the call may take.
    var clock: CallClock { get }
    /// Where the client is told that a URL elicitation is over, also after the call. nil: it is not told so, as no client of
    /// another revision than 2025-11-25 is.
    var elicitations: ElicitationOutlet? { get }

    /// Tells the client how far the call is; nothing happens where it did not ask. Also touches the clock.
    func progress(_ progress: Progress)
    /// Tells the client what happens; nothing happens where it did not ask for entries of this level.
    func log(_ entry: LogEntry)
    /// Asks the client and waits, while the clock stands still.
    /// - Throws: `MCPError` of kind `missingClientCapability` where this client can't be asked.
    func ask(_ asks: [PendingAsk]) async throws -> [AskKey: Answer]
}

extension CallContext {
    /// Not told.
    public var elicitations: ElicitationOutlet? { nil }
}

/// How far a call is.
public struct Progress: Sendable {
    /// Grows with each report.
    public let value: Double
    /// What `value` will be at the end, where it is known.
    public let total: Double?
    /// What happens now, for a person. Clients before 2025-03-26 don't show it.
    public let message: String?

    /// A report.
    public init(_ value: Double, of total: Double? = nil, message: String? = nil) {
        self.value = value
        self.total = total
        self.message = message
    }
}

/// Something to tell the client's log.
public struct LogEntry: Sendable {
    /// How grave.
    public let level: LogLevel
    /// Which part of the service says it.
    public let logger: String?
    /// What is said: text or any other value.
    public let data: JSON

    /// An entry.
    public init(_ level: LogLevel, logger: String? = nil, data: JSON) {
        self.level = level
        self.logger = logger
        self.data = data
    }
}
