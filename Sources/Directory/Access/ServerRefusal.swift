/// Why a caller can't use an MCP server.
public enum ServerRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is none of that id that is offered to all or is the group's own.
    case unknown
    /// It is disabled.
    case disabled
    /// It is a card only.
    case notCallable
    /// The caller's group has not saved these required parameters.
    case missingParameters([String])

    /// The reason for a person, as a clause.
    public var description: String {
        switch self {
        case .unknown: "there is no such server"
        case .disabled: "the server is disabled"
        case .notCallable: "the server is a description only"
        case .missingParameters(let keys): "\(ServerTargetError.missingParameters(keys))"
        }
    }
}

/// An MCP server that a caller may use: one that is offered to all, or one of its group's own.
public enum UsableServer: Sendable, Hashable {
    case offered(PublicServer)
    case own(GroupServer)

    /// The server's id.
    public var id: String {
        switch self {
        case .offered(let server): server.id
        case .own(let server): server.id
        }
    }
}
