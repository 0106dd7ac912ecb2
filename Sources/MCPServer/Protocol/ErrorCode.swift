/// JSON-RPC and MCP error codes, and what may leave in which era.
package enum ErrorCode {
    /// The body is no JSON.
    package static let parseError = -32700
    /// The JSON is no message.
    package static let invalidRequest = -32600
    /// No such method.
    package static let methodNotFound = -32601
    /// The parameters can't be.
    package static let invalidParams = -32602
    /// A fault on this side.
    package static let internalError = -32603
    /// 2024-11-05 to 2025-11-25.
    package static let resourceNotFound = -32002
    /// 2025-11-25 only.
    package static let urlElicitationRequired = -32042
    /// 2026-07-28.
    package static let headerMismatch = -32020
    /// 2026-07-28.
    package static let missingClientCapability = -32021
    /// 2026-07-28; also our answer to an unknown version header, which either era reads.
    package static let unsupportedRevision = -32022
    /// The gate's refusals carry the number of the HTTP status for them: it lies outside the range that JSON-RPC reserves,
    /// and says the same where no HTTP status can (legacy clients, stdio, batches).
    package static let rateLimited = 429
    /// As `rateLimited`, for what the caller may not use.
    package static let notPermitted = 403

    /// Whether a service's own code may go to a client of that era as it is.
    ///
    /// JSON-RPC leaves -32099...-32000 to servers. 2026-07-28 takes that range for itself: its upper part holds the
    /// protocol's codes, and the lower should not be used any more. The new codes mean nothing to a legacy client.
    static func mayLeave(_ code: Int, era: Revision.Era) -> Bool {
        switch era {
        case .modern: !(-32099 ... -32000).contains(code)
        case .legacy: ![headerMismatch, missingClientCapability, unsupportedRevision].contains(code)
        }
    }
}
