import Outbound

/// Why a message did not get its answer, as far as the transport knows.
///
/// What counts is whether the upstream may have acted on the message: only of `notTaken` and `sessionLost` is it certain
/// that it has not.
struct LinkFault: Error, Sendable {
    enum Kind: Sendable, Hashable {
        /// The upstream can't be reached; it has not got the message.
        case notTaken
        /// Its address is one that may not be called from here, whatever is tried; it has not got the message.
        case forbidden
        /// The upstream does not know the session (404); it has not taken the message.
        case sessionLost
        /// The connection or stream ended before the answer. The upstream may have acted.
        case broken
        case timedOut
        case cancelled
        /// 401 or 403: our credential is not good enough.
        case unauthorized(status: Int)
        /// Another HTTP status without a JSON-RPC error.
        case refused(status: Int)
        /// The answer is no message of the protocol.
        case malformed
        /// The answer is larger than is taken.
        case tooLarge
        /// Our own bounds: too many calls or connections.
        case overloaded
    }

    /// What is said of an upstream where nobody may connect.
    static let forbiddenAddress = "The upstream's address is one that may not be called from here"

    let kind: Kind
    /// For a person: no credential, no body, no URL.
    let summary: String

    init(_ kind: Kind, _ summary: String) {
        self.kind = kind
        self.summary = summary
    }

    /// A request that could not be sent, or whose answer's head did not come.
    init(sending error: OutboundError) {
        switch error.code {
        case .invalidURL, .invalidHeader, .connect, .tls:
            self.init(.notTaken, "The upstream can't be reached (\(error.code))")
        // Not where its name leads to: that would tell a tenant what is inside.
        case .refusedAddress: self.init(.forbidden, Self.forbiddenAddress)
        case .overloaded: self.init(.overloaded, "Too many connections to the upstream")
        case .timedOut: self.init(.timedOut, "The upstream did not answer in time")
        case .cancelled: self.init(.cancelled, "The call was cancelled")
        case .tooLarge: self.init(.tooLarge, "The upstream's answer is too large")
        default: self.init(.broken, "The connection to the upstream broke (\(error.code))")
        }
    }

    /// An answer that broke off.
    init(reading error: OutboundError) {
        switch error.code {
        case .timedOut: self.init(.timedOut, "The upstream's answer stopped")
        case .cancelled: self.init(.cancelled, "The call was cancelled")
        case .tooLarge: self.init(.tooLarge, "The upstream's answer is too large")
        default: self.init(.broken, "The upstream's answer broke off (\(error.code))")
        }
    }

    /// Whether the upstream has certainly not acted on the message.
    var isNotTaken: Bool { kind == .notTaken || kind == .sessionLost }
}
