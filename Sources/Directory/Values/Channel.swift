public import Wire

/// One account at one upstream model provider.
public struct Channel: Sendable, Hashable {
    public struct Status: Sendable, Hashable {
        public let number: Int64
        public init(number: Int64) { self.number = number }
        public static let enabled = Status(number: 1)
        public static let disabled = Status(number: 2)
    }

    public var id: Int64
    /// The provider's number in the contract: 1 = OpenAI, 53 = fake ...
    public var type: Int64
    /// At most 64 characters.
    public var name: String
    /// The provider's credential, opened; sealed wherever it is stored.
    public var key: String
    /// "" = the provider's default.
    public var baseURL = ""
    public var proxyURL = ""
    /// Empty = the operator's default models for the type.
    public var models: [String] = []
    /// Name asked for -> name sent upstream.
    public var modelMapping: [String: String] = [:]
    /// The weight among channels that offer the same model; 0 counts as 10.
    public var priority: Int64 = 0
    public var status = Status.enabled
    public var sets: [String] = []
    /// The provider's own settings (a JSON object).
    public var configs = JSONObject()
    public var skipsTLSVerification = false
    public var bansOnNoPermission = false
    public var warnErrorRate = 0.0
    public var maxErrorRate = 0.0
    public var checksBalance = false
    public var balance = 0.0
    public var balanceThreshold = 0.0
    /// Milliseconds since 1970; 0 = never.
    public var balanceUpdatedAt: Int64 = 0
    public var lastTestErrorAt: Int64 = 0
    public var createdAt: Int64

    /// The set that a channel or group without sets belongs to.
    public static let defaultSet = "default"

    public init(id: Int64, type: Int64, name: String, key: String, createdAt: Int64) {
        self.id = id
        self.type = type
        self.name = name
        self.key = key
        self.createdAt = createdAt
    }
}
