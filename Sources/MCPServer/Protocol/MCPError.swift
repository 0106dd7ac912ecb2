public import Wire

/// Why a call failed, said without regard to a revision.
///
/// Services throw this; the engine of the client's era writes it as that era's code, status and data
/// (`MCPError+Wire.swift`), or, for bad tool arguments, as a result.
public struct MCPError: Error, Sendable {
    /// What went wrong.
    public enum Kind: Sendable {
        /// The message is no request of the protocol.
        case invalidRequest
        /// No such method, or its capability is not declared.
        case methodNotFound
        /// Parameters that no call can have: unknown tool or prompt, bad cursor, wrong type.
        case invalidParams
        /// Arguments that break the tool's own schema. From 2025-11-25 on the model sees them as a tool result, so that
        /// it can correct itself.
        case invalidToolArguments
        /// No resource of that URI.
        case resourceNotFound(uri: String)
        /// The client lacks what the call needs.
        case missingClientCapability(ClientCapabilities.Feature)
        /// The client must visit URLs first: elicitations as of 2025-11-25.
        case urlElicitationRequired([RawObject])
        /// The header and the body of a modern request say different things, or the header is missing.
        case headerMismatch
        /// A version that is not served.
        case unsupportedRevision(requested: String)
        /// The caller may not, or not now: the gate's verdict, before anything ran.
        case refused(Refusal)
        /// The call was cancelled by whoever started it.
        case cancelled
        /// The call outlived its limit.
        case timedOut
        /// The server behind this one could not be reached, or broke off.
        case upstreamUnavailable
        /// Anything else on our side.
        case internalError
        /// A code of the service's own, which passes unchanged unless the protocol reserves it.
        case custom(code: Int)
    }

    /// Why a gate refuses a call.
    public enum Refusal: Sendable, Hashable {
        /// Too many calls; try again after that long, where it is known.
        case rateLimited(retryAfter: Duration?)
        /// The quota or balance is spent.
        case quotaExhausted
        /// The token may not use this.
        case notPermitted
    }

    /// What went wrong.
    public let kind: Kind
    /// For a person, or for the model. It holds no secret and no detail of this machine.
    public let message: String
    /// `error.data`, where the kind does not prescribe it.
    public let data: JSON?
    /// The error as an upstream gave it, with members that nobody here knows. It leaves in the place of one made here
    /// where code and data are the same.
    package var original: RawObject?

    /// An error with all its parts.
    public init(_ kind: Kind, _ message: String, data: JSON? = nil) {
        self.kind = kind
        self.message = message
        self.data = data
    }
}

extension MCPError {
    /// The message breaks the protocol.
    public static func invalidRequest(_ message: String) -> MCPError { MCPError(.invalidRequest, message) }

    /// No such method here.
    public static func methodNotFound(_ method: String) -> MCPError {
        MCPError(.methodNotFound, "Method not found: \(method.prefix(Message.maximumMethodBytes))")
    }

    /// Parameters that can't be; the message names the member.
    public static func invalidParams(_ message: String, data: JSON? = nil) -> MCPError {
        MCPError(.invalidParams, message, data: data)
    }

    /// No tool of that name.
    public static func unknownTool(_ name: String) -> MCPError {
        MCPError(.invalidParams, "Unknown tool: \(name.prefix(256))")
    }

    /// A cursor that this server did not give, or that has expired.
    public static var unknownCursor: MCPError { MCPError(.invalidParams, "Unknown or expired cursor") }

    /// Arguments that break the tool's schema; the message names the argument.
    public static func invalidToolArguments(_ message: String) -> MCPError {
        MCPError(.invalidToolArguments, message)
    }

    /// No resource of that URI.
    public static func resourceNotFound(uri: String) -> MCPError {
        MCPError(.resourceNotFound(uri: uri), "Resource not found: \(uri.prefix(2048))")
    }

    /// The client lacks a capability.
    public static func missingClientCapability(_ feature: ClientCapabilities.Feature) -> MCPError {
        MCPError(.missingClientCapability(feature), "This call needs a client that declares \(feature.phrase)")
    }

    /// The gate refuses.
    public static func refused(_ refusal: Refusal, _ message: String) -> MCPError { MCPError(.refused(refusal), message) }

    /// Something on our side, of which a client learns no more than the message.
    public static func internalError(_ message: String = "Internal error") -> MCPError {
        MCPError(.internalError, message)
    }

    /// What an engine makes of whatever a service threw: unknown errors tell a client nothing about their cause.
    package init(wrapping error: any Error) {
        switch error {
        case let error as MCPError: self = error
        case is CancellationError: self = MCPError(.cancelled, "The call was cancelled")
        default: self = .internalError()
        }
    }
}

extension ClientCapabilities.Feature {
    /// The capability as a client would write it.
    var phrase: String {
        switch self {
        case .sampling: "sampling"
        case .samplingTools: "sampling.tools"
        case .samplingContext: "sampling.context"
        case .elicitationForm: "elicitation"
        case .elicitationURL: "elicitation.url"
        case .roots: "roots"
        case .tasks: "the extension \(ClientCapabilities.tasksExtension)"
        }
    }
}
