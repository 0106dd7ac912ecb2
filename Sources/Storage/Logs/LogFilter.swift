/// Which log rows are asked for; nil or "" = any. Texts are compared whole.
public struct LogFilter: Sendable, Hashable {
    /// Which calls by how they ended.
    public enum CodeType: String, Sendable, Hashable {
        case all
        /// Status 200.
        case success
        /// Any other status.
        case error
    }

    public var groupID: String?
    public var tokenName: String?
    public var tokenID: Int64?
    public var model: String?
    public var channelID: Int64?
    public var requestID: String?
    public var upstreamID: String?
    public var codeType = CodeType.all
    /// A status; counts before `codeType`.
    public var code: Int64?
    public var clientAddress: String?
    public var user: String?
    /// Calls that were settled at this time or later, milliseconds since 1970.
    public var since: Int64?
    /// Calls that were settled at this time or before, milliseconds since 1970.
    public var until: Int64?
    /// The request id, upstream id, group, model or token name.
    public var keyword: String?

    public init() {}
}
