public import Ledger
public import Wire

/// An API key of a group. The key itself is not here: only its keyed hash.
public struct Token: Sendable, Hashable {
    public struct Status: Sendable, Hashable {
        public let number: Int64
        public init(number: Int64) { self.number = number }
        public static let enabled = Status(number: 1)
        public static let disabled = Status(number: 2)
    }

    public var id: Int64
    public var groupID: String
    /// At most 32 characters, unique in its group.
    public var name: String
    public var keyHash: KeyHash
    /// The key's first characters, by which a person recognises it.
    public var keyPrefix: String
    public var status = Status.enabled
    /// Networks (CIDR) that may use it; empty = all.
    public var subnets: [String] = []
    /// Models it may use, compared without regard to case; empty = all of its group's.
    public var models: [String] = []
    public var quota = TokenQuota()
    /// Milliseconds since 1970.
    public var createdAt: Int64

    public init(id: Int64, groupID: String, name: String, keyHash: KeyHash, keyPrefix: String, createdAt: Int64) {
        self.id = id
        self.groupID = groupID
        self.name = name
        self.keyHash = keyHash
        self.keyPrefix = keyPrefix
        self.createdAt = createdAt
    }
}
