/// Why a key opens nothing.
public enum AccessRefusal: Error, Sendable, Hashable {
    /// No token has this key, or its group is gone.
    case unknownKey
    /// The operator, or its group, disabled the token.
    case tokenDisabled
    /// The operator disabled the token's group.
    case groupDisabled
}

/// Why a caller gets no channel for a model.
public enum ModelRefusal: Error, Sendable, Hashable {
    /// Nothing is known of the name: no configuration, and no channel that the caller's group may use lists it.
    case unknown
    /// A channel lists it, but it has no configuration, so neither price nor limits.
    case noConfig
    /// It has a configuration, but no enabled channel that the caller's group may use lists it.
    case noChannel
    /// The token is not allowed to use it.
    case notAllowed
}

extension AccessRefusal: CustomStringConvertible {
    /// The reason for a person, as a clause.
    public var description: String {
        switch self {
        case .unknownKey: "no token has this key"
        case .tokenDisabled: "the token is disabled"
        case .groupDisabled: "the token's group is disabled"
        }
    }
}

extension ModelRefusal: CustomStringConvertible {
    /// The reason for a person, as a clause: it says which of configuration and channel is missing.
    public var description: String {
        switch self {
        case .unknown: "neither a model configuration nor a channel of the group's sets has this name"
        case .noConfig: "a channel offers it, but it has no model configuration"
        case .noChannel: "it has a model configuration, but no enabled channel of the group's sets offers it"
        case .notAllowed: "the token is not allowed to use it"
        }
    }
}

/// Who may use which MCP servers, by the server alone. What else a public server needs of a group, the snapshot knows.
public enum Access {
    /// Whether a caller may use a server that is offered to all: where it is enabled and answers calls.
    public static func allows(_ caller: Caller, _ server: PublicServer) -> Bool {
        server.status == .enabled && server.kind.isCallable
    }

    /// Whether a caller may use a group's server: where it is enabled and the caller's own group's. The operator may use any.
    public static func allows(_ caller: Caller, _ server: GroupServer) -> Bool {
        server.status == .enabled && (server.groupID == caller.group.id || caller.token == nil)
    }
}
