public import Outbound

/// An MCP server elsewhere: how it is reached, with which credential, and how far it is trusted.
///
/// Everything in it is the operator's or tenant's configuration; nothing of a client's request ever goes in. A different
/// credential is a different endpoint, so that sessions and caches of one never serve the other.
public struct UpstreamEndpoint: Sendable {
    /// Starts what a line transport talks to, a child process as a rule.
    public typealias ChannelFactory = @Sendable () async throws -> any LineChannel

    /// How the server is reached.
    public enum Transport: Sendable {
        /// Streamable HTTP of either era on that URL; HTTP+SSE where the URL turns out to be that.
        case streamableHTTP(url: String, client: any WebClient)
        /// HTTP+SSE (2024-11-05), whose event stream is at that URL. Not probed.
        case eventStream(url: String, client: any WebClient)
        /// One message a line, over the standard input and output of a process, in either era.
        case lines(ChannelFactory)
    }

    /// What tells this endpoint from others in caches. It holds no secret.
    public var id: String
    /// How the server is reached.
    public var transport: Transport
    /// Headers for every request: credentials, as a rule.
    public var headers: [(name: String, value: String)]
    /// Query items for every request on the URL: names and values as they are, encoded here.
    public var query: [(name: String, value: String)]
    /// Whether what the server says of its own tools (read-only, idempotent) decides if a call may be repeated.
    public var isTrusted: Bool
    /// Whether the server keeps nothing per session, so that callers may share sessions.
    public var isStateless: Bool
    /// Bounds.
    public var limits: UpstreamLimits
    /// Who Portico says it is where no client speaks through it.
    public var identity: Implementation
    /// Where failures are counted; given from outside, the count goes on in the next service for the same server.
    public var failures = UpstreamFailures()

    /// An endpoint with all its parts.
    public init(
        id: String, transport: Transport, headers: [(name: String, value: String)] = [],
        query: [(name: String, value: String)] = [], isTrusted: Bool = false, isStateless: Bool = false,
        limits: UpstreamLimits = UpstreamLimits(), identity: Implementation = .portico
    ) {
        self.id = id
        self.transport = transport
        self.headers = headers
        self.query = query
        self.isTrusted = isTrusted
        self.isStateless = isStateless
        self.limits = limits
        self.identity = identity
    }

    /// The URL with the query items, or the id of a line transport: the place that an era is learnt for.
    var place: String {
        switch transport {
        case .streamableHTTP(let url, _), .eventStream(let url, _): UpstreamURL.adding(query, to: url)
        case .lines: "lines:\(id)"
        }
    }
}

/// How much an upstream may take, and how long.
public struct UpstreamLimits: Sendable, Hashable {
    /// Sessions with the upstream at once.
    public var maximumSessions = 512
    /// Sessions of one principal at once.
    public var maximumSessionsPerPrincipal = 64
    /// Calls on one session at once.
    public var maximumCallsPerSession = 1024
    /// Questions of the upstream that wait for an answer at once, in one session.
    public var maximumAsksPerSession = 64
    /// Watchers of changes at once.
    public var maximumWatches = 4096
    /// Resources subscribed to at once, in one session.
    public var maximumSubscriptions = 1024
    /// The longest message from the upstream, in bytes.
    public var maximumMessageBytes = 32 << 20
    /// Tools that are remembered.
    public var maximumTools = 10_000
    /// How long a session without calls and watchers is kept.
    public var idleSession = Duration.seconds(300)
    /// How long finding out the era may take, for each question.
    public var probe = Duration.seconds(5)
    /// How long a handshake may take, and every request of our own.
    public var handshake = Duration.seconds(30)
    /// How long a call may take at most, whatever its clock says.
    public var call = Duration.seconds(3600)
    /// How long what a server says of itself is kept at least, and a list of its tools at most.
    public var profile = Duration.seconds(60)

    /// The default limits.
    public init() {}
}
