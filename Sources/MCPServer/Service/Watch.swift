/// Which changes somebody wants to hear of, or will.
public struct ChangeFilter: Sendable, Hashable {
    /// Whether tools came or went.
    public var toolsListChanged = false
    /// Whether prompts came or went.
    public var promptsListChanged = false
    /// Whether resources came or went.
    public var resourcesListChanged = false
    /// URIs whose updates are wanted.
    public var resourceSubscriptions: [String] = []
    /// Tasks whose status is wanted (tasks extension).
    public var taskIDs: [String] = []

    /// Nothing.
    public init() {}
}

/// Something that changed.
public enum Change: Sendable {
    case toolsListChanged, promptsListChanged, resourcesListChanged
    /// The parameters of `notifications/resources/updated`; the URI may be a sub-resource of one subscribed to.
    case resourceUpdated(RawObject)
    /// The parameters of `notifications/tasks`.
    case task(RawObject)
}

/// A running watch.
public struct Watch: Sendable {
    /// What will really be delivered.
    public let honoured: ChangeFilter
    /// Ends when the service can watch no longer. Its buffer is bounded by who made it.
    public let changes: AsyncStream<Change>

    /// A watch that delivers those changes.
    public init(honoured: ChangeFilter, changes: AsyncStream<Change>) {
        self.honoured = honoured
        self.changes = changes
    }
}
