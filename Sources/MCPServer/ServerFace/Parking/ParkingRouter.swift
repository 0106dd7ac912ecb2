public import Wire

/// A repeated request whose call another node holds.
public struct ParkedRetry: Sendable {
    /// The endpoint that was called.
    public let endpoint: String
    /// Who calls. The ticket was sealed for this principal.
    public let principal: Principal
    /// The front's id of this request.
    public let requestID: String
    /// The whole JSON-RPC request as it came, ticket and answers included.
    public let message: JSONObject
}

/// The response of the node that holds a call.
public enum ForwardedResponse: Sendable {
    case result(RawObject)
    case error(code: Int, message: String, data: JSON?, status: Int)
}

/// Finds calls that are parked on other nodes.
public protocol ParkingRouter: Sendable {
    /// Hands a repeated request to the node that holds its call, and waits for the response. Cancelling this task
    /// cancels the request there.
    ///
    /// - Parameter notify: takes each notification that belongs to the request, as one serialised message.
    /// - Returns: nil where there is no such node (any more): the call is lost then.
    func resume(
        _ retry: ParkedRetry, on node: String, notify: @escaping @Sendable ([UInt8]) -> Void
    ) async -> ForwardedResponse?
}

/// There is no other node.
public struct SoleNode: ParkingRouter {
    /// The only node.
    public init() {}

    /// Always nil.
    public func resume(
        _ retry: ParkedRetry, on node: String, notify: @escaping @Sendable ([UInt8]) -> Void
    ) async -> ForwardedResponse? { nil }
}
