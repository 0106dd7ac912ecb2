/// One session of a legacy client: from `initialize` to its end.
///
/// A value; the transport that holds it performs what follows from an event.
struct LegacySession: Sendable {
    enum Phase: Sendable, Hashable {
        /// Nothing was said yet.
        case new
        /// `initialize` was answered; the client has not confirmed.
        case initialising
        /// `notifications/initialized` came.
        case ready
        case closed
    }

    /// Who may use it.
    let owner: Principal
    private(set) var phase = Phase.new
    private var greeting: Greeting?
    /// What `logging/setLevel` asked for; nil: nothing, and none is then sent.
    private(set) var logLevel: LogLevel?

    init(owner: Principal) { self.owner = owner }

    /// What was settled by `initialize`. A class, so that a session is copied without copying all of it.
    final class Greeting: Sendable {
        let revision: Revision
        let capabilities: ClientCapabilities
        let info: Implementation

        init(revision: Revision, capabilities: ClientCapabilities, info: Implementation) {
            self.revision = revision
            self.capabilities = capabilities
            self.info = info
        }
    }

    /// The negotiated revision; the newest before there is one.
    var revision: Revision { greeting?.revision ?? .newestLegacy }
    /// What the client declared.
    var capabilities: ClientCapabilities { greeting?.capabilities ?? ClientCapabilities() }
    /// Who the client says it is.
    var info: Implementation? { greeting?.info }

    /// `initialize` was answered. False where the session is past that.
    mutating func initialize(_ greeting: Greeting) -> Bool {
        guard phase == .new else { return false }
        phase = .initialising
        self.greeting = greeting
        return true
    }

    /// `notifications/initialized` came; a second one changes nothing.
    mutating func confirm() {
        if phase == .initialising { phase = .ready }
    }

    /// `logging/setLevel` came.
    mutating func setLogLevel(_ level: LogLevel) {
        if phase == .ready { logLevel = level }
    }

    /// The session is over, from whatever phase.
    mutating func close() { phase = .closed }

    /// Whether a request may be served now: before the client has confirmed, only `ping` (lifecycle of each revision).
    func admits(method: String) -> Bool {
        switch phase {
        case .new, .initialising: method == "ping"
        case .ready: true
        case .closed: false
        }
    }
}
