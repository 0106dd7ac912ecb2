internal import Glibc

/// Why a command did not get at the tools of a key.
struct ToolAccessError: Error, Equatable, CustomStringConvertible {
    enum Kind: Equatable {
        /// Nothing listens at the address.
        case noServer
        /// Something is there, but it does not serve this.
        case unavailable
        /// The key is not good, or not for this.
        case refused
        /// There is no such server for the key.
        case unknownServer
    }

    let kind: Kind
    /// For a person: one line, without a secret.
    let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The status with which a command ends (sysexits.h).
    var exitCode: Int32 {
        switch self.kind {
        case .noServer, .unavailable: EX_UNAVAILABLE
        case .refused: EX_NOPERM
        case .unknownServer: EX_CONFIG
        }
    }

    var description: String { self.message.replacingControlCharacters() }
}
