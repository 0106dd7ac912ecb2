/// A tenant: owns tokens, quotas and MCP servers; every call is charged to one.
public struct Group: Sendable, Hashable {
    public struct Status: Sendable, Hashable {
        public let number: Int64
        public init(number: Int64) { self.number = number }
        public static let enabled = Status(number: 1)
        public static let disabled = Status(number: 2)
        /// The operator's own group: no limits, recorded all the same.
        public static let `internal` = Status(number: 3)
    }

    /// At most 64 characters.
    public var id: String
    public var status = Status.enabled
    /// Factors on each model's limits; 0 or less counts as 1.
    public var rpmRatio = 0.0
    public var tpmRatio = 0.0
    /// The sets whose channels it may use; empty = the default set.
    public var availableSets: [String] = []
    public var balanceAlertEnabled = false
    public var balanceAlertThreshold = 0.0
    /// Milliseconds since 1970.
    public var createdAt: Int64

    public init(id: String, createdAt: Int64) {
        self.id = id
        self.createdAt = createdAt
    }
}
