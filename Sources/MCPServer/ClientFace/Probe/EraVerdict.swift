/// What an upstream was found to speak.
enum EraVerdict: Sendable, Hashable {
    /// Stateless requests of that revision.
    case modern(Revision)
    /// A handshake and a session, over that transport.
    case legacy(LegacyTransport)
}

/// How a legacy upstream is reached.
enum LegacyTransport: String, Sendable, Hashable {
    case streamableHTTP = "streamable-http"
    case eventStream = "sse"
    case lines = "stdio"
}
