public import Directory
public import Ledger

/// A group with what was counted for it.
public struct StoredGroup: Sendable, Hashable {
    public var group: Group
    public var usedAmount: Money
    public var requestCount: Int64
    /// When it last made a call, milliseconds since 1970; 0 = never.
    public var accessedAt: Int64

    public init(group: Group, usedAmount: Money = .zero, requestCount: Int64 = 0, accessedAt: Int64 = 0) {
        self.group = group
        self.usedAmount = usedAmount
        self.requestCount = requestCount
        self.accessedAt = accessedAt
    }
}

/// A token with what was counted for it, and its key, sealed.
public struct StoredToken: Sendable {
    public var token: Token
    public var usedAmount: Money
    public var requestCount: Int64
    /// When it was last used, milliseconds since 1970; 0 = never.
    public var accessedAt: Int64
    let sealedKey: String
    let secrets: StoreSecrets

    /// The key in plain text; for its owner's eyes.
    /// - Throws: `damaged` where it was sealed with another secret.
    public func key() throws(StorageError) -> String { try secrets.open(sealedKey, for: .tokenKey) }
}

/// A channel with what was counted for it.
public struct StoredChannel: Sendable, Hashable {
    public var channel: Channel
    public var usedAmount: Money
    public var requestCount: Int64
    public var retryCount: Int64
    /// When it was last used, milliseconds since 1970; 0 = never.
    public var accessedAt: Int64

    public init(
        channel: Channel, usedAmount: Money = .zero, requestCount: Int64 = 0, retryCount: Int64 = 0, accessedAt: Int64 = 0
    ) {
        self.channel = channel
        self.usedAmount = usedAmount
        self.requestCount = requestCount
        self.retryCount = retryCount
        self.accessedAt = accessedAt
    }
}
