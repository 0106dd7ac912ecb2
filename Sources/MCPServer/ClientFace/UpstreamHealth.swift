/// How an upstream is doing, for operators. It holds no secret and no URL.
public struct UpstreamHealth: Sendable {
    /// What it was found to speak; nil as long as nobody has asked.
    public var era: Revision.Era?
    /// The revision of the last session or stateless contact.
    public var revision: Revision?
    /// `streamable-http`, `sse` or `stdio`; nil as long as it is not known.
    public var transport: String?
    /// Open sessions; 0 for stateless upstreams over HTTP.
    public var sessions = 0
    /// Calls under way.
    public var calls = 0
    /// Messages of the upstream that were no JSON-RPC and were skipped, on what is open now.
    public var skippedMessages = 0
    /// What went wrong last, in a sentence.
    public var lastError: String?
    /// How often something went wrong, with this service and with those before it that shared its count.
    public var failures = 0
    /// When the last failure was, in milliseconds since 1970.
    public var lastErrorMilliseconds: Int64?
    /// When the upstream last answered, in milliseconds since 1970.
    public var lastContactMilliseconds: Int64?

    /// Nothing known.
    public init() {}
}
