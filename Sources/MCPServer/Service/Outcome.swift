import Wire

/// How a call ended, or what it needs to end.
public enum Outcome: Sendable {
    /// The result, and how long it may be kept.
    case complete(RawObject, CacheHint? = nil)
    /// Questions to the client, as a value: the service keeps nothing and comes back by `Operation.resumption`.
    /// No questions but a state means: later, again.
    case needs([PendingAsk], Continuation?)
    /// The call goes on as a task. Only where the client accepts `.tasks`.
    case task(TaskReference)
}

/// How long a result may be kept, and by whom.
public struct CacheHint: Sendable, Hashable {
    /// Who may see a kept copy.
    public enum Scope: String, Sendable, Hashable {
        /// Everybody.
        case `public`
        /// The same authorization only.
        case `private`
    }

    /// How long from now; `zero`: not at all.
    public let lifetime: Duration
    /// Who may see a kept copy.
    public let scope: Scope

    /// A hint; a negative lifetime is taken as none.
    public init(lifetime: Duration, scope: Scope) {
        self.lifetime = max(lifetime, .zero)
        self.scope = scope
    }

    /// Not to be kept: what is said of a result whose origin gives no hint.
    public static let none = CacheHint(lifetime: .zero, scope: .private)

    /// The lifetime in milliseconds, as `ttlMs` wants it.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = lifetime.components
        return seconds.multipliedReportingOverflow(by: 1000).overflow
            ? .max : seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}

/// A task that a server made of a call (extension of 2026-07-28).
public struct TaskReference: Sendable {
    /// The task as its first answer describes it: `taskId`, `status`, times.
    public let object: RawObject

    /// The task in that object.
    public init(_ object: RawObject) { self.object = object }

    /// The task's id.
    public var id: String? { object["taskId"]?.stringValue }
}

/// A call about a task.
public struct TaskOperation: Sendable {
    /// What to do with it: read its state, answer its questions, end it.
    public enum Kind: Sendable, Hashable { case get, update, cancel }

    /// What to do.
    public let kind: Kind
    /// `taskId`.
    public let id: String
    /// The parameters, `inputResponses` of an update among them.
    public let params: RawObject

    /// A call with all its parts.
    public init(_ kind: Kind, id: String, params: RawObject) {
        self.kind = kind
        self.id = id
        self.params = params
    }
}
