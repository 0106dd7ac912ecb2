public import Directory
public import NIOCore
public import NIOHTTP1
public import Wire

/// A request of the model side that was authenticated and read whole.
public struct RelayRequest {
    public var requestID: RequestID
    /// When its head arrived, milliseconds since 1970.
    public var receivedAt: Int64
    public var endpoint: Endpoint
    public var head: HTTPRequestHead
    public var body: ByteBuffer
    public var caller: Caller
    /// What was true when the request arrived; used to its end.
    public var snapshot: Snapshot
    public var clientAddress: String
    /// The trace context to pass on (W3C Trace Context): `traceparent`, `tracestate`.
    public var traceHeaders: [(String, String)]

    public init(
        requestID: RequestID, receivedAt: Int64, endpoint: Endpoint, head: HTTPRequestHead, body: ByteBuffer, caller: Caller,
        snapshot: Snapshot,
        clientAddress: String, traceHeaders: [(String, String)]
    ) {
        self.requestID = requestID
        self.receivedAt = receivedAt
        self.endpoint = endpoint
        self.head = head
        self.body = body
        self.caller = caller
        self.snapshot = snapshot
        self.clientAddress = clientAddress
        self.traceHeaders = traceHeaders
    }
}

/// A call of the model side that is under way. Confined to its event loop.
public protocol RelayCall: AnyObject {
    func clientIsGone()
    func writabilityChanged(isWritable: Bool)
}
