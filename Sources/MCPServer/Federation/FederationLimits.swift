/// How much a virtual server asks of its members, and keeps.
public struct FederationLimits: Sendable, Hashable {
    /// How many entries a page of a list has.
    public var pageSize = 250
    /// How long one member may take for all pages of one list.
    public var listDeadline = Duration.seconds(10)
    /// How long one member may take to say what it can do.
    public var profileDeadline = Duration.seconds(3)
    /// How many members are asked at the same time.
    public var concurrentMembers = 16
    /// How many pages of one list are taken from one member.
    public var pagesPerMember = 100
    /// How many entries of one list are taken from one member.
    public var entriesPerMember = 10_000
    /// How many bytes of JSON one list of one member may have.
    public var bytesPerMember = 8 << 20
    /// How many bytes the joined instructions have at most.
    public var instructionBytes = 16 << 10
    /// How long the further pages of a list can be asked for, where its cache hint promises no longer.
    public var snapshotLifetime = Duration.seconds(300)
    /// How long a resource list serves for routing after it was fetched.
    public var routeLifetime = Duration.seconds(300)
    /// After how long a URI that nobody is known to have makes the members' lists be fetched again.
    public var missRefresh = Duration.seconds(5)
    /// For how long routing does without a member that failed. Lists ask it each time, and end this where it answers.
    public var failureMemory = Duration.seconds(30)
    /// The longest time that a cache hint promises.
    public var longestHint = Duration.seconds(3600)
    /// How many URIs of one result are remembered.
    public var learntPerResult = 1000

    /// The usual limits.
    public init() {}
}
