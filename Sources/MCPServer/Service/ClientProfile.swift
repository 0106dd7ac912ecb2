public import Wire

/// What is known of the client behind one call: for the modern era that of this very request.
///
/// An object, because whatever serves the call hands it on.
public final class ClientProfile: Sendable {
    /// How this client can be asked while a call runs.
    public enum AskForm: Sendable, Hashable {
        /// Not at all: its transport carries no request towards it.
        case none
        /// By a request that the call waits for (legacy).
        case live
        /// By an `input_required` result and a repeated call (modern).
        case value
    }

    /// The revision that the client speaks. Services do not look at it; codecs and upstream faces do.
    public let revision: Revision
    /// What the client declared.
    public let capabilities: ClientCapabilities
    /// Who the client says it is.
    public let info: Implementation?
    /// The least grave log entries it wants; nil: none.
    public let logLevel: LogLevel?
    /// The token under which it wants progress; nil: none wanted.
    public let progressToken: JSON?
    /// How it can be asked.
    public let askForm: AskForm
    /// What stays the same over the calls that belong together: the session of a legacy client, else the principal.
    /// An upstream's session is chosen by it.
    public let affinity: String

    /// A profile with all its parts.
    public init(
        revision: Revision, capabilities: ClientCapabilities = ClientCapabilities(), info: Implementation? = nil,
        logLevel: LogLevel? = nil, progressToken: JSON? = nil, askForm: AskForm = .none, affinity: String
    ) {
        self.revision = revision
        self.capabilities = capabilities
        self.info = info
        self.logLevel = logLevel
        self.progressToken = progressToken
        self.askForm = askForm
        self.affinity = affinity
    }

    /// Whether an outcome may need this feature of the client: it declares it and can be reached.
    public func accepts(_ feature: ClientCapabilities.Feature) -> Bool {
        guard capabilities.declares(feature) else { return false }
        return feature == .tasks ? revision.era == .modern : askForm != .none
    }
}
