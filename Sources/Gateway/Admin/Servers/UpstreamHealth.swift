/// What is known of the servers that calls were passed on to. Implemented by whoever holds the connections.
public protocol UpstreamHealthSource: Sendable {
    /// Each upstream that was used since the start and is not forgotten yet, in any order. Asks nobody: it tells what is known.
    func upstreams() -> [UpstreamHealth]
}

/// One MCP server elsewhere, or one child process, as it was found.
public struct UpstreamHealth: Sendable, Hashable {
    /// How it is spoken to.
    public enum Era: String, Sendable, Hashable {
        /// Nothing was learnt of it yet.
        case unknown
        /// With a handshake and sessions: revisions up to 2025-11-25.
        case legacy
        /// Stateless: revisions from 2026-07-28 on.
        case modern
    }

    /// The server's id.
    public var serverID: String
    /// The group that it belongs to; nil for a server that is offered to all.
    public var groupID: String?
    /// The contract's name of its kind: `mcp_proxy_sse`, `mcp_stdio` ...
    public var kind: String
    /// What it really speaks: `sse`, `streamable_http` or `stdio`; "" where nothing was learnt yet.
    public var transport = ""
    public var era = Era.unknown
    /// The revision that was agreed on last; nil where none was.
    public var revision: String?
    /// Sessions that are open now; a stateless upstream has none.
    public var sessions = 0
    /// Calls in progress.
    public var calls = 0
    /// The last failure, for a person; never a credential. nil = there was none.
    public var lastError: String?
    /// Milliseconds since 1970; 0 = never.
    public var lastErrorAt: Int64 = 0
    /// When it last answered, milliseconds since 1970; 0 = never.
    public var lastSuccessAt: Int64 = 0

    /// An upstream of which nothing is known yet.
    public init(serverID: String, groupID: String? = nil, kind: String) {
        self.serverID = serverID
        self.groupID = groupID
        self.kind = kind
    }
}
